"""Payload: a request as OpenAI's Responses API takes it, made of what its chat completions would be sent."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stepgraph.errors import listed
from stepgraph_openai.parameters import takes_no_temperature
from stepgraph_openai.responses.items import as_items

__all__ = ["payload_of"]

_ONLY_CHAT: Final = (
    *("audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "modalities", "n"),
    *("prediction", "presence_penalty", "seed", "web_search_options"),
)
"""Parameters that the Responses API does not know."""

_USAGE: Final = "include_usage"
"""What streams of the chat completions must be asked for, and these are not."""


def payload_of(
    params: Mapping[str, Any], messages: Sequence[Any], *, goes_on: bool = False, streams: bool = False
) -> dict[str, Any]:
    """Return a request.

    Args:
        params: Parameters in the words of either API.
        messages: The messages.
        goes_on: Whether the request goes on from the last answer among the messages that OpenAI has stored, and only
            sends what came after it.
        streams: Whether the answer is streamed.

    Raises:
        ValueError: A parameter, or a message, cannot be sent.
    """
    payload = dict(params)
    for name in ("stream", "stream_usage", "strict"):
        payload.pop(name, None)
    _leave_out(payload)
    for name in ("max_tokens", "max_completion_tokens"):
        if name in payload:
            payload["max_output_tokens"] = payload.pop(name)
    as_in_chat = payload.pop("reasoning_effort", None)
    if as_in_chat is not None:
        payload["reasoning"] = {"effort": as_in_chat, **(payload.get("reasoning") or {})}
    effort = (payload.get("reasoning") or {}).get("effort")
    if takes_no_temperature(payload["model"], payload.get("temperature"), effort):
        payload.pop("temperature", None)
    _set_tools(payload, streams)
    _set_text(payload)
    if goes_on:
        known, messages = _after_last(messages)
        if known is not None:
            payload["previous_response_id"] = known
    payload["input"] = as_items(messages, is_stored=payload.get("store") is not False)
    options = {key: value for key, value in (payload.pop("stream_options", None) or {}).items() if key != _USAGE}
    if streams:
        payload["stream"] = True
        if options:
            payload["stream_options"] = options
    return payload


def _leave_out(payload: dict[str, Any]) -> None:
    if payload.get("n") == 1:
        del payload["n"]
    wrong = [name for name in _ONLY_CHAT if name in payload]
    if wrong:
        raise ValueError(
            f"OpenAI's Responses API does not take {listed(wrong)}; leave that away, or ask the chat completions with "
            "use_responses_api=False"
        )
    stop = payload.pop("stop", None)
    if stop:
        warnings.warn(f"OpenAI's Responses API knows no stop words; {stop!r} is not sent", stacklevel=2)


def _set_tools(payload: dict[str, Any], streams: bool) -> None:
    tools, choice = payload.pop("tools", None), payload.pop("tool_choice", None)
    if not tools:
        payload.pop("parallel_tool_calls", None)
        return
    payload["tools"] = [_tool(each, streams) for each in tools]
    if choice:
        is_nested = isinstance(choice, Mapping) and isinstance(choice.get("function"), Mapping)
        payload["tool_choice"] = {"type": "function", **choice["function"]} if is_nested else choice


def _tool(tool: Mapping[str, Any], streams: bool) -> dict[str, Any]:
    if tool.get("type") == "function" and "function" in tool:
        rest = {key: value for key, value in tool.items() if key not in ("type", "function")}
        return {"type": "function", **tool["function"], **rest}
    if tool.get("type") == "image_generation" and streams:
        return {"partial_images": 1, **tool}  # which streams must have
    return dict(tool)


def _set_text(payload: dict[str, Any]) -> None:
    """Put the form of the answer, and how wordy it is, where the Responses API has them."""
    text = dict(payload.pop("text", None) or {})
    wanted, verbosity = payload.pop("response_format", None), payload.pop("verbosity", None)
    if wanted is not None:
        from stepgraph_openai.structured import response_format_of  # noqa: PLC0415 - parsers and tools with it

        found = response_format_of(wanted)
        text["format"] = {"type": found["type"], **(found.get("json_schema") or {})}
    if verbosity is not None:
        text["verbosity"] = verbosity
    if text:
        payload["text"] = text


def _after_last(messages: Sequence[Any]) -> tuple[str | None, Sequence[Any]]:
    """Return the id of the last response among messages, and the messages after it; all of them if there is none."""
    for at in range(len(messages) - 1, -1, -1):
        known = (getattr(messages[at], "response_metadata", None) or {}).get("id")
        if isinstance(known, str) and known.startswith("resp_"):
            return known, messages[at + 1 :]
    return None, messages
