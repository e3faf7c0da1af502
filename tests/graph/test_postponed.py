"""Annotations that are strings mean what they say: schemas, reducers, router hints, injected parameters."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional

import pytest
from pydantic import BaseModel
from typing_extensions import NotRequired, TypedDict

from stepgraph import END, START, Command, RunnableConfig, Runtime, StateGraph, StreamWriter
from stepgraph.channels import BinaryOperatorAggregate, LastValue, Topic
from stepgraph.managed import RemainingSteps
from tests.graph.conftest import Door
from tests.graph.states import single

if TYPE_CHECKING:
    from decimal import Decimal


class State(TypedDict, total=False):
    log: Annotated[list, operator.add]
    n: NotRequired[int]
    left: RemainingSteps
    topic: Annotated[list, Topic(str)]


class Private(TypedDict):
    n: int


@dataclass
class Data:
    n: int = 0
    log: Annotated[list, operator.add] = field(default_factory=list)


class Model(BaseModel):
    n: int = 0
    log: Annotated[list, operator.add] = []


@pytest.mark.parametrize("schema", [State, Data, Model])
def test_reducers_and_channels_are_read(schema: Any):
    channels = StateGraph(schema).channels
    assert (channels["log"], channels["n"]) == (BinaryOperatorAggregate(list, operator.add), LastValue(int))
    assert [channel.typ for channel in (channels["log"], channels["n"])] == [list, int]


class LambdaInput(TypedDict, total=False):
    items: Annotated[list, lambda left, right: left + right]


class LambdaState(LambdaInput, total=False):
    more: int


@dataclass
class LambdaData:
    items: Annotated[list, lambda left, right: left + right]


@dataclass
class LambdaMoreData(LambdaData):
    more: int = 0


class OtherLambda(TypedDict, total=False):
    items: Annotated[list, lambda left, right: right + left]


@pytest.mark.parametrize(("state", "part"), [(LambdaState, LambdaInput), (LambdaMoreData, LambdaData)])
def test_a_lambda_that_is_read_twice_is_one_reducer(run: Door, state: Any, part: Any):
    graph = StateGraph(state, input_schema=part).add_node("a", lambda state: {"items": [1]}).add_edge(START, "a")
    assert run(graph.compile(), {"items": [0]}) == {"items": [0, 1]}


def test_another_lambda_is_another_reducer():
    with pytest.raises(ValueError, match="key 'items' has two rules"):
        StateGraph(LambdaState, input_schema=OtherLambda)


def test_managed_values_and_channels_are_read():
    graph = StateGraph(State)
    assert list(graph.managed) == ["left"]
    assert graph.channels["topic"] == Topic(str)


def test_a_nodes_part_of_the_state_is_read(run: Door):
    def node(state: Private) -> dict[str, Any]:
        return {"log": [state]}

    assert run(single(node, state=State), {"n": 1, "topic": ["t"]}) == {"log": [{"n": 1}], "n": 1}


def test_a_class_of_a_state_is_built(run: Door):
    def node(state: Model) -> dict[str, Any]:
        return {"n": state.n + 1, "log": [type(state).__name__]}

    assert run(single(node, state=Model), {"n": 1}) == {"n": 2, "log": ["Model"]}


def test_router_hints_are_read(run: Door):
    def router(state: State) -> Literal["b", "__end__"]:
        return END

    graph = StateGraph(State).add_node("a", lambda state: {"log": ["a"]}).add_node("b", lambda state: {"log": ["b"]})
    graph.add_edge(START, "a").add_conditional_edges("a", router)
    assert graph.branches["a"]["router"].ends == {"b": "b", END: END}
    assert run(graph.compile(), {}) == {"log": ["a"]}


def test_command_hints_are_read(run: Door):
    def node(state: State) -> Command[Literal["b"]] | None:
        return Command(goto="b")

    graph = StateGraph(State).add_node(node).add_node("b", lambda state: {"log": ["b"]}).add_edge(START, "node")
    assert graph.nodes["node"].ends == {"b": "b"}
    assert run(graph.compile(), {}) == {"log": ["b"]}


def config_or_none(state: State, config: RunnableConfig | None = None) -> Any:
    return {"n": config["configurable"]["n"]}  # type: ignore[index]


def optional_config(state: State, config: Optional[RunnableConfig] = None) -> Any:  # noqa: UP045
    return {"n": config["configurable"]["n"]}  # type: ignore[index]


def plain_config(state: State, *, settings: RunnableConfig) -> Any:
    return {"n": settings["configurable"]["n"]}


def runtime_or_none(state: State, runtime: Runtime[Any] | None = None) -> Any:
    return {"n": runtime.context}  # type: ignore[union-attr]


def writer_or_none(state: State, write: StreamWriter | None = None) -> Any:
    write(5)  # type: ignore[misc]
    return {"n": 5}


def beside_a_name_for_checkers_only(state: State, config: RunnableConfig | None = None, x: Decimal = 0) -> Any:  # type: ignore[assignment]
    return {"n": config["configurable"]["n"]}  # type: ignore[index]


def quoted_by_checkers_only(state: State, config: RunnableConfig | Decimal | None = None) -> Any:
    return {"n": config["configurable"]["n"]}  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    "node",
    [
        config_or_none,
        optional_config,
        plain_config,
        runtime_or_none,
        writer_or_none,
        beside_a_name_for_checkers_only,
        quoted_by_checkers_only,
    ],
)
def test_config_runtime_and_writer_are_injected(run: Door, node: Any):
    assert run(single(node, state=State), {}, {"configurable": {"n": 5}}, context=5)["n"] == 5


def test_a_state_whose_names_cannot_be_found_says_so():
    class Hidden(TypedDict):
        price: Decimal

    with pytest.raises(
        TypeError,
        match=r"the annotations of .*Hidden cannot be resolved: name 'Decimal' is not defined; define the names that "
        r"it uses at the top of its module, outside of TYPE_CHECKING",
    ):
        StateGraph(Hidden)
