"""What the stand-in refuses, as the providers would, and what it keeps of a request."""

import json
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from tests.providers.standin import REDACTED, Answer, Standin
from tests.providers.standin.schema_checks import schema_problem
from tests.providers.standin.schema_values import value_of
from tests.providers.standin_clients import ADD, HELLO, ask, chat, claude, gpt, message

TOOL = {"type": "function", "function": {"name": "add", "parameters": ADD}}
CALLS = {
    "role": "assistant",
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}],
}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "3"}


def tool(**function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "add", **function}}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"messages": []}, "empty array"),
        ({"messages": [{"role": "human", "content": "x"}]}, "Invalid value: 'human'"),
        ({"messages": [{"role": "user", "content": None}]}, "got null"),
        ({"messages": [{"role": "user", "content": [{"type": "image", "source": {}}]}]}, "Invalid value: 'image'"),
        ({"messages": [{"role": "user", "content": "x", "name": "two words"}]}, "does not match pattern"),
        ({"messages": [*HELLO, RESULT]}, "must be a response to a preceding message"),
        ({"messages": [*HELLO, CALLS]}, "did not have response messages: c1"),
        ({"messages": [*HELLO, CALLS, *HELLO, RESULT]}, "did not have response messages: c1"),
        ({"messages": [*HELLO, CALLS, {**RESULT, "tool_call_id": "c2"}]}, "must be a response"),
        ({"tools": []}, "empty array"),
        ({"tools": [tool(name="two words")]}, "does not match pattern"),
        ({"tools": [tool(parameters={})]}, "got 'type: \"None\"'"),
        ({"tools": [tool(parameters={"type": "object", "properties": {"a": {"type": "array"}}})]}, "missing items"),
        ({"tools": [tool(parameters=ADD, strict=True)]}, "additionalProperties"),
        ({"tool_choice": "auto"}, "only allowed when 'tools' are specified"),
        ({"parallel_tool_calls": True}, "only allowed when 'tools' are specified"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "sub"}}}, "no function named"),
        ({"response_format": {"type": "json_object"}}, "must contain the word 'json'"),
        ({"stream_options": {"include_usage": True}}, "only allowed when 'stream' is enabled"),
        ({"temperature": 3}, "above maximum"),
        ({"max_tokens": 0}, "below minimum"),
        ({"model": "o3-mini", "max_tokens": 5}, "Use 'max_completion_tokens'"),
        ({"extra_body": {"foo": 1}}, "Unrecognized request argument supplied: foo"),
    ],
)
def test_openai_refuses(standin: Standin, body, said):
    standin.answers.append(Answer("for a request that is right"))
    with pytest.raises(openai.BadRequestError) as failed:
        chat(standin, **body)
    assert said in failed.value.message
    assert standin.last.outcome == "refused"
    assert len(standin.answers) == 1


def test_openai_takes_what_is_right(standin: Standin):
    chat(standin, messages=[*HELLO, CALLS, RESULT, *HELLO], tools=[TOOL], parallel_tool_calls=False)
    chat(standin, model="gpt-4o-2024-08-06")
    standin.rules.models.add("of-my-own")
    chat(standin, model="of-my-own")


T1 = {"type": "tool_use", "id": "t1", "name": "add", "input": {}}
R1 = {"type": "tool_result", "tool_use_id": "t1", "content": "3"}
SAID = {"type": "text", "text": "x"}
CACHED = {**SAID, "cache_control": {"type": "ephemeral"}}


def turns(*contents: Any) -> list[dict[str, Any]]:
    return [{"role": "assistant" if at % 2 else "user", "content": each} for at, each in enumerate(contents)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"messages": []}, "at least one message is required"),
        ({"messages": [{"role": "system", "content": "x"}]}, 'Unexpected role "system"'),
        ({"messages": [*HELLO, *HELLO]}, "roles must alternate"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 'first message must use the "user" role'),
        ({"messages": turns("")}, "must have non-empty content"),
        ({"messages": turns([{"type": "text", "text": ""}])}, "must be non-empty"),
        ({"messages": turns("  ")}, "non-whitespace"),
        ({"messages": turns("x", "y ")}, "trailing whitespace"),
        ({"messages": turns("x", [T1])}, "without `tool_result` blocks immediately after: t1"),
        ({"messages": turns("x", [T1], [SAID, R1])}, "without `tool_result` blocks immediately after: t1"),
        ({"messages": turns([R1])}, "unexpected `tool_use_id`"),
        ({"messages": turns("x", [{**T1, "input": "{}"}], [R1])}, "Input should be a valid dictionary"),
        ({"messages": turns("x", [{**T1, "id": "t 1"}], [R1])}, "String should match pattern"),
        ({"messages": turns([{"type": "image_url", "image_url": {}}])}, "Input tag 'image_url'"),
        ({"messages": turns([{**SAID, "id": "x"}])}, "Extra inputs are not permitted"),
        ({"messages": turns([CACHED] * 5)}, "A maximum of 4 blocks"),
        ({"tools": [{"name": "add"}]}, "input_schema: Field required"),
        ({"tools": [{"name": "add", "input_schema": {}}]}, "input_schema.type: Field required"),
        ({"tools": [{"name": "add", "input_schema": ADD}] * 2}, "must be unique"),
        ({"tool_choice": {"type": "any"}}, "while providing tools"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "must be greater than"),
        ({"temperature": 1.5, "max_tokens": 5}, "temperature: range: 0..1"),
        ({"max_tokens": 0}, "greater than or equal to 1"),
        ({"extra_body": {"n": 2}}, "n: Extra inputs are not permitted"),
    ],
)
def test_anthropic_refuses(standin: Standin, body, said):
    # What the SDK would itself refuse does not come this far; what it takes is passed on by name.
    extra = {"extra_body": {"temperature": body.pop("temperature")}} if "temperature" in body else {}
    with pytest.raises(anthropic.BadRequestError) as failed:
        message(standin, **body, **extra)
    assert said in failed.value.message
    assert failed.value.response.json()["error"]["type"] == "invalid_request_error"


