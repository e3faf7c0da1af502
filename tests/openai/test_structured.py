"""Structured output in OpenAI's three ways."""

import asyncio
import pickle
from typing import Any

import pytest
from pydantic import BaseModel, Field

from stepgraph_openai import OpenAIRefusalError, OpenAIUnfinishedError
from stepgraph_openai.structured import response_format_of
from tests.chat_models.contract import Make, Sum, SumDict, add, both_colours, call
from tests.providers.standin import Answer, Standin, ToolCall

SCHEMA = {"title": "Sum", "description": "A sum.", **Sum.model_json_schema()}
FITS = Answer('{"a": 1, "b": 2}')


@both_colours
@pytest.mark.parametrize("method", ["json_schema", "json_mode", "function_calling"])
@pytest.mark.parametrize("schema", [Sum, SumDict, SCHEMA])
def test_forms(make: Make, standin: Standin, colour: str, method: str, schema: Any) -> None:
    model = make().with_structured_output(schema, method=method, **{} if method == "json_mode" else {"strict": True})
    if method == "json_mode":
        standin.answers.append(FITS)
        found, expected = call(model, colour, "1 and 2 as JSON"), {"a": 1, "b": 2}
        assert standin.last.body["response_format"] == {"type": "json_object"}
    else:
        found, expected = call(model, colour, "1 and 2"), {"a": 1, "b": 1}  # made up from the schema
    assert found == (Sum(**expected) if schema is Sum else expected)


@pytest.mark.parametrize("more", [{}, {"include_raw": True}, {"method": "json_mode"}, {"tools": [add]}])
def test_they_can_be_pickled(make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch, more: Any) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", standin.key)
    model = pickle.loads(pickle.dumps(make().with_structured_output(Sum, **more)))
    standin.answers.append(FITS)
    found = model.invoke("1 and 2 as JSON")
    assert (found["parsed"] if isinstance(found, dict) else found) == Sum(a=1, b=2)


@both_colours
def test_the_message_beside_it(make: Make, colour: str) -> None:
    model = make(FITS, Answer("Nothing."), Answer(refusal="I will not."))
    structured = model.with_structured_output(Sum, include_raw=True)
    fine, broken, refused = (call(structured, colour, "Hi") for _ in range(3))
    assert (fine["raw"].text, fine["parsed"], fine["parsing_error"]) == ('{"a": 1, "b": 2}', Sum(a=1, b=2), None)
    assert (broken["raw"].text, broken["parsed"]) == ("Nothing.", None)
    assert isinstance(broken["parsing_error"], ValueError)
    assert isinstance(refused["parsing_error"], OpenAIRefusalError)


@both_colours
@pytest.mark.parametrize("schema", [Sum, SCHEMA])
def test_answers_that_are_none(make: Make, colour: str, schema: Any) -> None:
    model = make(
        Answer(refusal="I will not."),
        Answer('{"a": 1,', finish="length"),
        Answer('{"a": 1,', finish="content_filter"),
        Answer("Nothing."),
    ).with_structured_output(schema)
    with pytest.raises(OpenAIRefusalError, match=r"gpt-4o-mini.*I will not\."):
        call(model, colour, "Hi")
    with pytest.raises(OpenAIUnfinishedError, match="raise max_tokens"):
        call(model, colour, "Hi")
    with pytest.raises(OpenAIUnfinishedError, match="content filter"):
        call(model, colour, "Hi")
    with pytest.raises(ValueError, match="Nothing"):
        call(model, colour, "Hi")


@both_colours
def test_dicts_are_streamed_as_they_come(make: Make, colour: str) -> None:
    model = make(Answer(pieces=['{"a": 1', ', "b', '": 2}'])).with_structured_output(SCHEMA)

    async def collected() -> list[Any]:
        return [each async for each in model.astream("Hi")]

    found = list(model.stream("Hi")) if colour == "sync" else asyncio.run(collected())
    assert found[0] == {"a": 1}
    assert found[-1] == {"a": 1, "b": 2}


def test_tools_beside_a_form(make: Make, standin: Standin) -> None:
    model = make(Answer(tool_calls=[ToolCall("add", {"a": 1, "b": 2})]), FITS)
    structured = model.with_structured_output(Sum, tools=[add], strict=True, include_raw=True)
    called, answered = structured.invoke("Hi"), structured.invoke("Hi")
    assert (called["raw"].tool_calls[0]["name"], called["parsed"], called["parsing_error"]) == ("add", None, None)
    assert answered["parsed"] == Sum(a=1, b=2)
    assert standin.last.body["tools"][0]["function"]["strict"] is True


def test_models_without_schemas_call_a_function(make: Make, standin: Standin) -> None:
    with pytest.warns(UserWarning, match="no structured outputs"):
        model = make(model="gpt-3.5-turbo").with_structured_output(Sum)
    assert model.invoke("Hi") == Sum(a=1, b=1)
    assert standin.last.body["parallel_tool_calls"] is False
    older = make(model="gpt-3.5-turbo", disabled_params={"parallel_tool_calls": None})
    older.with_structured_output(Sum, method="function_calling").invoke("Hi")
    assert "parallel_tool_calls" not in standin.last.body


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"schema": Sum, "method": "magic"}, "'magic' does not exist"),
        ({"schema": None}, "got None"),
        ({"schema": Sum, "method": "json_mode", "strict": True}, "strict does not go with"),
        ({"schema": Sum, "method": "function_calling", "tools": [add]}, "tools go with"),
        (
            {
                "schema": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}, "strict": True}},
                "strict": False,
            },
            "itself",
        ),
    ],
)
def test_what_does_not_go_together(make: Make, given: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make().with_structured_output(**given)


class Deep(BaseModel):
    """It has parts."""

    inner: Sum = Field(description="The inner one.")
    note: str | None = None


def test_forms_as_openai_takes_them() -> None:
    strict = response_format_of(Deep)["json_schema"]
    assert (strict["name"], strict["strict"]) == ("Deep", True)
    assert strict["schema"]["required"] == ["inner", "note"]
    assert strict["schema"]["additionalProperties"] is False
    assert response_format_of(Deep, strict=False)["json_schema"]["strict"] is False
    assert response_format_of({**SCHEMA, "title": "My sum"})["json_schema"]["name"] == "My_sum"
    assert response_format_of(SumDict)["json_schema"]["schema"]["required"] == ["a", "b"]
    whole = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}
    assert response_format_of(whole) == response_format_of(whole["json_schema"]) == whole
    assert response_format_of({"type": "json_object"}) == {"type": "json_object"}
