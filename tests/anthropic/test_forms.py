"""Tools, choices and forms of answers, beyond what the golden file holds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from stepgraph.errors import OutputParserException
from stepgraph.tools import tool
from stepgraph_anthropic import convert_to_anthropic_tool
from tests.anthropic.models import both_colours, claude
from tests.chat_models.contract import call
from tests.providers.standin import Answer, Standin, ToolCall


class Sum(BaseModel):
    """A sum."""

    a: int


class SumDict(TypedDict):
    """A sum."""

    a: int


@tool(extras={"cache_control": {"type": "ephemeral"}, "colour": "blue"})
def add(a: int) -> int:
    """Add."""
    return a


@tool
def now() -> str:
    """Say what time it is."""
    return "noon"


def test_what_a_tool_says_besides():
    assert convert_to_anthropic_tool(add)["cache_control"] == {"type": "ephemeral"}
    assert "colour" not in convert_to_anthropic_tool(add)
    assert convert_to_anthropic_tool(now)["input_schema"] == {"type": "object", "properties": {}}
    mine = {"type": "memory_20250818", "name": "memory"}
    assert convert_to_anthropic_tool(tool(extras={"provider_tool_definition": mine})(_nothing)) == mine


def _nothing() -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("required", {"type": "any"}),
        (True, {"type": "any"}),
        ("none", {"type": "none"}),
        ({"type": "function", "function": {"name": "add"}}, {"type": "tool", "name": "add"}),
        (None, None),
        (False, None),
    ],
)
def test_choices_in_the_words_of_others(standin: Standin, choice: Any, sent: Any):
    claude(standin).bind_tools([add], tool_choice=choice).invoke("Hi")
    assert standin.last.body.get("tool_choice") == sent


def test_choices_that_are_none(standin: Standin):
    with pytest.raises(ValueError, match=r"tool_choice must name one of the tools \['add'\], got 'sub'"):
        claude(standin).bind_tools([add], tool_choice="sub")
    with pytest.raises(ValueError, match="tool_choice must be the name of a tool"):
        claude(standin).bind_tools([add], tool_choice=3)  # type: ignore[arg-type]


def test_a_model_that_thinks_is_not_forced(standin: Standin):
    model = claude(standin, thinking={"type": "adaptive"})
    with pytest.warns(UserWarning, match="cannot be made to call a tool: tool_choice is left out"):
        bound = model.bind_tools([add], tool_choice="any", parallel_tool_calls=False)
    bound.invoke("Hi")
    assert standin.last.body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}


def test_schemas_that_the_api_refuses(standin: Standin):
    either = {"name": "either", "description": "d", "input_schema": {"type": "object", "anyOf": [{}, {}]}}
    with pytest.warns(UserWarning, match="oneOf or anyOf at its root, as either has; left out"):
        claude(standin).bind_tools([either, add]).invoke("Hi")
    assert [each["name"] for each in standin.last.body["tools"]] == ["add"]
    with pytest.raises(ValueError, match="put it under a property of an object"):
        claude(standin).bind_tools([either])


def test_no_tools_are_no_tools(standin: Standin):
    claude(standin).bind_tools([]).invoke("Hi")
    assert "tools" not in standin.last.body


@both_colours
@pytest.mark.parametrize("method", ["function_calling", "json_schema", "json_mode"])
@pytest.mark.parametrize("schema", [Sum, SumDict])
def test_structured_output(standin: Standin, colour: str, method: str, schema: Any):
    answer = Answer(tool_calls=[ToolCall(schema.__name__, {"a": 1})]) if method[0] == "f" else Answer('{"a": 1}')
    standin.answers += [answer, answer]
    found = call(claude(standin).with_structured_output(schema, method=method), colour, "One")
    assert found == (Sum(a=1) if schema is Sum else {"a": 1})
    raw = call(claude(standin).with_structured_output(schema, method=method, include_raw=True), colour, "One")
    assert standin.last.status == 200
    assert (raw["parsed"], raw["parsing_error"]) == (found, None)


def test_a_tool_in_the_apis_form_is_a_schema(standin: Standin):
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    form = {"name": "Sum", "description": "d", "input_schema": schema}
    standin.answers.append(Answer(tool_calls=[ToolCall("Sum", {"a": 1})]))
    assert claude(standin).with_structured_output(form).invoke("One") == {"a": 1}


@both_colours
def test_a_model_that_thinks_may_not_call(standin: Standin, colour: str):
    model = claude(standin, thinking={"type": "adaptive"})
    with pytest.warns(UserWarning, match="cannot be made to call a tool while it thinks"):
        structured = model.with_structured_output(Sum)
    standin.answers += [Answer("One."), Answer(tool_calls=[ToolCall("Sum", {"a": 1})])]
    with pytest.raises(OutputParserException, match="the answer calls no tool 'Sum'"):
        call(structured, colour, "One")
    assert call(structured, colour, "One") == Sum(a=1)


def test_what_cannot_be_a_form(standin: Standin):
    with pytest.raises(ValueError, match="method 'magic' does not exist"):
        claude(standin).with_structured_output(Sum, method="magic")
    with pytest.raises(TypeError, match="takes a pydantic model, a TypedDict or a JSON schema, got None"):
        claude(standin).with_structured_output(None)


def test_forms_keep_what_else_is_configured(standin: Standin):
    model = claude(standin, output_config={"task_budget": {"type": "tokens", "total": 9}}, effort="low")
    standin.answers.append(Answer('{"a": 1}'))
    model.with_structured_output(Sum, method="json_schema", strict=True).invoke("One")
    config = standin.last.body["output_config"]
    assert (config["effort"], config["task_budget"]["total"], config["format"]["type"]) == ("low", 9, "json_schema")
    assert standin.last.headers["anthropic-beta"] == "task-budgets-2026-03-13"
    for more in ({"effort": "high"}, {"reasoning_effort": "high"}, {"output_config": {"effort": "high"}}):
        model.invoke("Hi", **more)
        assert standin.last.body["output_config"]["effort"] == "high"


def test_forms_in_the_words_of_others(standin: Standin):
    schema = {"title": "Sum", "type": "object", "properties": {"a": {"type": "integer"}}}
    for form in (Sum, {"type": "json_schema", "json_schema": {"name": "Sum", "schema": schema}}):
        claude(standin).invoke("One", response_format=form)
        assert standin.last.body["output_config"]["format"]["schema"]["properties"] == {
            "a": {"type": "integer"} if form is not Sum else {"type": "integer", "title": "A"}
        }