def test_anthropic_takes_what_is_right(standin: Standin):
    message(standin, messages=turns("x", [SAID, T1], [R1, SAID], "y"))
    standin.rules.roles_alternate = False
    message(standin, messages=[*HELLO, *HELLO])


@pytest.mark.parametrize("missing", ["model", "messages", "max_tokens"])
def test_what_is_missing(standin: Standin, missing):
    body = {"model": "gpt-4o", "messages": HELLO}
    if missing != "max_tokens":
        del body[missing]
        with pytest.raises(openai.BadRequestError, match=missing):
            ask(gpt(standin), lambda sdk: sdk.post("/chat/completions", body=body, cast_to=object))
    body = {"model": "claude-sonnet-5", "messages": HELLO, "max_tokens": 5}
    del body[missing]
    with pytest.raises(anthropic.BadRequestError, match=f"{missing}: Field required"):
        ask(claude(standin), lambda sdk: sdk.post("/v1/messages", body=body, cast_to=object))


def test_models_that_are_unknown(standin: Standin):
    with pytest.raises(openai.NotFoundError, match="`gpt-9` does not exist") as failed:
        chat(standin, model="gpt-9")
    assert failed.value.code == "model_not_found"
    with pytest.raises(anthropic.NotFoundError, match="claude-9"):
        message(standin, model="claude-9")


def test_keys(standin: Standin):
    chat(standin)
    message(standin)
    wrong = "wrong-and-secret"
    with pytest.raises(openai.AuthenticationError, match=r"wro\*\*\*ret") as failed:
        chat(standin, client={"api_key": wrong})
    assert failed.value.code == "invalid_api_key"
    with pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"):
        message(standin, client={"api_key": wrong})
    assert [request.key_ok for request in standin.requests] == [True, True, False, False]
    assert all(request.headers[request.key_header] == REDACTED for request in standin.requests)
    headers = {"anthropic-version": "2023-06-01", "x-api-key": standin.key}
    body = {"model": "claude-sonnet-5", "messages": HELLO, "max_tokens": 5}
    assert httpx2.post(f"{standin.anthropic_url}/v1/messages", headers=headers, json=body).status_code == 200
    assert (standin.last.key_header, standin.last.key_ok) == ("x-api-key", True)
    assert httpx2.post(f"{standin.openai_url}/embeddings", json={}).json()["error"]["code"] == "invalid_api_key"
    assert not any(key in repr(standin.requests) for key in (wrong, standin.key))


def test_paths_that_are_unknown(standin: Standin):
    with pytest.raises(openai.NotFoundError):
        ask(gpt(standin), lambda sdk: sdk.models.list())


def test_what_is_no_json(standin: Standin):
    with pytest.raises(openai.BadRequestError, match="could not parse the JSON body"):
        ask(gpt(standin), lambda sdk: sdk.post("/chat/completions", content=b"{", cast_to=object))
    assert standin.last.body == b"{"


def test_values_fit_their_schemas():
    schema = {
        "type": "object",
        "properties": {
            "kind": {"enum": ["x", "y"]},
            "when": {"type": "string", "format": "date"},
            "many": {"type": "array", "items": {"$ref": "#/$defs/Item"}, "minItems": 2},
            "maybe": {"anyOf": [{"type": "number", "exclusiveMinimum": 2}, {"type": "null"}]},
            "few": {"type": "integer", "minimum": 3, "multipleOf": 4},
            "tree": {"$ref": "#/$defs/Tree"},
        },
        "$defs": {
            "Item": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "Tree": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]}}},
        },
    }
    value = value_of(schema)
    assert value["many"] == [{"name": "name"}] * 2
    assert (value["kind"], value["when"], value["maybe"], value["few"]) == ("x", "2024-01-01", 3.0, 4)
    assert len(json.dumps(value)) < 500
    assert schema_problem(schema) is None
    assert "not found" in str(schema_problem({"type": "object", "properties": {"a": {"$ref": "#/$defs/B"}}}))
