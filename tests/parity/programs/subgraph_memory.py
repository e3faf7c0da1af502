"""What graphs in graphs remember from run to run, by the saver they are compiled with."""

import operator
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.asking import around, asked_and_answered, asking_child
from tests.parity.building import START, Trail
from tests.parity.running import outcome
from tests.parity.threads import Thread, in_both_colours, kept


class Count(TypedDict):
    runs: Annotated[int, operator.add]


def _counting(lg, checkpointer):
    """Return a parent whose child counts the runs that it remembers."""
    builder = lg.graph.StateGraph(Count).add_node("count", lambda state: {"runs": 1}).add_edge(START, "count")
    child = builder.compile(checkpointer=checkpointer)

    def call(state: Trail) -> dict[str, Any]:
        return {"trail": [child.invoke({"runs": 0})["runs"]]}

    return kept(lg, lg.graph.StateGraph(Trail).add_node("call", call).add_edge(START, "call"))


def what_a_called_graph_remembers(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke({"trail": []}), thread.other("2").invoke({"trail": []})]

    return [in_both_colours(lambda saver=saver: _counting(lg, saver), play) for saver in (None, True, False)]


def what_a_node_that_is_a_graph_remembers(lg):
    class Private(TypedDict):
        trail: Annotated[list[Any], operator.add]
        runs: Annotated[int, operator.add]

    class Output(TypedDict):
        trail: Annotated[list[Any], operator.add]

    def build(checkpointer: Any) -> Any:
        inner = lg.graph.StateGraph(Private, input_schema=Output, output_schema=Output)
        inner.add_node("count", lambda state: {"runs": 1})
        inner.add_node("tell", lambda state: {"trail": [state["runs"]]})
        child = inner.add_edge(START, "count").add_edge("count", "tell").compile(checkpointer=checkpointer)
        return kept(lg, lg.graph.StateGraph(Trail).add_node("child", child).add_edge(START, "child"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke({"trail": []})]

    return [in_both_colours(lambda saver=saver: build(saver), play) for saver in (None, True, False)]


def the_state_of_a_graph_that_remembers(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        thread.invoke({"trail": []})
        inner = thread.config(checkpoint_ns="call")
        return [thread.state(inner), thread.story(inner), thread.story()]

    return in_both_colours(lambda: _counting(lg, True), play)


def a_saver_of_its_own(lg):
    def build() -> Any:
        return around(lg, asking_child(lg, getattr(lg, "checkpoint.memory").InMemorySaver()))

    return in_both_colours(build, lambda thread: asked_and_answered(lg, thread)[:3])


def a_graph_that_remembers_without_a_parent(lg):
    return outcome(lambda: asking_child(lg, True).invoke({"trail": []}, {"configurable": {"thread_id": "1"}}))


def two_calls_of_a_graph_that_remembers(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Count).add_node("count", lambda state: {"runs": 1}).add_edge(START, "count")
        child = builder.compile(checkpointer=True)

        def call(state: Trail) -> dict[str, Any]:
            return {"trail": [child.invoke({"runs": 0})["runs"] for _ in range(2)]}

        return kept(lg, lg.graph.StateGraph(Trail).add_node("call", call).add_edge(START, "call"))

    return in_both_colours(build, lambda thread: thread.invoke({"trail": []}))


def two_nodes_that_call_a_graph_that_remembers(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Count).add_node("count", lambda state: {"runs": 1}).add_edge(START, "count")
        child = builder.compile(checkpointer=True)

        def call(state: Trail) -> dict[str, Any]:
            return {"trail": [child.invoke({"runs": 0})["runs"]]}

        outer = lg.graph.StateGraph(Trail).add_node("one", call).add_node("two", call)
        return kept(lg, outer.add_edge(START, "one").add_edge("one", "two"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke({"trail": []})]

    return in_both_colours(build, play)


def time_travel_over_a_graph_that_remembers(lg):
    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []}) for _ in range(3)]
        second = thread.snapshots()[4].config
        return [*seen, thread.brief(second)["values"], thread.invoke(None, second), thread.invoke({"trail": []})]

    return in_both_colours(lambda: _counting(lg, True), play)
