"""Runs on a thread: what one run leaves to the next, what an input does, what a thread must be called."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import START, Trail, trail_graph
from tests.parity.running import outcome
from tests.parity.threads import Thread, in_both_colours, kept, saver


def _two(lg, **options):
    return trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]).compile(checkpointer=saver(lg), **options)


def _counting(lg):
    def count(state: Trail) -> dict[str, Any]:
        return {"trail": [state.get("number", 0)], "number": state.get("number", 0) + 1}

    builder = lg.graph.StateGraph(Trail).add_node("count", count).add_edge(START, "count")
    return kept(lg, builder)


def two_runs(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.invoke({"trail": ["again"]}), thread.story()]

    return in_both_colours(lambda: _two(lg), play)


def a_plain_key_stays(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke({"trail": []}), thread.invoke({"number": 7})]

    return in_both_colours(lambda: _counting(lg), play)


def threads_apart(lg):
    def play(thread: Thread) -> Any:
        other = thread.other("2")
        first = thread.invoke({"trail": ["one"]})
        return [first, other.brief(), other.invoke({"trail": ["two"]}), thread.brief(), other.brief()]

    return in_both_colours(lambda: _two(lg), play)


def a_number_as_a_thread(lg):
    def play(thread: Thread) -> Any:
        number = thread.other(1)
        return [number.invoke({"trail": ["one"]}), number.state(), thread.brief()]

    return in_both_colours(lambda: _two(lg), play)


def without_a_thread(lg):
    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": []}, {"configurable": {}}),
            thread.invoke({"trail": []}, {"configurable": {"other": 1}}),
            thread.stream({"trail": []}, "values", {"tags": ["t"]}),
            thread.state({"configurable": {}}),
            thread.story({"configurable": {}}),
            thread.update({"trail": []}, "a", {"configurable": {}}),
        ]

    return in_both_colours(lambda: _two(lg), play)


def without_a_saver(lg):
    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": []}),
            thread.state(),
            thread.story(),
            thread.update({"trail": []}, "a"),
            thread.bulk([[lg.types.StateUpdate({"trail": []}, "a")]]),
        ]

    builder = trail_graph(lg, ["a"], [(START, "a")])
    return [
        in_both_colours(builder.compile, play),
        in_both_colours(lambda: builder.compile(checkpointer=False), play),
        in_both_colours(lambda: builder.compile(checkpointer=True), play),
    ]


def a_saver_of_another_kind(lg):
    return outcome(lambda: trail_graph(lg, ["a"], [(START, "a")]).compile(checkpointer="memory"))


def no_input_on_a_fresh_thread(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke(None), thread.stream(None, "values"), thread.state()]

    return in_both_colours(lambda: _two(lg), play)


def no_input_after_the_end(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        return [first, thread.invoke(None), thread.stream(None, ["values", "updates"]), thread.story()]

    return in_both_colours(lambda: _two(lg), play)


def an_empty_input(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({}), thread.invoke({}), thread.stream({}, ["values", "updates"]), thread.story()]

    return in_both_colours(lambda: _two(lg), play)


def before_any_run(lg):
    def play(thread: Thread) -> Any:
        return [thread.state(), thread.story()]

    return in_both_colours(lambda: _two(lg), play)


def all_of_a_state(lg):
    def play(thread: Thread) -> Any:
        config = {
            "configurable": {"thread_id": "1", "user": "u", "__own": 1},
            "metadata": {"m": 1, "deep": {"x": 1}},
            "tags": ["t"],
            "run_name": "named",
            "recursion_limit": 9,
            "max_concurrency": 2,
        }
        return [thread.invoke({"trail": ["in"]}, config), thread.state(config), thread.state(), thread.story(config)]

    return in_both_colours(lambda: _two(lg), play)


def all_of_a_history(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [thread.say(snapshot) for snapshot in thread.snapshots()]

    return in_both_colours(lambda: _two(lg), play)


def a_limit_and_then_more(lg):
    def build() -> Any:
        names = ["a", "b", "c", "d", "e"]
        edges = list(zip([START, *names], names, strict=False))
        return kept(lg, trail_graph(lg, names, edges))

    def play(thread: Thread) -> Any:
        limited = {**thread.config(), "recursion_limit": 2}
        return [
            thread.stream({"trail": ["in"]}, ["values", "updates"], limited),
            thread.brief(),
            thread.invoke(None),
            thread.story(),
        ]

    return in_both_colours(build, play)


def the_step_goes_on_over_runs(lg):
    class Steps(TypedDict):
        steps: Annotated[list[Any], lambda left, right: left + right]
        remaining: lg.managed.RemainingSteps
        last: lg.managed.IsLastStep

    def look(state: Steps, config) -> dict[str, Any]:
        step = config["metadata"]["langgraph_step"]
        return {"steps": [[step, state["remaining"] < 7, state["last"]]]}

    def build() -> Any:
        return kept(lg, lg.graph.StateGraph(Steps).add_node("look", look).add_edge(START, "look"))

    def play(thread: Thread) -> Any:
        few = {**thread.config(), "recursion_limit": 7}
        return [thread.invoke({"steps": []}, few), thread.invoke({"steps": []}, few), thread.invoke({"steps": []}, few)]

    return in_both_colours(build, play)


def commands_as_input(lg):
    def play(thread: Thread) -> Any:
        command = lg.types.Command
        return [
            thread.invoke({"trail": ["in"]}),
            thread.invoke(command(update={"trail": ["u"]})),
            thread.invoke(command(goto="b")),
            thread.invoke(command(update={"number": 4}, goto=["a"])),
            thread.stream(command(goto=lg.types.Send("b", {"trail": ["sent"]})), ["values", "updates"]),
            thread.story(),
        ]

    return in_both_colours(lambda: _two(lg), play)


def commands_on_a_fresh_thread(lg):
    def play(thread: Thread) -> Any:
        command, other = lg.types.Command, thread.other("2")
        seen = [thread.invoke(command(update={"trail": ["u"]})), thread.brief()]
        return [*seen, other.invoke(command(goto="b")), len(other.snapshots())]

    return in_both_colours(lambda: _two(lg), play)


def another_graph_on_the_thread(lg):
    def play(thread: Thread) -> Any:
        longer = trail_graph(lg, ["a", "b", "c"], [(START, "a"), ("a", "b"), ("b", "c")])
        again = thread.other("1", longer.compile(checkpointer=thread.graph.checkpointer))
        first = thread.invoke({"trail": ["in"]})
        return [first, again.brief(), again.invoke(None), again.invoke({"trail": ["more"]}), thread.brief()]

    return in_both_colours(lambda: _two(lg), play)


def a_graph_that_lost_its_next_node(lg):
    def play(thread: Thread) -> Any:
        shorter = trail_graph(lg, ["a"], [(START, "a")])
        again = thread.other("1", shorter.compile(checkpointer=thread.graph.checkpointer))
        first = thread.invoke({"trail": ["in"]}, interrupt_before=["b"])
        return [first, again.brief(), again.invoke(None), again.brief(), thread.brief()]

    return in_both_colours(lambda: _two(lg), play)


def what_the_saver_may_not_keep(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"number": lambda: 1}), thread.brief()]

    return in_both_colours(lambda: _two(lg), play)


def durability_of_another_kind(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}, durability="sometimes"), len(thread.snapshots())]

    return in_both_colours(lambda: _two(lg), play)
