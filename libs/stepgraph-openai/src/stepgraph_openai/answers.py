"""Answers: what OpenAI sends, whole or in chunks, made into results. Nothing here waits.

It is read as plain JSON: what servers of other makers add to the protocol is still there, and no chunk is built twice.
Messages have no ids yet, for they get those of their runs: some servers say the same id twice, and in a list of
messages one would take the place of the other. The provider's id is in `response_metadata`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.messages.tool_calls import InvalidToolCall, ToolCall, parsed, tool_call_chunk
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

__all__ = ["Chunks", "calls_of", "result_of", "usage_of"]

_ASIDE: Final = ("refusal", "function_call", "audio", "reasoning_content", "reasoning", "annotations")
"""What messages carry beside text and tool calls."""

_PRICED: Final = ("priority", "flex")
"""Tiers whose tokens have a price of their own, and so are told apart."""


def result_of(response: Mapping[str, Any], model: str, headers: Mapping[str, str] | None = None) -> ChatResult:
    """Return the result of a whole answer.

    Args:
        response: The answer.
        model: Which model was asked.
        headers: Those of the response, where they shall be kept.

    Raises:
        ValueError: It is no chat completion.
    """
    choices = response.get("choices")
    if not isinstance(choices, list) or not choices or response.get("error"):
        keys = ", ".join(map(repr, response)) or "(none)"
        told = response.get("error") or ("none" if choices == [] else f"the keys {keys}")
        raise ValueError(f"expected a chat completion with choices from {model!r}, got {told}")
    tier = response.get("service_tier")
    said = {
        "token_usage": response.get("usage"),
        "model_provider": "openai",
        "model_name": response.get("model") or model,
        "system_fingerprint": response.get("system_fingerprint"),
        **({"id": response["id"]} if response.get("id") else {}),
        **({"service_tier": tier} if tier else {}),
        **({"headers": dict(headers)} if headers is not None else {}),
    }
    usage = usage_of(response["usage"], tier) if response.get("usage") else None
    generations = []
    for number, choice in enumerate(choices):
        about = {"finish_reason": choice.get("finish_reason"), "logprobs": choice.get("logprobs")}
        message = _message(choice["message"])
        message.usage_metadata = usage if number == 0 else None  # it is that of all choices
        message.response_metadata = {**said, **about}
        generations.append(ChatGeneration(message, about))
    return ChatResult(generations, said)


def _message(given: Mapping[str, Any]) -> AIMessage:
    calls, invalid = calls_of(given.get("tool_calls") or ())
    return AIMessage(
        given.get("content") or "",
        name=given.get("name"),
        additional_kwargs={key: given[key] for key in _ASIDE if given.get(key)},
        tool_calls=calls,
        invalid_tool_calls=invalid,
    )


def calls_of(given: Any) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """Return the calls that a model wants made, and those whose arguments cannot be read."""
    fragments = []
    for each in given:
        name, text = _called(each)
        fragments.append(tool_call_chunk(name=name, args=text or "", id=each.get("id")))
    return parsed(fragments)


def usage_of(used: Mapping[str, Any], tier: str | None = None) -> Any:
    """Return what was used, in our words.

    Args:
        used: The same in OpenAI's.
        tier: In which tier; the tokens of some are told apart.
    """
    read, wrote = used.get("prompt_tokens") or 0, used.get("completion_tokens") or 0
    total = used.get("total_tokens")
    ins, outs = used.get("prompt_tokens_details") or {}, used.get("completion_tokens_details") or {}
    prefix = f"{tier}_" if tier in _PRICED else ""
    input_details = {
        "audio": ins.get("audio_tokens"),
        f"{prefix}cache_read": ins.get("cached_tokens"),
        f"{prefix}cache_creation": ins.get("cache_write_tokens"),
    }
    output_details = {"audio": outs.get("audio_tokens"), f"{prefix}reasoning": outs.get("reasoning_tokens")}
    if prefix and tier is not None:
        input_details[tier] = read - (ins.get("cached_tokens") or 0)
        output_details[tier] = wrote - (outs.get("reasoning_tokens") or 0)
    return {
        "input_tokens": read,
        "output_tokens": wrote,
        "total_tokens": read + wrote if total is None else total,
        "input_token_details": {key: count for key, count in input_details.items() if count is not None},
        "output_token_details": {key: count for key, count in output_details.items() if count is not None},
    }


class Chunks:
    """Makes chunks of one streamed answer; what is said of the whole of it comes with the last.

    Args:
        model: Which model was asked.
        headers: Those of the response, where they shall be kept.
    """

    __slots__ = ("_finish", "_headers", "_model", "_said", "_used")

    def __init__(self, model: str, headers: Mapping[str, str] | None = None) -> None:
        self._model = model
        self._headers = headers
        self._said: Mapping[str, Any] = {}
        self._used: Mapping[str, Any] | None = None
        self._finish: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the answer came to its end."""
        return self._finish is not None

    def of(self, event: Mapping[str, Any]) -> ChatGenerationChunk | None:
        """Return the chunk that an event of the stream stands for, if it stands for one."""
        used = event.get("usage")
        if used:
            self._used = used  # of all so far: some servers say it with each event
        choices = event.get("choices")
        if not choices:
            return None
        choice = choices[0]
        if choice.get("index"):
            return None  # another answer, of which a stream shows none
        delta = choice.get("delta") or {}
        content = delta.get("content")
        chunk = AIMessageChunk(content or "", response_metadata={"model_provider": "openai"})
        if not self._said:
            self._said = event
        if len(delta) > 1 or content is None:
            _add(chunk, delta)
        about = None
        if choice.get("logprobs"):
            about = {"logprobs": choice["logprobs"]}
        finish = choice.get("finish_reason")
        if finish:
            self._finish = finish
            self._said = {**self._said, **{key: value for key, value in event.items() if value is not None}}
            about = {**(about or {}), "finish_reason": finish, **self._of_the_whole()}
        return ChatGenerationChunk(chunk, about)

    def last(self) -> ChatGenerationChunk:
        """Return the chunk that ends the answer, with what was used."""
        used = self._used
        chunk = AIMessageChunk("", chunk_position="last")
        if used:
            chunk.usage_metadata = usage_of(used, self._said.get("service_tier"))
            chunk.response_metadata = {"token_usage": dict(used)}
        return ChatGenerationChunk(chunk)

    def _of_the_whole(self) -> dict[str, Any]:
        said = self._said
        found = {
            "model_name": said.get("model") or self._model,
            "system_fingerprint": said.get("system_fingerprint"),
            "service_tier": said.get("service_tier"),
            "id": said.get("id"),
            "headers": None if self._headers is None else dict(self._headers),
        }
        return {key: value for key, value in found.items() if value}


def _add(chunk: AIMessageChunk, delta: Mapping[str, Any]) -> None:
    """Add what comes beside text."""
    aside = {key: delta[key] for key in _ASIDE if delta.get(key)}
    if aside:
        chunk.additional_kwargs = aside
    calls = delta.get("tool_calls")
    if calls:
        chunk.tool_call_chunks = [_fragment(each) for each in calls]


def _fragment(call: Mapping[str, Any]) -> Any:
    name, text = _called(call)
    return {"name": name, "args": text, "id": call.get("id"), "index": call.get("index"), "type": "tool_call_chunk"}


def _called(call: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the name of what is called, and what with as text: arguments, or what a tool takes that has no schema."""
    function = call.get("function") or call.get("custom") or {}
    return function.get("name"), _as_text(function.get("arguments", function.get("input")))


def _as_text(arguments: Any) -> str | None:
    """Return arguments as text, as OpenAI sends them; some servers send them read."""
    return arguments if arguments is None or isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
