"""Answers: what the hooks of a model return, made into what its callers get. Nothing here waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stepgraph.callbacks.ids import new_run_id
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.messages.merging import merge_dicts
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult, GenerationChunk

__all__ = [
    "as_chunk",
    "ending",
    "identified",
    "identified_chunk",
    "identity_of",
    "some",
    "total",
    "whole",
    "whole_text",
]


def identity_of(call: Any) -> str:
    """Return the id of a message that a provider gave none, made of the run's where there is one."""
    run_id = None if call is None else call.run_id
    return f"lc_run--{new_run_id() if run_id is None else run_id}"


def identified(result: ChatResult, identity: str) -> ChatResult:
    """Give messages an id where they have none, and what the provider said of them."""
    for number, generation in enumerate(result.generations):
        message = generation.message
        if message.id is None:
            message.id = f"{identity}-{number}"
        if generation.generation_info:
            message.response_metadata = {**generation.generation_info, **message.response_metadata}
        if result.llm_output and len(result.generations) == 1:
            message.response_metadata = {**result.llm_output, **message.response_metadata}
    return result


def identified_chunk(chunk: ChatGenerationChunk, identity: str) -> ChatGenerationChunk:
    """Give a chunk an id where it has none, and what the provider said of it."""
    message = chunk.message
    if message.id is None:
        message.id = identity
    if chunk.generation_info:
        message.response_metadata = {**chunk.generation_info, **message.response_metadata}
    return chunk


def ending(identity: str) -> ChatGenerationChunk:
    """Return the chunk that says that no more is to come."""
    return ChatGenerationChunk(AIMessageChunk("", id=identity, chunk_position="last"))


def total(chunks: Sequence[ChatGenerationChunk]) -> ChatGenerationChunk:
    """Return the chunk that chunks add up to."""
    return chunks[0] if len(chunks) == 1 else ChatGenerationChunk.sum_of(chunks)


def whole(chunks: Sequence[ChatGenerationChunk]) -> ChatResult:
    """Return the result that chunks stand for."""
    sum_of_all = total(chunks)
    return ChatResult([ChatGeneration(sum_of_all.message.as_message(), sum_of_all.generation_info)])


def whole_text(chunks: Sequence[GenerationChunk]) -> GenerationChunk:
    """Return the text that chunks stand for, in one go, with what the provider said of all of them."""
    infos = [each.generation_info for each in chunks if each.generation_info]
    text = "".join(each.text for each in chunks)
    return GenerationChunk(text, merge_dicts(infos, goes_on=False) if infos else None)


def some(chunks: Any, model: Any) -> Any:
    """Return the chunks of a stream, or how many there are.

    Raises:
        ValueError: There are none.
    """
    if not chunks:
        raise ValueError(f"the stream of {model.get_name()} gave no chunk; expected one at least")
    return chunks


def as_chunk(message: Any) -> AIMessageChunk:
    """Return a whole message as the only chunk of a stream; one that no model said stays what it is."""
    if isinstance(message, AIMessageChunk) or not isinstance(message, AIMessage):
        return message
    return AIMessageChunk(
        message.content,
        id=message.id,
        name=message.name,
        additional_kwargs=message.additional_kwargs,
        response_metadata=message.response_metadata,
        tool_calls=message.tool_calls,
        invalid_tool_calls=message.invalid_tool_calls,
        usage_metadata=message.usage_metadata,
        chunk_position="last",
    )
