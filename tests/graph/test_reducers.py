"""The rule of a key: what its annotation says, and which of several annotations wins."""

import functools
import operator
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph import START, StateGraph
from stepgraph.channels import BinaryOperatorAggregate, EphemeralValue, NamedBarrierValue, Topic
from stepgraph.errors import ReducerError
from tests.graph.classes import ADD, LAST
from tests.graph.conftest import Door
from tests.graph.states import State, single


def concat(left: Any, right: Any) -> Any:
    return left + right


def with_default(left: Any, right: Any, sep: str = "") -> Any:
    return left + right


def starred(*both: Any) -> Any:
    return both[0] + both[1]


class Combine:
    def __call__(self, left: Any, right: Any) -> Any:
        return left + right


@pytest.mark.parametrize(
    ("annotation", "channel"),
    [
        (Annotated[int, max], BinaryOperatorAggregate(int, max)),
        (Annotated[str, concat], BinaryOperatorAggregate(str, concat)),
        (Annotated[str, "a comment", concat], BinaryOperatorAggregate(str, concat)),
        (Annotated[str, concat, "a comment"], LAST),
        (Annotated[str, with_default], BinaryOperatorAggregate(str, with_default)),
        (Annotated[str, starred], BinaryOperatorAggregate(str, starred)),
        (Annotated[str, "a comment"], LAST),
        (Annotated[int, int], LAST),
        (Annotated[int, EphemeralValue], EphemeralValue(int)),
        (Annotated[int, EphemeralValue(str, guard=False)], EphemeralValue(int, guard=False)),
        (Annotated[int, Topic(int, accumulate=True), "a comment"], Topic(int, accumulate=True)),
        (Annotated[str, NamedBarrierValue(str, {"x"})], NamedBarrierValue(str, {"x"})),
    ],
)
def test_annotations(annotation: Any, channel: Any):
    class Schema(TypedDict):
        key: annotation  # type: ignore[valid-type]

    assert StateGraph(Schema).channels == {"key": channel}


@pytest.mark.parametrize("reducer", [functools.partial(with_default, sep="-"), Combine()])
def test_any_callable_of_two_values_is_a_reducer(run: Door, reducer: Any):
    class Schema(TypedDict, total=False):
        key: Annotated[str, reducer]

    assert run(single(lambda state: {"key": "b"}, state=Schema), {"key": "a"}) == {"key": "ab"}


@pytest.mark.parametrize(
    ("reducer", "given"),
    [
        (lambda one: one, "(one)"),
        (lambda: 0, "()"),
        (lambda one, *, other=0: one, "(one, other)"),
        (lambda one, two, *, how: one, "(one, two, how)"),
        (lambda a, b, c: a, "(a, b, c)"),
        (functools.partial(lambda a, b: a, 1), "(b)"),
    ],
)
def test_a_reducer_that_does_not_take_two_values_is_refused(reducer: Any, given: str):
    class Schema(TypedDict):
        key: Annotated[list, reducer]

    with pytest.raises(
        ValueError, match="Invalid reducer signature of key 'key': a reducer takes two values"
    ) as raised:
        StateGraph(Schema)
    assert str(raised.value).endswith(f"got {given}")


class Adds(TypedDict):
    key: Annotated[list, operator.add]


class Multiplies(TypedDict):
    key: Annotated[list, operator.mul]


class Keeps(TypedDict):
    key: list


def test_one_key_has_one_rule():
    with pytest.raises(
        ValueError,
        match="key 'key' has two rules: the reducer 'add' from an earlier schema and the reducer 'mul' from "
        "'Multiplies'; annotate it with the same one",
    ):
        StateGraph(Adds, output_schema=Multiplies)
    with pytest.raises(
        ValueError, match="key 'key' has two rules: LastValue from an earlier schema and the reducer 'add'"
    ):
        StateGraph(Keeps, input_schema=Adds)


def test_a_schema_that_only_reads_needs_no_reducer(run: Door):
    def node(state: Keeps) -> dict[str, Any]:
        return {"key": [len(state["key"])]}

    assert run(single(node, state=Adds), {"key": [5]}) == {"key": [5, 1]}
    assert StateGraph(Adds, output_schema=Keeps).channels == {"key": ADD}


def test_a_rule_of_a_private_schema_wins_over_none(run: Door):
    class Other(TypedDict):
        more: list

    class Sums(TypedDict):
        more: Annotated[list, operator.add]

    def first(state: Other) -> None: ...

    def second(state: Sums) -> dict[str, Any]:
        return {"more": [1]}

    def third(state: Sums) -> dict[str, Any]:
        return {"more": [2], "log": [state["more"]]}

    graph = StateGraph(State).add_sequence([first, second, third, ("last", lambda state: {"log": ["end"]})])
    assert graph.channels["more"] == ADD
    assert run(graph.add_edge(START, "first").compile(), {}) == {"log": [[1], "end"]}


def test_a_reducer_that_raises_names_key_and_node(run: Door):
    with pytest.raises(
        ReducerError, match=r"the reducer of key 'log', written by 'node', raised TypeError: "
    ) as raised:
        run(single(lambda state: {"log": "text"}), {})
    assert isinstance(raised.value.__cause__, TypeError)
