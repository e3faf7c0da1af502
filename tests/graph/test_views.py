"""What a node sees of the state: the keys that it asks for, as the class that it asks for."""

import operator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import TypedDict

from stepgraph import START, StateGraph
from stepgraph.errors import InvalidUpdateError
from tests.graph.classes import Base, Data, Derived, DerivedData, Model
from tests.graph.conftest import Door
from tests.graph.states import single


def test_a_dataclass_state_reaches_nodes_as_an_instance(run: Door):
    seen = []

    def node(state: Data) -> dict[str, Any]:
        seen.append(state)
        return {"a": state.a + 1, "b": ["node"]}

    assert run(single(node, state=Data), {"a": 1}) == {"a": 2, "b": ["node"]}
    assert seen == [Data(1, [])]


def test_defaults_are_the_classes_own_and_are_not_state(run: Door):
    seen = []

    def node(state: DerivedData) -> None:
        seen.append(state.c)

    assert run(single(node, state=DerivedData), {"a": 1}) == {"a": 1, "b": []}
    assert seen == ["default"]


def test_a_dataclass_instance_is_an_input_and_an_update(run: Door):
    graph = single(lambda state: Data(state.a + 1, ["node"]), state=Data)
    assert run(graph, Data(1, ["input"])) == {"a": 2, "b": ["input", "node"]}


def test_a_missing_field_is_the_classes_own_error(run: Door):
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
        run(single(lambda state: None, state=Data), {"b": []})


def test_a_pydantic_state_is_coerced_where_a_node_reads_it(run: Door):
    seen = []

    def node(state: Model) -> dict[str, Any]:
        seen.append(state)
        return {"b": ["node"]}

    assert run(single(node, state=Model), {"a": "1"}) == {"a": "1", "b": ["node"]}
    assert seen == [Model(a=1)]


def test_a_pydantic_state_that_is_not_valid_fails_the_node(run: Door):
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        run(single(lambda state: None, state=Model), {"a": 1, "bounded": -1})


def test_a_pydantic_instance_updates_what_it_sets(run: Door):
    class Sparse(BaseModel):
        a: int | None = None
        b: int | None = None
        c: int = 3

    def node(state: Sparse) -> Sparse:
        return Sparse(b=None)

    assert run(single(node, state=Sparse), Sparse(a=1)) == {"a": 1, "b": None, "c": 3}


def test_nodes_of_one_graph_may_read_it_as_different_classes(run: Door):
    def first(state: Data) -> dict[str, Any]:
        return {"b": [type(state).__name__]}

    def second(state: Model) -> dict[str, Any]:
        return {"b": [type(state).__name__]}

    def third(state: Base) -> dict[str, Any]:
        return {"b": [state]}

    graph = StateGraph(Derived).add_sequence([first, second, third]).set_entry_point("first")
    assert run(graph.compile(), {"a": 1}) == {"a": 1, "b": ["Data", "Model", {"a": 1}]}


class Input(TypedDict):
    question: str


class Output(TypedDict):
    answer: str


class Whole(Input, Output):
    steps: Annotated[list, operator.add]


class Private(TypedDict):
    secret: int


def thinks(state: Input) -> dict[str, Any]:
    return {"secret": len(state["question"]), "steps": [dict(state)]}


def answers(state: Private) -> dict[str, Any]:
    return {"answer": str(state["secret"]), "steps": [dict(state)]}


def test_input_output_and_private_schemas(run: Door, chunks: Door):
    graph = StateGraph(Whole, input_schema=Input, output_schema=Output).add_sequence([thinks, answers])
    compiled = graph.set_entry_point("thinks").compile()
    assert set(graph.channels) == {"question", "answer", "steps", "secret"}
    assert run(compiled, {"question": "why"}) == {"answer": "3"}
    assert chunks(compiled, {"question": "why"}, stream_mode="values")[-1] == {
        "question": "why",
        "steps": [{"question": "why"}, {"secret": 3}],
        "secret": 3,
        "answer": "3",
    }


def test_only_the_input_schemas_keys_may_be_given(run: Door):
    graph = StateGraph(Whole, input_schema=Input).add_node(thinks).add_edge(START, "thinks").compile()
    with pytest.raises(InvalidUpdateError, match="the input wrote an unknown key 'answer'; known are 'question'"):
        run(graph, {"question": "why", "answer": "?"})


def test_a_nodes_input_schema_wins_over_its_annotation(run: Door):
    def node(state: Whole) -> dict[str, Any]:
        return {"steps": [sorted(state)]}

    graph = StateGraph(Whole).add_node(node, input_schema=Input).add_edge(START, "node").compile()
    assert run(graph, {"question": "why"}) == {"question": "why", "steps": [["question"]]}


def test_a_node_gets_only_keys_that_are_set(run: Door):
    graph = single(lambda state: {"log": [sorted(state)]})
    assert run(graph, {"n": 1}) == {"log": [["log", "n"]], "n": 1}


def test_a_model_that_forbids_more_still_reads_its_own_keys(run: Door):
    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")
        n: int

    def node(state: Strict) -> dict[str, Any]:
        return {"word": str(state)}

    assert run(single(node), {"n": 1}) == {"log": [], "n": 1, "word": "n=1"}
