"""Blocks: the content of a message in one form, whatever form its provider gave it.

What a model says is read as its provider writes it, where the message names the provider; all other content is read
block by block, for people mix the forms. A block that has no form here is kept whole, as `non_standard`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from stepgraph.messages.block_translators.anthropic import from_anthropic, from_anthropic_input, is_anthropic_input
from stepgraph.messages.block_translators.langchain_v0 import from_v0, is_v0
from stepgraph.messages.block_translators.openai import from_openai_data, is_openai_data
from stepgraph.messages.block_translators.openai_responses import from_openai
from stepgraph.messages.block_types import KNOWN_BLOCK_TYPES
from stepgraph.messages.ended import ended_blocks, has_blocks
from stepgraph.messages.likeness import kind_of
from stepgraph.messages.tool_calls import fragment_block

__all__ = ["blocks_of"]

_OF_PROVIDER: Final[dict[str, Callable[[Any], Iterator[Any]]]] = {"openai": from_openai, "anthropic": from_anthropic}

_CALLS: Final = ("tool_call", "tool_call_chunk", "invalid_tool_call")


def blocks_of(message: Any, *, streamed: bool = False) -> list[Any]:
    """Return the content of a message as blocks of one form, what a model thought and its tool calls included.

    Args:
        message: The message.
        streamed: Whether it is a chunk as a stream gives it, which may hold fragments of calls beside text.
    """
    content = message.content
    if kind_of(message) != "ai":
        return list(_read(content))
    if has_blocks(message):
        is_last = getattr(message, "chunk_position", None) == "last" and not streamed
        return ended_blocks(content, message.tool_calls, message.invalid_tool_calls) if is_last else content
    reader = _OF_PROVIDER.get(message.response_metadata.get("model_provider") or "")
    blocks = list(_read(content) if reader is None or isinstance(content, str) else reader(message))
    blocks += _calls_besides(message, blocks, streamed)
    thought = message.additional_kwargs.get("reasoning_content")
    if isinstance(thought, str) and all(block["type"] != "reasoning" for block in blocks):
        blocks.insert(0, {"type": "reasoning", "reasoning": thought})
    return blocks


def _read(content: Any) -> Iterator[Any]:
    for block in [content] if isinstance(content, str) else content:
        if not isinstance(block, str):
            yield _block(block)
        elif block or not isinstance(content, str):
            yield {"type": "text", "text": block}


def _block(block: Mapping[str, Any]) -> Any:
    if block.get("type") == "non_standard" and isinstance(block.get("value"), Mapping):
        value = block["value"]
        return block if value.get("type") in (None, "non_standard") else _block(value)
    if is_v0(block):
        return from_v0(block)
    if is_openai_data(block):
        return from_openai_data(block)
    if is_anthropic_input(block):
        return from_anthropic_input(block)
    return block if block.get("type") in KNOWN_BLOCK_TYPES else {"type": "non_standard", "value": block}


def _calls_besides(message: Any, blocks: Sequence[Any], streamed: bool) -> Iterator[Any]:
    """Yield the tool calls of a message that its content does not tell: fragments of them while it is streamed."""
    told = {block.get("id") for block in blocks if block["type"] in _CALLS}
    fragments = getattr(message, "tool_call_chunks", None)
    if fragments and ((streamed and not told) or (message.chunk_position != "last" and not message.content)):
        yield from map(fragment_block, fragments)
        return
    in_part = any(block["type"] == "tool_call_chunk" for block in blocks)
    for call in () if in_part else message.tool_calls:
        if call["id"] is None or call["id"] not in told:
            yield {"type": "tool_call", "id": call["id"], "name": call["name"], "args": call["args"]}
