"""`interrupt_before` and `interrupt_after`: where a run stops, what it shows, how it goes on."""

from typing import Any

from tests.parity.building import START, Trail, marker, trail_graph
from tests.parity.running import outcome
from tests.parity.threads import Thread, in_both_colours, kept, saver

MODES = ["values", "updates"]


def _three(lg, **options):
    edges = [(START, "a"), ("a", "b"), ("b", "c")]
    return kept(lg, trail_graph(lg, ["a", "b", "c"], edges), **options)


def _stops(lg, thread, options):
    """Run to the end, resuming at each stop; return what each run answered and where it stood after it."""
    seen = [thread.invoke({"trail": ["in"]}, **options), thread.brief()["next"]]
    while thread.snapshot().next:
        seen += [thread.invoke(None, **options), thread.brief()["next"]]
    return seen


def compiled_in(lg):
    def played(**options: Any) -> Any:
        return in_both_colours(lambda: _three(lg, **options), lambda thread: _stops(lg, thread, {}))

    return [
        played(interrupt_before=["b"]),
        played(interrupt_after=["b"]),
        played(interrupt_before=["b"], interrupt_after=["b"]),
        played(interrupt_before=["a"]),
        played(interrupt_after=["c"]),
        played(interrupt_before="*"),
        played(interrupt_after="*"),
        played(interrupt_before=["a", "c"], interrupt_after=["a"]),
    ]


def given_to_the_call(lg):
    def played(**options: Any) -> Any:
        return in_both_colours(lambda: _three(lg), lambda thread: _stops(lg, thread, options))

    return [
        played(interrupt_before=["b"]),
        played(interrupt_after=["b"]),
        played(interrupt_before="*"),
        played(interrupt_after="*"),
    ]


def the_call_replaces_what_is_compiled_in(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []}, interrupt_before=["c"])
        return [first, thread.brief()["next"], thread.invoke(None), thread.invoke({"trail": []}, interrupt_before=[])]

    return in_both_colours(lambda: _three(lg, interrupt_before=["b"]), play)


def all_of_a_story(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.state(), thread.invoke(None), thread.story()]

    return [in_both_colours(lambda options=options: _three(lg, **options), play) for options in _before_and_after("b")]


def _before_and_after(name):
    return ({"interrupt_before": [name]}, {"interrupt_after": [name]})


def what_is_streamed(lg):
    def play(thread: Thread) -> Any:
        return [thread.stream({"trail": []}, mode) for mode in ("values", "updates", "tasks", MODES)] + [
            thread.stream(None, MODES)
        ]

    return [in_both_colours(lambda options=options: _three(lg, **options), play) for options in _before_and_after("b")]


def a_command_instead_of_no_input(lg):
    def play(thread: Thread) -> Any:
        command = lg.types.Command
        seen = [thread.invoke({"trail": ["in"]}), thread.invoke(command(resume="anything")), thread.brief()]
        seen += [thread.invoke({"trail": ["in"]}), thread.invoke(command(update={"trail": ["u"]})), thread.brief()]
        return [*seen, thread.invoke({"trail": ["in"]}), thread.invoke(command(goto="c")), thread.brief()]

    return in_both_colours(lambda: _three(lg, interrupt_before=["b"]), play)


def new_input_at_a_stop(lg):
    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": ["in"]}),
            thread.invoke({"trail": ["new"]}),
            thread.invoke(None),
            thread.story(),
        ]

    return in_both_colours(lambda: _three(lg, interrupt_before=["b"]), play)


def an_update_at_a_stop(lg):
    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": ["in"]}),
            thread.update({"trail": ["edited"], "number": 3}),
            thread.brief(),
            thread.invoke(None),
            thread.story(),
        ]

    return [in_both_colours(lambda options=options: _three(lg, **options), play) for options in _before_and_after("b")]


def an_update_that_plays_the_next_node(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        thread.update({"trail": ["instead of b"]}, "b")
        return [first, thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg, interrupt_before=["b", "c"]), play)


def in_a_cycle(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("b", marker("b"))
        builder.add_conditional_edges("b", lambda state: "a" if len(state["trail"]) < 5 else "__end__")
        return kept(lg, builder.add_edge(START, "a").add_edge("a", "b"), interrupt_before=["a"])

    return in_both_colours(build, lambda thread: _stops(lg, thread, {}))


def one_of_two_side_by_side(lg):
    def build(options: Any) -> Any:
        edges = [(START, "a"), (START, "b"), ("a", "c"), ("b", "c")]
        return kept(lg, trail_graph(lg, ["a", "b", "c"], edges), **options)

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        return [first, thread.brief(), thread.invoke(None), thread.story()]

    return [in_both_colours(lambda options=options: build(options), play) for options in _before_and_after("a")]


def before_sends(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("worker", marker("worker"))
        targets = [lg.types.Send("worker", {"trail": [number]}) for number in (1, 2)]
        return kept(lg, builder.add_conditional_edges(START, lambda state: targets), interrupt_before=["worker"])

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        return [first, thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(build, play)


def beside_a_question(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", lambda state: {"trail": [lg.types.interrupt("question")]})
        return kept(lg, builder.add_edge(START, "a"), interrupt_before=["a"], interrupt_after=["a"])

    def play(thread: Thread) -> Any:
        seen = [thread.stream({"trail": []}, MODES), thread.stream(None, MODES), thread.brief()]
        return [*seen, thread.stream(lg.types.Command(resume="yes"), MODES), thread.brief(), thread.stream(None, MODES)]

    return in_both_colours(build, play)


def without_a_saver(lg):
    builder = trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")])

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.stream({"trail": []}, "updates"), thread.invoke(None)]

    return in_both_colours(lambda: builder.compile(interrupt_before=["b"]), play)


def a_node_that_is_not_there(lg):
    builder = trail_graph(lg, ["a"], [(START, "a")])

    def play(thread: Thread) -> Any:
        return thread.invoke({"trail": []}, interrupt_before=["nowhere"])

    return [
        outcome(lambda: builder.compile(checkpointer=saver(lg), interrupt_before=["nowhere"])),
        outcome(lambda: builder.compile(checkpointer=saver(lg), interrupt_after=["nowhere"])),
        in_both_colours(lambda: kept(lg, builder), play),
    ]
