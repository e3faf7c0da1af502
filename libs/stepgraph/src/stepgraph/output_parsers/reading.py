"""Reading: what parsers are given, as text and as generations: messages, chunks of them, and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage, is_message
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, Generation
from stepgraph.runnables.folding import fold

__all__ = ["as_chunk", "generation_of", "text_of", "whole_of"]


def text_of(given: Any) -> str:
    """Return the text of a message, a chunk of one, or a text.

    Raises:
        TypeError: It is neither.
    """
    if type(given) is str:
        return given
    content = getattr(given, "content", None)
    if type(content) is str:
        return content
    if isinstance(given, str):
        return str(given)
    _check(given)
    text = getattr(given, "text", None)
    if text is None:  # a message of somebody else's
        text = HumanMessage(given.content).text
    return str(text() if callable(text) and not isinstance(text, str) else text)


def generation_of(given: Any) -> Generation:
    """Return a message or a text as the answer of a model.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(given, str):
        return Generation(given)
    _check(given)
    return ChatGenerationChunk(given) if isinstance(given, AIMessageChunk) else ChatGeneration(given)


def as_chunk(message: Any) -> Any:
    """Return a message as a chunk to which others can be added; one of a kind without chunks as it is."""
    if type(message) is AIMessage:
        return AIMessageChunk(**{each.name: getattr(message, each.name) for each in fields(message) if each.init})
    return message


def whole_of(chunks: Sequence[Any]) -> Any:
    """Return what chunks add up to: those of messages all at once."""
    first = chunks[0]
    if len(chunks) > 1 and hasattr(first, "sum_of") and all(type(each) is type(first) for each in chunks):
        return type(first).sum_of(chunks)
    return fold(chunks)


def _check(given: Any) -> None:
    if not is_message(given):
        raise TypeError(f"an output parser takes a message or text, got {type(given).__name__}: {given!r}")
