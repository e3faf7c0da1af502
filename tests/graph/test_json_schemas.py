"""The JSON schemas of what a graph takes and gives."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from pydantic.dataclasses import dataclass as checked
from typing_extensions import NotRequired, TypedDict

from stepgraph import START, StateGraph
from tests.graph.states import State, logs, single


class Shape(TypedDict):
    text: str
    items: Annotated[list[int], lambda left, right: left + right]
    maybe: NotRequired[int]


def test_json_schemas_of_typed_dicts():
    compiled = StateGraph(Shape, output_schema=State).add_node("a", logs("a")).add_edge(START, "a").compile()
    assert compiled.get_input_jsonschema() == {
        "properties": {
            "text": {"title": "Text", "type": "string"},
            "items": {"items": {"type": "integer"}, "title": "Items", "type": "array"},
            "maybe": {"title": "Maybe", "type": "integer"},
        },
        "required": ["text", "items"],
        "title": "Shape",
        "type": "object",
    }
    assert compiled.get_output_jsonschema()["title"] == "State"
    assert compiled.get_context_jsonschema() is None


def test_json_schemas_of_models_states_without_keys_and_contexts():
    class Model(BaseModel):
        n: int

    @dataclass
    class Settings:
        user: str

    compiled = StateGraph(Model, Settings).add_node("a", lambda state: None).add_edge(START, "a").compile()
    assert compiled.get_input_jsonschema() == Model.model_json_schema()
    assert compiled.get_context_jsonschema() == {
        "properties": {"user": {"title": "User", "type": "string"}},
        "required": ["user"],
        "title": "Settings",
        "type": "object",
    }
    root = single(lambda state: None, state=Annotated[list[int], lambda left, right: left + right])
    expected = {"items": {"type": "integer"}, "type": "array"}
    assert root.get_input_jsonschema() == {**expected, "title": "StateGraphInput"}
    assert root.get_output_jsonschema() == {**expected, "title": "StateGraphOutput"}


class Odd(TypedDict, total=False):
    copy: int
    schema: int
    _hidden: int


@checked
class Checked:
    n: int = 0


@pytest.mark.parametrize(("state", "keys"), [(Odd, ["copy", "schema", "_hidden"]), (Checked, ["n"])])
def test_any_key_has_its_place_in_the_json_schema(state: Any, keys: list[str]):
    assert list(single(lambda state: None, state=state).get_input_jsonschema()["properties"]) == keys
