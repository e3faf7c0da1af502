"""Channels as the keys of a state, and channels that users write for it."""

import itertools
import operator
import typing
from collections.abc import Sequence
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph import START, Command, Overwrite, StateGraph
from stepgraph.channels import (
    AnyValue,
    BaseChannel,
    BinaryOperatorAggregate,
    EphemeralValue,
    LastValue,
    LastValueAfterFinish,
    Topic,
    UntrackedValue,
)
from stepgraph.channels.base import MISSING
from stepgraph.errors import EmptyChannelError, InvalidUpdateError, ReducerError


class Newest(BaseChannel[Any, Any]):
    """Keeps the largest write; only the stateful face is defined, as LangGraph's users do."""

    def __init__(self, typ: Any, key: str = "") -> None:
        super().__init__(typ, key)
        self.value: Any = MISSING

    def update(self, values: Sequence[Any]) -> bool:
        if not values:
            return False
        if "bad" in values:
            raise ValueError("bad write")
        self.value = max(values) if self.value is MISSING else max(self.value, *values)
        return True

    def get(self) -> Any:
        if self.value is MISSING:
            raise EmptyChannelError
        return self.value

    def checkpoint(self) -> Any:
        return self.value

    def from_checkpoint(self, checkpoint: Any) -> "Newest":
        twin = type(self)(self.typ, self.key)
        if checkpoint is not MISSING:
            twin.value = checkpoint
        return twin


class ReadOnce(Newest):
    """Forgets its value when a superstep passes without a write."""

    def update(self, values: Sequence[Any]) -> bool:
        if values:
            return super().update(values)
        changed = self.value is not MISSING
        self.value = MISSING
        return changed

    def is_available(self) -> bool:
        return self.value is not MISSING


class AtTheEnd(Newest):
    """Shows its value only once nothing else is left to run."""

    def __init__(self, typ: Any, key: str = "") -> None:
        super().__init__(typ, key)
        self.finished = False

    def get(self) -> Any:
        if not self.finished:
            raise EmptyChannelError
        return super().get()

    def finish(self) -> bool:
        changed = not self.finished and self.value is not MISSING
        self.finished = self.finished or changed
        return changed

    def checkpoint(self) -> Any:
        return MISSING if self.value is MISSING else (self.value, self.finished)

    def from_checkpoint(self, checkpoint: Any) -> "AtTheEnd":
        twin = AtTheEnd(self.typ, self.key)
        if checkpoint is not MISSING:
            twin.value, twin.finished = checkpoint
        return twin


def shown(channel: Any, *script: Any) -> tuple[list[Any], Any]:
    """Let a chain of nodes write a key, `None` for nothing; return what each node read of it, and its last value."""

    class State(TypedDict, total=False):
        key: Annotated[Any, channel]
        log: Annotated[list, operator.add]

    graph = StateGraph(State)
    names = [f"node {number}" for number in range(len(script))]

    def writing(value: Any) -> Any:
        return lambda state: {"log": [state.get("key")]} | ({} if value is None else {"key": value})

    for name, value in zip(names, script, strict=True):
        graph.add_node(name, writing(value))
    for name, following in itertools.pairwise(names):
        graph.add_edge(name, following)
    result = graph.add_edge(START, names[0]).compile().invoke({})
    return result["log"], result.get("key")


@pytest.mark.parametrize(
    ("channel", "script", "reads", "end"),
    [
        (EphemeralValue, (1, None, None), [None, 1, None], None),
        (EphemeralValue(int), (1, None, 2), [None, 1, None], 2),
        (AnyValue, (1, None, 2), [None, 1, None], 2),
        (UntrackedValue, (1, None, None), [None, 1, 1], 1),
        (Topic, (["a", "b"], "c", None), [None, ["a", "b"], ["c"]], None),
        (Topic(str, accumulate=True), (["a"], "b", None), [None, ["a"], ["a", "b"]], ["a", "b"]),
        (LastValueAfterFinish, (1, 2, None), [None, None, None], 2),
        (Newest, (2, 3, 1), [None, 2, 3], 3),
        (Newest(int), (2, None, None), [None, 2, 2], 2),
        (ReadOnce, (2, None, None), [None, 2, None], None),
        (AtTheEnd, (2, 1, None), [None, None, None], 2),
    ],
)
def test_what_nodes_read_and_what_is_left(channel: Any, script: Any, reads: list[Any], end: Any):
    assert shown(channel, *script) == (reads, end)


