"""Chunks: the events of a stream, as the JSON that they are, read as `AIMessageChunk`.

They add up to the message that would have come whole. The API says at the start and at the end what was used, the
second time all of it: it is told once, with the last chunk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from stepgraph.messages import AIMessageChunk
from stepgraph.messages.tool_calls import tool_call_chunk
from stepgraph_anthropic.answers import PROVIDER, without_nothing
from stepgraph_anthropic.usage import usage_of

__all__ = ["ChunkReader", "is_text_alone"]


_LATER: Final = ("content", "role", "type", "usage")
"""What the start of a stream says in vain: it comes later, or never changes."""


class ChunkReader:
    """What reads one stream.

    Args:
        is_text: Whether the answer can be nothing but text: then chunks hold text, and not lists of blocks.
        tells_usage: Whether the last chunk says what was used.

    Attributes:
        is_whole: Whether the answer came to its end.
    """

    __slots__ = ("_is_text", "_tells_usage", "_tools", "_used", "is_whole")

    def __init__(self, *, is_text: bool, tells_usage: bool) -> None:
        self.is_whole: bool = False
        self._is_text = is_text
        self._tells_usage = tells_usage
        self._tools: set[int] = set()
        """The indexes of the blocks that call a tool; some servers send several at once."""
        self._used: dict[str, Any] = {}

    def read(self, event: Mapping[str, Any]) -> AIMessageChunk | None:
        """Return the chunk that an event stands for, `None` for events that say nothing of the answer."""
        kind = event["type"]
        if kind == "content_block_delta":
            return self._continued(event["delta"], event["index"])
        if kind == "content_block_start":
            return self._started(event["content_block"], event["index"])
        if kind == "message_start":
            return self._begun(event["message"])
        if kind == "message_delta":
            return self._ended(event)
        return None

    def _begun(self, message: Mapping[str, Any]) -> AIMessageChunk:
        self._used = message.get("usage") or {}
        said = without_nothing({key: message[key] for key in message if key not in _LATER})
        return self._chunk(self._nothing, response_metadata={**said, "model_name": message.get("model")})

    def _started(self, block: Mapping[str, Any], index: int) -> AIMessageChunk | None:
        said = {**without_nothing(block), "index": index}
        kind = block["type"]
        if kind in ("text", "thinking"):
            if not any(said.get(name) for name in ("text", "thinking", "signature", "citations")):
                return None
            return self._chunk(said["text"] if kind == "text" and self._is_text else [said])
        if kind != "tool_use":
            return self._chunk([said])
        self._tools.add(index)
        args = json.dumps(said["input"]) if said.get("input") else ""
        fragment = tool_call_chunk(index=index, id=block["id"], name=block["name"], args=args)
        return self._chunk([said], tool_call_chunks=[fragment])

    def _continued(self, delta: Mapping[str, Any], index: int) -> AIMessageChunk:
        kind = delta["type"]
        if kind == "text_delta":
            text = delta["text"]
            return self._chunk(text if self._is_text else [{"type": "text", "text": text, "index": index}])
        if kind == "input_json_delta":
            return self._arguments(delta["partial_json"], index)
        if kind == "thinking_delta":
            return self._chunk([{"type": "thinking", "thinking": delta["thinking"], "index": index}])
        if kind == "signature_delta":
            thought = {"type": "thinking", "thinking": "", "signature": delta["signature"], "index": index}
            return self._chunk([thought])
        if kind == "citations_delta":
            return self._chunk([{"type": "text", "citations": [delta["citation"]], "index": index}])
        return self._chunk([{**without_nothing(delta), "type": kind.removesuffix("_delta"), "index": index}])

    def _arguments(self, text: str, index: int) -> AIMessageChunk:
        content: list[Any] = [{"type": "input_json_delta", "partial_json": text, "index": index}]
        if index not in self._tools:  # a tool of the provider's own, which nobody has to call
            return self._chunk(content)
        return self._chunk(content, tool_call_chunks=[tool_call_chunk(index=index, args=text)])

    def _ended(self, event: Mapping[str, Any]) -> AIMessageChunk:
        said = dict(event["delta"])
        self._used = {**self._used, **without_nothing(event.get("usage") or {})}
        if event.get("context_management") is not None:
            said["context_management"] = event["context_management"]
        self.is_whole = said.get("stop_reason") is not None
        usage = None
        if self._tells_usage and self.is_whole:
            said["usage"], usage = self._used, usage_of(self._used)
        return self._chunk(
            self._nothing,
            response_metadata=said,
            usage_metadata=usage,
            chunk_position="last" if self.is_whole else None,
        )

    @property
    def _nothing(self) -> Any:
        return "" if self._is_text else []

    def _chunk(
        self, content: Any, *, response_metadata: Mapping[str, Any] | None = None, **more: Any
    ) -> AIMessageChunk:
        said = {"model_provider": PROVIDER, **response_metadata} if response_metadata else {"model_provider": PROVIDER}
        return AIMessageChunk(content, response_metadata=said, **more)


def is_text_alone(payload: Mapping[str, Any]) -> bool:
    """Return whether the answer to a request can be nothing but text: no tools, thoughts, citations, summaries."""
    if payload.get("tools") or payload.get("mcp_servers") or (payload.get("extra_body") or {}).get("tools"):
        return False
    if (payload.get("thinking") or {}).get("type") in ("enabled", "adaptive"):
        return False
    edits = (payload.get("context_management") or {}).get("edits") or ()
    if any("compact" in (edit.get("type") or "") for edit in edits):
        return False
    contents = [turn["content"] for turn in payload["messages"] if isinstance(turn["content"], list)]
    return not any(_is_cited(block) for content in contents for block in content)


def _is_cited(block: Mapping[str, Any]) -> bool:
    return bool(block.get("type") == "document" and (block.get("citations") or {}).get("enabled"))
