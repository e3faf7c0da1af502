"""Keys of a state that the engine computes."""

import operator
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph import START, StateGraph
from stepgraph.errors import InvalidUpdateError
from stepgraph.managed import IsLastStep, RemainingSteps
from tests.graph.conftest import Door
from tests.graph.states import single


class Managed(TypedDict):
    log: Annotated[list, operator.add]
    last: IsLastStep
    left: RemainingSteps


def test_managed_values_are_computed_where_they_are_read(run: Door):
    def again(state: Managed) -> dict[str, Any]:
        return {"log": [(state["last"], state["left"])]}

    graph = StateGraph(Managed).add_node(again).add_edge(START, "again")
    graph.add_conditional_edges("again", lambda state: "__end__" if state["last"] else "again", ["again", "__end__"])
    assert run(graph.compile(), {"log": []}, {"recursion_limit": 3}) == {
        "log": [(False, 2), (False, 1), (True, 0)],
    }
    assert list(graph.channels) == ["log"]


def test_managed_values_are_not_part_of_what_is_shown(run: Door, chunks: Door):
    graph = single(lambda state: {"log": [state["left"]]}, state=Managed)
    assert run(graph, {}, {"recursion_limit": 5}) == {"log": [4]}
    assert chunks(graph, {}, {"recursion_limit": 5}, stream_mode="values") == [{"log": [4]}]


@pytest.mark.parametrize(
    ("write", "message"),
    [
        ({"left": 3}, "node 'node' wrote 'left', which the engine computes; leave it out"),
        ({"log": [], "last": True}, "node 'node' wrote 'last', which the engine computes; leave it out"),
    ],
)
def test_managed_values_cannot_be_written(run: Door, write: Any, message: str):
    with pytest.raises(InvalidUpdateError, match=message):
        run(single(lambda state: write, state=Managed), {})


def test_managed_values_cannot_be_given():
    with pytest.raises(InvalidUpdateError, match="the input wrote 'left', which the engine computes; leave it out"):
        single(lambda state: None, state=Managed).invoke({"left": 3})


class Engine(TypedDict):
    left: RemainingSteps


@pytest.mark.parametrize("role", ["input", "output"])
def test_managed_values_have_no_place_in_input_and_output(role: str):
    with pytest.raises(ValueError, match=f"the {role} schema has keys that the engine computes, 'left'; drop them"):
        StateGraph(Managed, **{f"{role}_schema": Engine})


def test_a_state_cannot_be_a_managed_value():
    with pytest.raises(TypeError, match="a state cannot be a value that the engine computes"):
        StateGraph(RemainingSteps)
