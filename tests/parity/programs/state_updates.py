"""`update_state`: what it writes, in whose name, and what runs afterwards."""

from typing import Any

from tests.parity.building import START, Trail, marker, trail_graph
from tests.parity.threads import Thread, in_both_colours, kept


def _three(lg, **options):
    edges = [(START, "a"), ("a", "b"), ("b", "c")]
    return kept(lg, trail_graph(lg, ["a", "b", "c"], edges), **options)


def _routed(lg):
    """Return a graph whose node `a` leads to `b`, to `c` or to two tasks of `worker`, as `number` says."""

    def route(state: Trail) -> Any:
        if state.get("number") == 2:
            return [lg.types.Send("worker", {"trail": [], "number": number}) for number in (1, 2)]
        return "b" if state.get("number") else "c"

    builder = lg.graph.StateGraph(Trail)
    for name in ("a", "b", "c", "worker"):
        builder.add_node(name, marker(name))
    return kept(lg, builder.add_edge(START, "a").add_conditional_edges("a", route, ["b", "c", "worker"]))


def in_the_name_of_a_node(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        updated = thread.update({"trail": ["u"], "number": 2}, "a")
        return [first, updated, thread.state(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def on_a_fresh_thread(lg):
    def play(thread: Thread) -> Any:
        return [thread.update({"trail": ["u"]}, "a"), thread.state(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def on_a_fresh_thread_in_nobodys_name(lg):
    def play(thread: Thread) -> Any:
        return [thread.update({"trail": ["u"]}), thread.brief(), thread.invoke(None)]

    def single() -> Any:
        return kept(lg, trail_graph(lg, ["a"], [(START, "a")]))

    return [in_both_colours(lambda: _three(lg), play), in_both_colours(single, play)]


def after_the_end_in_nobodys_name(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        return [first, thread.update({"trail": ["u"]}), thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def after_two_side_by_side_in_nobodys_name(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        return [first, thread.update({"trail": ["u"]}), thread.update({"trail": ["u"]}, "a"), thread.brief()]

    def build() -> Any:
        return kept(lg, trail_graph(lg, ["a", "b"], [(START, "a"), (START, "b")]))

    return in_both_colours(build, play)


def twice_in_a_row(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]}, interrupt_before=["b"])
        thread.update({"trail": ["one"]})
        thread.update({"trail": ["two"]})
        return [thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def nothing_in_nobodys_name(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]}, interrupt_before=["b"])
        return [thread.update(None), thread.state(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def nothing_in_the_name_of_a_node(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]}, interrupt_before=["b"])
        return [thread.update(None, "b"), thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def through_a_router(lg):
    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": ["in"]})]
        for number in (0, 1, 2):
            seen += [thread.update({"trail": ["u"], "number": number}, "a"), thread.brief(), thread.invoke(None)]
        return [*seen, thread.story()]

    return in_both_colours(lambda: _routed(lg), play)


def of_what_is_no_node(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [
            thread.update({"trail": ["u"]}, "nowhere"),
            thread.update({"trail": "u"}, "a"),
            thread.update({"number": 1}, "a"),
            thread.update([("trail", ["pairs"])], "a"),
            thread.update("text", "a"),
            thread.story(),
        ]

    return in_both_colours(lambda: _three(lg), play)


def with_a_command(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        command = lg.types.Command
        return [
            thread.update(command(update={"trail": ["u"]}, goto="c"), "a"),
            thread.brief(),
            thread.invoke(None),
            thread.update(command(goto=lg.types.Send("b", {"trail": []})), "c"),
            thread.brief(),
            thread.invoke(None),
        ]

    return in_both_colours(lambda: _three(lg), play)


def with_an_overwrite(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.update({"trail": lg.types.Overwrite(["only"])}, "c")
        return thread.brief()

    return in_both_colours(lambda: _three(lg), play)


def over_a_question(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("end", marker("end"))
        builder.add_node("ask", lambda state: {"trail": [lg.types.interrupt("question")]})
        return kept(lg, builder.add_edge(START, "a").add_edge("a", "ask").add_edge("ask", "end"))

    def play(as_node: Any) -> Any:
        def played(thread: Thread) -> Any:
            first = thread.invoke({"trail": ["in"]})
            thread.update({"trail": ["u"]}, as_node)
            before = thread.brief()
            return [first, before, thread.invoke(lg.types.Command(resume="yes")), thread.story()]

        return in_both_colours(build, played)

    return [play(as_node) for as_node in (None, "a", "ask")]


def side_by_side_before_a_join(lg):
    def build() -> Any:
        edges = [(START, "a"), (START, "b")]
        return kept(lg, trail_graph(lg, ["a", "b", "end"], edges).add_edge(["a", "b"], "end"), interrupt_before="*")

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.update({"trail": ["not a"]}, "a")
        half = thread.brief()
        thread.update({"trail": ["not b"]}, "b")
        return [half, thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(build, play)


def metadata_of_an_update(lg):
    def play(thread: Thread) -> Any:
        config = {**thread.config(user="u"), "metadata": {"m": 1}, "tags": ["t"]}
        thread.invoke({"trail": ["in"]})
        return [thread.update({"trail": ["u"]}, "a", config), thread.say(thread.snapshot().metadata)]

    return in_both_colours(lambda: _three(lg), play)
