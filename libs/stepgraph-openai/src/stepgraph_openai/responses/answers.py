"""Answers: a whole response of OpenAI, made into a result. Nothing here waits.

It is read as plain JSON. The content of a message is a list of blocks, the items of the response one after another, so
that they can go back as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx2
import openai

from stepgraph.messages import AIMessage
from stepgraph.messages.tool_calls import InvalidToolCall, ToolCall, tool_call
from stepgraph.outputs import ChatGeneration, ChatResult
from stepgraph_openai.answers import calls_of
from stepgraph_openai.answers import usage_of as usage_of_chat

__all__ = ["about", "annotation_of", "failure", "result_of", "usage_of", "without_nothing"]

_TOLD: Final = (
    *("id", "created_at", "incomplete_details", "metadata", "object", "status", "user", "model", "service_tier"),
)
"""What `response_metadata` repeats of a response."""

_IN_CHAT: Final = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens_details": "completion_tokens_details",
}
"""What is counted, and what the chat completions call it."""

_PLACED: Final = ("file_citation", "file_path")
"""Annotations with an `index` of their own, which would be taken for that of a fragment."""


def result_of(response: Mapping[str, Any], model: str, http: Any, headers: Mapping[str, str] | None) -> ChatResult:
    """Return the result of a whole answer.

    Args:
        response: The answer.
        model: Which model was asked.
        http: How it came.
        headers: Those of the response, where they shall be kept.

    Raises:
        ValueError: It is no response.
        APIError: It says that the model failed.
    """
    if response.get("error"):
        raise failure(response["error"], http)
    output = response.get("output")
    if not isinstance(output, list):
        raise ValueError(
            f"expected a response with output from {model!r}, got the keys {', '.join(map(repr, response)) or '(none)'}"
        )
    blocks: list[dict[str, Any]] = []
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for item in output:
        kind = item.get("type")
        if kind == "message":
            blocks += [_said(part, item) for part in item.get("content") or ()]
            continue
        blocks.append(without_nothing(item))
        if kind == "function_call":
            read, unread = calls_of([{"id": item.get("call_id"), "function": item}])
            calls += read
            invalid += unread
        elif kind == "custom_tool_call":
            calls.append(tool_call(name=item["name"], args={"__arg1": item.get("input")}, id=item.get("call_id")))
    used = response.get("usage")
    message = AIMessage(
        blocks,
        id=response.get("id"),
        tool_calls=calls,
        invalid_tool_calls=invalid,
        usage_metadata=usage_of(used, response.get("service_tier")) if used else None,
        response_metadata=about(response, model, headers),
    )
    return ChatResult([ChatGeneration(message)])


def about(response: Mapping[str, Any], model: str, headers: Mapping[str, str] | None) -> dict[str, Any]:
    """Return what `response_metadata` says of a response."""
    found = {key: without_nothing(response[key]) for key in _TOLD if response.get(key) is not None}
    found |= {"model_provider": "openai", "model_name": response.get("model") or model}
    return found if headers is None else {**found, "headers": dict(headers)}


def usage_of(used: Mapping[str, Any], tier: str | None = None) -> Any:
    """Return what was used, in our words.

    Args:
        used: The same in OpenAI's.
        tier: In which tier; the tokens of some are told apart.
    """
    return usage_of_chat({_IN_CHAT.get(key, key): value for key, value in used.items()}, tier)


def failure(error: Any, http: httpx2.Response) -> openai.APIError:
    """Return what is raised where a response says that the model failed.

    Args:
        error: What it says.
        http: How it came.
    """
    said = error if isinstance(error, Mapping) else {"message": str(error)}
    code, message = said.get("code"), said.get("message") or "the model failed"
    text = f"{code}: {message}" if code else str(message)
    if code == "rate_limit_exceeded":
        return openai.RateLimitError(text, response=http, body=said)
    if code == "invalid_prompt" or "image" in str(code):
        return openai.BadRequestError(text, response=http, body=said)
    return openai.APIError(text, http.request, body=said)


def annotation_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a text; a place in it that is called `index` is called `file_index`."""
    if given.get("type") in _PLACED and "index" in given:
        return {"file_index" if key == "index" else key: value for key, value in given.items()}
    return dict(given)


def without_nothing(value: Any) -> Any:
    """Return a JSON value without what is null in its objects."""
    if isinstance(value, dict):
        return {key: without_nothing(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nothing(each) for each in value]
    return value


def _said(part: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a message as a block; it says of which message it is."""
    of = {key: item[key] for key in ("id", "phase") if item.get(key) is not None}
    if part.get("type") == "output_text":
        annotations = [annotation_of(each) for each in part.get("annotations") or ()]
        return {"type": "text", "text": part.get("text") or "", "annotations": annotations, **of}
    return {**without_nothing(part), **of}
