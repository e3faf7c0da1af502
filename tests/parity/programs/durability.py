"""`durability`: which checkpoints are there afterwards."""

from typing import Any

from tests.parity.building import START, Trail, marker, one_node, trail_graph
from tests.parity.threads import Thread, in_both_colours, kept

MODES = ("sync", "async", "exit")


def _each(build, play):
    return [in_both_colours(build, lambda thread, mode=mode: play(thread, mode)) for mode in MODES]


def _three(lg, **options):
    edges = [(START, "a"), ("a", "b"), ("b", "c")]
    return kept(lg, trail_graph(lg, ["a", "b", "c"], edges), **options)


def of_a_run(lg):
    def play(thread: Thread, mode: str) -> Any:
        first = thread.invoke({"trail": ["in"]}, durability=mode)
        return [first, thread.story(), thread.invoke({"trail": ["more"]}, durability=mode), thread.story()]

    return _each(lambda: _three(lg), play)


def of_a_question(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("end", marker("end"))
        builder.add_node("ask", lambda state: {"trail": [lg.types.interrupt("question")]})
        return kept(lg, builder.add_edge(START, "a").add_edge("a", "ask").add_edge("ask", "end"))

    def play(thread: Thread, mode: str) -> Any:
        first = thread.invoke({"trail": ["in"]}, durability=mode)
        before = thread.story()
        return [first, before, thread.invoke(lg.types.Command(resume="yes"), durability=mode), thread.story()]

    return _each(build, play)


def of_a_question_side_by_side(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a"))
        builder.add_node("ask", lambda state: {"trail": [lg.types.interrupt("question")]})
        return kept(lg, builder.add_edge(START, "a").add_edge(START, "ask"))

    def play(thread: Thread, mode: str) -> Any:
        first = thread.invoke({"trail": ["in"]}, durability=mode)
        before = thread.story()
        return [first, before, thread.invoke(lg.types.Command(resume="yes"), durability=mode), thread.story()]

    return _each(build, play)


def of_a_stop(lg):
    def play(thread: Thread, mode: str) -> Any:
        first = thread.invoke({"trail": ["in"]}, durability=mode)
        return [first, thread.story(), thread.invoke(None, durability=mode), thread.story()]

    return _each(lambda: _three(lg, interrupt_before=["b"]), play)


def of_a_failure(lg):
    def build() -> Any:
        calls: list[int] = []

        def fails(state: Trail) -> dict[str, Any]:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("once")
            return {"trail": ["fails"]}

        return kept(lg, lg.graph.StateGraph(Trail).add_sequence([marker("a"), fails]).add_edge(START, "a"))

    def play(thread: Thread, mode: str) -> Any:
        first = thread.invoke({"trail": ["in"]}, durability=mode)
        return [first, thread.story(), thread.invoke(None, durability=mode), thread.story()]

    return _each(build, play)


def of_a_graph_in_a_graph(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("child", one_node(lg, marker("inner")))
        return kept(lg, builder.add_edge(START, "child"))

    def play(thread: Thread, mode: str) -> Any:
        thread.invoke({"trail": ["in"]}, durability=mode)
        inner = next((task.state for snapshot in thread.snapshots() for task in snapshot.tasks if task.state), None)
        return [thread.story(), inner and thread.story(inner)]

    return _each(build, play)


def of_a_question_in_a_graph_in_a_graph(lg):
    def build() -> Any:
        inner = lg.graph.StateGraph(Trail).add_node("one", marker("one"))
        inner.add_node("ask", lambda state: {"trail": [lg.types.interrupt("question")]})
        child = inner.add_edge(START, "one").add_edge("one", "ask").compile()
        return kept(lg, lg.graph.StateGraph(Trail).add_node("child", child).add_edge(START, "child"))

    def play(thread: Thread, mode: str) -> Any:
        first = thread.invoke({"trail": ["in"]}, durability=mode)
        inner = thread.snapshot().tasks[0].state
        return [first, thread.story(inner), thread.invoke(lg.types.Command(resume="yes"), durability=mode)]

    return _each(build, play)


def of_a_limit(lg):
    def play(thread: Thread, mode: str) -> Any:
        limited = {**thread.config(), "recursion_limit": 1}
        thread.invoke({"trail": ["in"]}, limited, durability=mode)
        return [len(thread.snapshots()) > 0, thread.invoke(None, durability=mode)]

    return _each(lambda: _three(lg), play)


def a_mode_without_a_saver(lg):
    def play(thread: Thread, mode: str) -> Any:
        return thread.invoke({"trail": ["in"]}, durability=mode)

    return _each(lambda: trail_graph(lg, ["a"], [(START, "a")]).compile(), play)
