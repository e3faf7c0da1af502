"""Standard: answers whose content is blocks of the one form, for models with `output_version="v1"`.

A message says so in its `response_metadata`, and then nobody reads its content as its provider's any more. What a hook
gave is left as it is: messages are copied.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from stepgraph.messages.blocks import blocks_of
from stepgraph.outputs import ChatGenerationChunk, ChatResult

__all__ = ["BlockNumbers", "kept_apart", "standardize", "version_of_environment"]


def version_of_environment() -> str | None:
    """Return the form of answers that the environment asks for (`LC_OUTPUT_VERSION`)."""
    return os.environ.get("LC_OUTPUT_VERSION") or None


def kept_apart(version: str | None, kwargs: dict[str, Any]) -> Mapping[str, Any]:
    """Return the arguments under which an answer is kept: in one form it is none in the other."""
    return {**kwargs, "output_version": version} if version == "v1" else kwargs


def standardize(result: ChatResult) -> None:
    """Make the content of answers blocks of the one form."""
    for generation in result.generations:
        generation.message = _with(generation.message, blocks_of(generation.message))


class BlockNumbers:
    """Makes the content of the chunks of one stream blocks of the one form, which add up by their numbers.

    A block that has no `index` gets one: another than the last block's, where that was of another type.
    """

    __slots__ = ("_kind", "_number")

    def __init__(self) -> None:
        self._kind: str | None = None
        self._number = -1

    def standardize(self, chunk: ChatGenerationChunk) -> None:
        """Make the content of the next chunk of the stream such blocks."""
        message = chunk.message
        chunk.message = _with(message, [self._numbered(block) for block in blocks_of(message, streamed=True)])

    def _numbered(self, block: Any) -> Any:
        if block["type"] != self._kind:
            self._kind = block["type"]
            self._number += 1
        return block if "index" in block else {**block, "index": self._number}


def _with(message: Any, blocks: list[Any]) -> Any:
    about = {**message.response_metadata, "output_version": "v1"}
    return message.model_copy(update={"content": blocks, "response_metadata": about})
