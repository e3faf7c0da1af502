"""The base of chat models, where others keep theirs, and what makes a whole answer of the chunks of a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from stepgraph.language_models.answers import whole
from stepgraph.language_models.base import LanguageModelInput
from stepgraph.language_models.chat import BaseChatModel, SimpleChatModel
from stepgraph.outputs import ChatGenerationChunk, ChatResult

__all__ = [
    "BaseChatModel",
    "LanguageModelInput",
    "SimpleChatModel",
    "agenerate_from_stream",
    "generate_from_stream",
]


def generate_from_stream(stream: Iterator[ChatGenerationChunk]) -> ChatResult:
    """Return the answer that a stream says, for a `_generate` that has `_stream` do the work.

    Raises:
        ValueError: There are no chunks.
    """
    return _whole(list(stream))


async def agenerate_from_stream(stream: AsyncIterator[ChatGenerationChunk]) -> ChatResult:
    """See `generate_from_stream`; for an `_agenerate` that has `_astream` do the work."""
    return _whole([chunk async for chunk in stream])


def _whole(chunks: list[ChatGenerationChunk]) -> ChatResult:
    if not chunks:
        raise ValueError("the stream ended without a chunk; a model says something, be it empty")
    return whole(chunks)
