"""Channels as keys of a state: what four nodes in a row see of them."""

import operator
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import START
from tests.parity.running import invoked, outcome, streamed


def _four(lg, annotation, writes=(1, 2)):
    """A node that writes, one that only looks, one that writes again, one that looks."""
    schema = TypedDict("schema", {"seen": Annotated[list, operator.add], "key": annotation})  # noqa: UP013

    def look(state: Any) -> list[Any]:
        return [state.get("key", "-")]

    builder = lg.graph.StateGraph(schema)
    builder.add_node("one", lambda state: {"seen": look(state), "key": writes[0]})
    builder.add_node("two", lambda state: {"seen": look(state)})
    builder.add_node("three", lambda state: {"seen": look(state), "key": writes[1]})
    builder.add_node("four", lambda state: {"seen": look(state)})
    for start, end in (("__start__", "one"), ("one", "two"), ("two", "three"), ("three", "four")):
        builder.add_edge(start, end)
    graph = builder.compile()
    return [streamed(graph, {"seen": []}, "values"), invoked(graph, {"seen": [], "key": writes[0]})]


def ephemeral(lg):
    return _four(lg, Annotated[int, lg.channels.EphemeralValue])


def untracked(lg):
    return _four(lg, Annotated[int, lg.channels.UntrackedValue])


def any_value(lg):
    return _four(lg, Annotated[int, lg.channels.AnyValue])


def last_value_after_finish(lg):
    return _four(lg, Annotated[int, lg.channels.LastValueAfterFinish])


def topic(lg):
    return _four(lg, Annotated[list, lg.channels.Topic(int)])


def topic_of_lists(lg):
    return _four(lg, Annotated[list, lg.channels.Topic(int)], ([1, 2], [3]))


def accumulating_topic(lg):
    return _four(lg, Annotated[list, lg.channels.Topic(int, accumulate=True)])


def aggregate(lg):
    return _four(lg, Annotated[int, lg.channels.BinaryOperatorAggregate(int, operator.add)])


def subclass_of_an_aggregate(lg):
    class Doubling(lg.channels.BinaryOperatorAggregate):
        def update(self, values):
            return super().update([value * 2 for value in values])

    return _four(lg, Annotated[int, Doubling(int, operator.add)])


def overwriting(lg):
    return _four(lg, Annotated[int, operator.add], (1, lg.types.Overwrite(9)))


def overwriting_with_a_dict(lg):
    return _four(lg, Annotated[int, operator.add], (1, {"__overwrite__": 9}))


def _side_by_side(lg, annotation, *writes):
    schema = TypedDict("schema", {"key": annotation})  # noqa: UP013
    builder = lg.graph.StateGraph(schema)
    for index, write in enumerate(writes):
        builder.add_node(f"node{index}", lambda state, write=write: {"key": write})
        builder.add_edge(START, f"node{index}")
    return builder.compile()


def two_writers_of_a_plain_key(lg):
    graph = _side_by_side(lg, int, 1, 1)
    return [invoked(graph, {"key": 0}), outcome(lambda: graph.invoke({}))]


def two_writers_of_an_any_value(lg):
    return invoked(_side_by_side(lg, Annotated[int, lg.channels.AnyValue], 1, 2), {})


def two_writers_of_an_ephemeral_value(lg):
    channel = lg.channels.EphemeralValue
    return [
        invoked(_side_by_side(lg, Annotated[int, channel], 1, 2), {}),
        invoked(_side_by_side(lg, Annotated[int, channel(int, guard=False)], 1, 2), {}),
    ]


def two_writers_of_a_topic(lg):
    return invoked(_side_by_side(lg, Annotated[list, lg.channels.Topic(str)], "a", ["b", "c"]), {})


def an_overwrite_beside_writes(lg):
    overwrite = lg.types.Overwrite
    added = Annotated[list, operator.add]
    return [
        invoked(_side_by_side(lg, added, ["a"], overwrite(["o"]), ["b"]), {"key": ["in"]}),
        invoked(_side_by_side(lg, added, overwrite(["o"]), overwrite(["p"])), {"key": ["in"]}),
    ]


def an_overwrite_in_updates(lg):
    graph = _side_by_side(lg, Annotated[list, operator.add], lg.types.Overwrite(["o"]))
    return streamed(graph, {"key": ["in"]}, ["updates", "tasks", "values"])


def an_overwrite_of_a_plain_key(lg):
    return invoked(_side_by_side(lg, int, lg.types.Overwrite(3)), {"key": 0})


def an_overwrite_in_the_input(lg):
    graph = _side_by_side(lg, Annotated[list, operator.add], ["a"])
    return invoked(graph, {"key": lg.types.Overwrite(["in"])})


def a_reducer_gets_old_and_new(lg):
    calls: list[Any] = []

    def note(old: list[Any], new: Any) -> list[Any]:
        calls.append([list(old), new])
        return [*old, new]

    graph = _side_by_side(lg, Annotated[list, note], "a", "b")
    return [outcome(lambda: graph.invoke({"key": "in"})), calls]


def a_reducer_without_a_start_value(lg):
    graph = _side_by_side(lg, Annotated[int | None, lambda old, new: old + new], 1, 2)
    return [invoked(graph, {}), invoked(graph, {"key": 10})]


def a_reducer_that_raises(lg):
    def refuse(old: int, new: int) -> int:
        raise LookupError("refused")

    graph = _side_by_side(lg, Annotated[int, refuse], 1)
    answer = streamed(graph, {}, ["values", "updates"])
    return "error" in answer[-1]


def the_state_a_node_gets_is_its_own_dict(lg):
    schema = TypedDict("schema", {"key": int, "seen": Annotated[list, operator.add]})  # noqa: UP013

    def spoil(state: Any) -> dict[str, Any]:
        state["key"] = 99
        state["extra"] = 1
        return {"seen": ["spoil"]}

    builder = lg.graph.StateGraph(schema)
    builder.add_node("spoil", spoil)
    builder.add_node("look", lambda state: {"seen": [state["key"]]})
    builder.add_node("next", lambda state: {"seen": [state["key"], sorted(state)]})
    builder.add_edge(START, "spoil")
    builder.add_edge(START, "look")
    builder.add_edge("spoil", "next")
    return invoked(builder.compile(), {"key": 1, "seen": []})
