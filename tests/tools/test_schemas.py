"""How providers are told of functions, models and tools."""

from typing import Annotated, Any, Optional

import pytest
from pydantic import BaseModel, Field
from typing_extensions import NotRequired, Required, TypedDict

from stepgraph.tools import (
    convert_to_json_schema,
    convert_to_openai_function,
    convert_to_openai_tool,
    tool,
    tool_example_to_messages,
)
from stepgraph.tools.json_schemas import closed, dereferenced, untitled


class Leaf(BaseModel):
    """A leaf."""

    title: str
    child: Optional["Leaf"] = None


def test_references_are_replaced_and_circles_end():
    found = convert_to_openai_function(Leaf)
    assert found["name"] == "Leaf"
    assert "$ref" not in repr(found)
    assert "$defs" not in repr(found)
    assert found["parameters"]["properties"]["title"] == {"type": "string"}


def test_a_reference_that_leads_nowhere_is_named():
    with pytest.raises(ValueError, match="refers to '#/\\$defs/X', which it does not have"):
        dereferenced({"properties": {"x": {"$ref": "#/$defs/X"}}})


def test_what_is_given_is_not_changed():
    schema = {"title": "T", "properties": {"title": {"title": "Title", "type": "string"}}, "$defs": {"A": {}}}
    before = repr(schema)
    assert untitled(schema) == {"properties": {"title": {"type": "string"}}, "$defs": {"A": {}}}
    assert closed(schema)["additionalProperties"] is False
    assert dereferenced(schema)["title"] == "T"
    convert_to_openai_function(schema, strict=True)
    assert repr(schema) == before


def test_two_calls_share_nothing():
    @tool
    def take(a: Leaf) -> str:
        """Take."""
        return ""

    first = convert_to_openai_tool(take)
    first["function"]["parameters"]["properties"].clear()
    assert convert_to_openai_tool(take)["function"]["parameters"]["properties"]


def test_strict_schemas_are_closed_at_every_depth():
    class Tree(BaseModel):
        leaves: list[Leaf]
        any: dict[str, Any] = Field(default_factory=dict)

    parameters = convert_to_openai_function(Tree, strict=True)["parameters"]
    assert parameters["required"] == ["leaves", "any"]
    assert parameters["additionalProperties"] is False
    assert parameters["properties"]["any"]["additionalProperties"] is False
    assert parameters["properties"]["leaves"]["items"]["required"] == ["title", "child"]


def test_typed_dicts():
    class Inner(TypedDict):
        """Inside."""

        x: int

    class Outer(TypedDict, total=False):
        """Outside.

        Args:
            a: The a.
        """

        a: Required[int]
        b: NotRequired[str]
        c: Annotated[list[Inner], ..., "the inner ones"]
        d: Annotated[Inner | None, None, "perhaps"]

    found = convert_to_openai_function(Outer)
    assert (found["name"], found["description"]) == ("Outer", "Outside.")
    properties = found["parameters"]["properties"]
    assert found["parameters"]["required"] == ["a"]
    assert properties["a"] == {"type": "integer", "description": "The a."}
    assert properties["c"]["description"] == "the inner ones"
    assert properties["c"]["items"]["properties"] == {"x": {"type": "integer"}}
    assert properties["d"]["description"] == "perhaps"

    class Wrong(TypedDict):
        a: Annotated[int, ..., 3]

    with pytest.raises(ValueError, match=r"Wrong.a: what stands third in Annotated\[…\] must be a text"):
        convert_to_openai_function(Wrong)


def test_what_json_does_not_know_is_named():
    class Odd:
        pass

    @tool
    def take(a: Odd) -> str:
        """Take."""
        return ""

    assert take.invoke({"a": Odd()}) == ""
    with pytest.raises(TypeError, match="the arguments of tool 'take' cannot be described to a model"):
        convert_to_openai_tool(take)


def test_tools_of_other_packages_are_known_by_what_they_have():
    class Foreign:
        name, description = "foreign", "Abroad."
        tool_call_schema = Leaf

    assert convert_to_openai_function(Foreign())["name"] == "foreign"


@pytest.mark.parametrize("given", [3, {"type": "object"}, None])
def test_what_says_nothing_is_refused(given):
    with pytest.raises(ValueError, match="expected a tool, a pydantic model, a TypedDict, a function"):
        convert_to_openai_function(given)


def test_the_providers_own_tools_stay_as_they_are():
    own = {"type": "web_search_preview_2025_03_11"}
    assert convert_to_openai_tool(own) is own
    with pytest.raises(ValueError, match="that has a schema"):
        convert_to_json_schema(own)


def test_examples_have_an_output_for_each_call():
    with pytest.raises(ValueError, match="one output for each of the 1 tool calls, got 2"):
        tool_example_to_messages("hi", [Leaf(title="x")], ["a", "b"])
