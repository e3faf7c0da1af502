"""Anthropic's messages: how answers are worded, whole and as streams."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.providers.standin.anthropic_blocks import cached_blocks
from tests.providers.standin.anthropic_checks import check_request
from tests.providers.standin.anthropic_wire import AnthropicEndpoint, check_version, input_tokens
from tests.providers.standin.endpoint import Rules
from tests.providers.standin.replies import (
    Ask,
    Stopped,
    args_text,
    fragments_of,
    pieces_of,
    tokens_in,
    tokens_out,
    words,
)
from tests.providers.standin.script import Answer, StreamError, Usage, Vectors
from tests.providers.standin.wire import as_json


class AnthropicMessages(AnthropicEndpoint):
    """`POST /v1/messages`. It remembers which beginnings of requests are in the cache."""

    path = "/v1/messages"

    def __init__(self) -> None:
        self._cached: set[str] = set()

    def forget(self) -> None:
        """Empty the cache."""
        self._cached.clear()

    def check(self, body: Any, headers: Mapping[str, str], rules: Rules) -> None:
        check_version(headers)
        check_request(body, rules)

    def ask(self, body: Mapping[str, Any]) -> Ask:
        said = next((_text(m["content"]) for m in reversed(body["messages"]) if m["role"] == "user"), "")
        wanted = (body.get("output_config") or {}).get("format") or body.get("output_format")
        thinks = (body.get("thinking") or {}).get("type", "disabled") not in ("disabled", "between_tools")
        return Ask(
            body["model"],
            said,
            _forced(body),
            wanted["schema"] if wanted else None,
            body.get("stop_sequences") or (),
            body["max_tokens"],
            thinks,
        )

    def whole(self, answers: Sequence[Answer | Vectors], body: Mapping[str, Any], number: int) -> dict[str, Any]:
        answer = next(each for each in answers if isinstance(each, Answer))
        content = [whole for whole, _, _ in _blocks(answer, number)]
        reason, stop = _reason(answer)
        usage = self._usage(answer, body)
        return {**_message(body, number, usage), "content": content, "stop_reason": reason, "stop_sequence": stop}

    def events(self, answers: Sequence[Answer], body: Mapping[str, Any], number: int) -> list[bytes]:
        return [self.event(content) for content in self._contents(answers[0], body, number)]

    def event(self, content: Mapping[str, Any]) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (str(content.get("type", "message")).encode(), as_json(content))

    def stream_error(self, error: StreamError, number: int) -> bytes:
        return self.event({"type": "error", "error": {"type": error.kind, "message": error.message}})

    def _contents(self, answer: Answer, body: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
        usage = self._usage(answer, body)
        yield {"type": "message_start", "message": _message(body, number, {**usage, "output_tokens": 1})}
        for index, (_, start, deltas) in enumerate(_blocks(answer, number)):
            yield {"type": "content_block_start", "index": index, "content_block": start}
            if index == 0:
                yield {"type": "ping"}
            for delta in deltas:
                yield {"type": "content_block_delta", "index": index, "delta": delta}
            yield {"type": "content_block_stop", "index": index}
        reason, stop = _reason(answer)
        counted = {name: value for name, value in usage.items() if name.endswith("_tokens")}
        yield {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": stop}, "usage": counted}
        yield {"type": "message_stop"}

    def _usage(self, answer: Answer, body: Mapping[str, Any]) -> dict[str, Any]:
        read = written = 0
        for beginning in cached_blocks(body):
            text = json.dumps([body["model"], beginning])
            tokens = sum(map(tokens_in, beginning))
            if text in self._cached:
                read, written = tokens, 0
            else:
                written = tokens - read
                self._cached.add(text)
        used = answer.usage or Usage(input_tokens(body), tokens_out(answer), read, written)
        return {
            "input_tokens": used.input - used.cached - used.cache_written,
            "cache_creation_input_tokens": used.cache_written,
            "cache_read_input_tokens": used.cached,
            "cache_creation": {"ephemeral_5m_input_tokens": used.cache_written, "ephemeral_1h_input_tokens": 0},
            "output_tokens": used.output,
            "service_tier": "standard",
        }


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    found = []
    for block in content:
        if block["type"] == "text":
            found.append(block["text"])
        elif block["type"] == "tool_result" and block.get("content"):
            found.append(_text(block["content"]))
    return "".join(found)


def _forced(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    choice = body.get("tool_choice") or {}
    if choice.get("type") not in ("any", "tool"):
        return None
    tools = [tool for tool in body["tools"] if tool["name"] == choice.get("name", tool["name"])]
    return tools[0]["name"], tools[0].get("input_schema", {})


def _message(body: Mapping[str, Any], number: int, usage: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"msg_{number:06}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": dict(usage),
    }


def _blocks(answer: Answer, number: int) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]]:
    """Yield each block whole, as it starts, and what is added to it."""
    if answer.thinking is not None:
        whole = {"type": "thinking", "thinking": answer.thinking, "signature": answer.signature}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in words(answer.thinking)]
        deltas.append({"type": "signature_delta", "signature": answer.signature})
        yield whole, {"type": "thinking", "thinking": "", "signature": ""}, deltas
    text, pieces = answer.text, pieces_of(answer)
    if answer.refusal is not None:
        text, pieces = text + answer.refusal, [*pieces, *words(answer.refusal)]
    if text:
        yield (
            {"type": "text", "text": text},
            {"type": "text", "text": ""},
            [{"type": "text_delta", "text": piece} for piece in pieces],
        )
    for place, call in enumerate(answer.tool_calls):
        args = args_text(call)
        try:
            given = json.loads(args or "{}")
        except ValueError:
            given = args  # as malformed as the script wants it
        block = {"type": "tool_use", "id": call.id or f"toolu_{number:06}_{place}", "name": call.name}
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ("", *fragments_of(call))]
        yield {**block, "input": given}, {**block, "input": {}}, deltas


def _reason(answer: Answer) -> tuple[str, str | None]:
    stop = answer.stop if isinstance(answer, Stopped) else None
    if answer.finish is not None:
        return answer.finish, stop
    if answer.refusal is not None:
        return "refusal", None
    if answer.tool_calls:
        return "tool_use", None
    if isinstance(answer, Stopped) and answer.limited:
        return "max_tokens", None
    return ("stop_sequence", stop) if stop else ("end_turn", None)
