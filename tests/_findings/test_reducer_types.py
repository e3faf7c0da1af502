"""A reducer's key starts empty whichever way its type is written (LangGraph: [], {}, (), set())."""

import operator
import typing
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph import START, StateGraph
from stepgraph.channels import BinaryOperatorAggregate


@pytest.mark.parametrize(
    ("typ", "first"),
    [
        (typing.List[str], []),  # noqa: UP006
        (typing.List, []),  # noqa: UP006
        (typing.Dict[str, int], {}),  # noqa: UP006
        (typing.Set[int], set()),  # noqa: UP006
        (typing.FrozenSet[int], frozenset()),  # noqa: UP006
        (typing.Tuple[int, ...], ()),  # noqa: UP006
    ],
    ids=str,
)
def test_types_of_typing_start_empty(typ: Any, first: Any):
    assert BinaryOperatorAggregate(typ, operator.add).initial() == first


def test_a_node_finds_the_empty_list_in_its_state():
    class State(TypedDict):
        log: Annotated[typing.List[str], operator.add]  # noqa: UP006

    graph = StateGraph(State).add_node("a", lambda state: {"log": [str(len(state["log"]))]}).add_edge(START, "a")
    assert graph.compile().invoke({}) == {"log": ["0"]}


def test_a_subclass_may_start_with_a_list_of_its_own():
    class Seeded(BinaryOperatorAggregate):
        def initial(self) -> Any:
            return ["seed"]

    class State(TypedDict):
        log: Annotated[list, Seeded(list, operator.add)]

    graph = StateGraph(State).add_node("a", lambda state: {"log": ["a"]}).add_edge(START, "a").compile()
    assert graph.invoke({}) == {"log": ["seed", "a"]}
