"""The stand-in as OpenAI's Responses API, seen through the official SDK."""

import json
from typing import Any

import openai
import pytest
from openai.types.responses import Response

from tests.providers.standin import Answer, Failure, Standin, StreamError, ToolCall, Usage
from tests.providers.standin_clients import ADD, COLOURS, response

pytestmark = pytest.mark.parametrize("colour", COLOURS)

ADD_TOOL = {"type": "function", "name": "add", "parameters": ADD}
SEARCHED = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}}
CITED = {"type": "url_citation", "url": "https://a.org", "title": "A", "start_index": 0, "end_index": 3}


def streamed(standin: Standin, colour: str, **body: Any) -> list[Any]:
    """Return events, each as the SDK's own types say that it is."""
    events = response(standin, colour, stream=True, **body)
    return [type(event).model_validate(event.to_dict()) for event in events]


def kinds(events: list[Any]) -> list[str]:
    return [event.type.removeprefix("response.") for event in events]


def test_it_repeats_what_was_said(standin: Standin, colour: str):
    answer = response(standin, colour)
    Response.model_validate(answer.to_dict())
    assert answer.output_text == "Hello there world"
    assert (answer.status, answer.usage.output_tokens) == ("completed", 3)
    assert (standin.last.path, standin.last.outcome) == ("/v1/responses", "answered")


def test_a_stream(standin: Standin, colour: str):
    events = streamed(standin, colour, input="Hello there")
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event.sequence_number for event in events] == list(range(10))
    assert events[-1].response.output_text == "Hello there"


def test_all_that_an_answer_may_have(standin: Standin, colour: str):
    answer = Answer(
        "See",
        thinking="One.\n\nTwo.",
        items=[SEARCHED],
        annotations=[CITED],
        tool_calls=[ToolCall("add", {"a": 1, "b": 2}, id="c1")],
        usage=Usage(input=7, output=3, cached=4, reasoning=1),
    )
    standin.answers += [answer, answer]
    include = {"include": ["reasoning.encrypted_content"]}
    whole = response(standin, colour, **include)
    Response.model_validate(whole.to_dict())
    assert [item.type for item in whole.output] == ["reasoning", "web_search_call", "message", "function_call"]
    assert (whole.output[0].encrypted_content, whole.usage.input_tokens_details.cached_tokens) == ("c2lnbmF0dXJl", 4)
    events = streamed(standin, colour, **include)
    assert events[-1].response.output[3].arguments == '{"a": 1, "b": 2}'
    assert "".join(each.delta for each in events if each.type.endswith("arguments.delta")) == '{"a": 1, "b": 2}'
    assert [each.summary_index for each in events if each.type.endswith("summary_part.added")] == [0, 1]
    assert [each.annotation.url for each in events if each.type.endswith("annotation.added")] == ["https://a.org"]


def test_tools_and_forms(standin: Standin, colour: str):
    (call,) = response(standin, colour, tools=[ADD_TOOL], tool_choice="required").output
    assert json.loads(call.arguments) == {"a": 1, "b": 1}
    wanted = {"format": {"type": "json_schema", "name": "sum", "schema": ADD}}
    assert json.loads(response(standin, colour, text=wanted).output_text) == {"a": 1, "b": 1}
    limited = response(standin, colour, max_output_tokens=2)
    assert (limited.status, limited.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_how_it_fails(standin: Standin, colour: str):
    standin.answers += [Failure(429), Answer("x", finish="failed"), Answer("x", finish="failed")]
    with pytest.raises(openai.RateLimitError):
        response(standin, colour)
    assert response(standin, colour).error.code == "server_error"
    assert kinds(streamed(standin, colour))[-1] == "failed"
    standin.answers.append(Answer("a b", ends=StreamError(3, "server_error", "Overloaded")))
    assert streamed(standin, colour)[-1].message == "Overloaded"


CALL = {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a parameter of the other API": ({"stop": ["x"]}, "Unknown parameter: 'stop'"),
    "a part of the other API": (
        {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        "input_text",
    ),
    "no item": ({"input": []}, "expected one of a string or array"),
    "an item that is none": ({"input": [{"type": "magic"}]}, "Invalid value: 'magic'"),
    "an id of another kind": ({"input": [{**CALL, "id": "msg_1"}]}, "begins with 'fc'"),
    "a call without a result": ({"input": [CALL]}, "No tool output found for function call c1"),
    "a result without a call": (
        {"input": [{"type": "function_call_output", "call_id": "c1", "output": "3"}]},
        "No tool call found",
    ),
    "only a thought": ({"input": [{"type": "reasoning", "id": "rs_1", "summary": []}]}, "required following item"),
    "a tool of the other API": ({"tools": [{"type": "function", "function": {"name": "add"}}]}, r"tools\[0\].name"),
    "a choice that is none": ({"tools": [ADD_TOOL], "tool_choice": {"type": "function", "name": "sub"}}, "not found"),
    "a form without a name": ({"text": {"format": {"type": "json_schema", "schema": ADD}}}, "text.format.name"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_it_refuses(standin: Standin, colour: str, case: str):
    body, said = REFUSED[case]
    with pytest.raises(openai.BadRequestError, match=said):
        response(standin, colour, extra_body=body)