class Both(TypedDict, total=False):
    own: Annotated[Any, Newest]
    log: Annotated[list, operator.add]


def branching(*writes: Any) -> StateGraph[Any, Any, Any, Any]:
    graph = StateGraph(Both)
    for number, write in enumerate(writes):
        graph.add_node(f"n{number}", lambda state, write=write: write).add_edge(START, f"n{number}")
    return graph


def test_a_users_channel_takes_parallel_writes():
    assert branching({"own": 1}, {"own": 3}, {"own": 2}).compile().invoke({"own": 0}) == {"own": 3, "log": []}


def test_a_users_channel_that_raises_fails_the_superstep():
    with pytest.raises(ReducerError, match="the reducer of key 'own', written by 'n1', raised ValueError: bad write"):
        branching({"log": [1]}, {"own": "bad"}).compile().invoke({"own": "a"})


def test_routers_see_a_users_channel_with_their_nodes_write():
    graph = branching({"own": 5}, {"own": 4}).add_node("last", lambda state: {"log": [state["own"]]})
    seen: list[Any] = []

    def router(state: Both) -> str:
        seen.append(state["own"])
        return "last"

    graph.add_conditional_edges("n0", router)
    assert graph.compile().invoke({"own": 1}) == {"own": 5, "log": [5]}
    assert seen == [5]


def test_a_users_channel_is_fresh_in_every_run():
    graph = branching({"own": 5}).compile()
    assert graph.invoke({"own": 9}) == {"own": 9, "log": []}
    assert graph.invoke({"own": 1}) == {"own": 5, "log": []}


def test_two_schemas_may_share_a_users_channel():
    class Private(TypedDict, total=False):
        own: Annotated[Any, Newest]

    def reads(state: Private) -> Any:
        return {"log": [dict(state)]}

    graph = StateGraph(Both).add_node(reads).add_edge(START, "reads").compile()
    assert graph.invoke({"own": 1}) == {"own": 1, "log": [{"own": 1}]}


def test_an_overwrite_replaces_what_a_reducer_collected():
    class State(TypedDict):
        log: Annotated[list, operator.add]

    def replaces(state: State) -> Any:
        return Command(update={"log": Overwrite(["only"])})

    graph = StateGraph(State).add_node(replaces).add_edge(START, "replaces").compile()
    assert graph.invoke({"log": ["a", "b"]}) == {"log": ["only"]}
    assert graph.invoke({"log": Overwrite(["a"])}) == {"log": ["only"]}


def test_two_overwrites_in_one_superstep_name_key_and_nodes():
    graph = branching({"log": Overwrite([1])}, {"log": Overwrite([2])}).compile()
    with pytest.raises(InvalidUpdateError, match="key 'log', written by 'n0', 'n1' in one superstep: one Overwrite"):
        graph.invoke({})


class Seeded(BinaryOperatorAggregate[Any]):
    def initial(self) -> Any:
        return ["seed"]


@pytest.mark.parametrize(
    ("annotation", "first"),
    [
        (Annotated[list, operator.add], []),
        (Annotated[typing.List[str], operator.add], []),  # noqa: UP006
        (Annotated[list, Seeded(list, operator.add)], ["seed"]),
    ],
)
def test_a_node_finds_the_first_value_of_a_key(annotation: Any, first: Any):
    class State(TypedDict):
        key: annotation  # type: ignore[valid-type]

    graph = StateGraph(State).add_node("a", lambda state: {"key": [str(state["key"])]}).add_edge(START, "a").compile()
    assert graph.invoke({}) == {"key": [*first, str(first)]}


@pytest.mark.parametrize("write", [Overwrite(3), {"__overwrite__": 3}])
@pytest.mark.parametrize("channel", [AnyValue, EphemeralValue, LastValue, LastValueAfterFinish, UntrackedValue])
def test_an_overwrite_is_its_value_where_nothing_is_reduced(channel: Any, write: Any):
    class State(TypedDict, total=False):
        key: Annotated[int, channel]

    graph = StateGraph(State).add_node("a", lambda state: {"key": write}).add_edge(START, "a").compile()
    assert graph.invoke({}) == {"key": 3}
