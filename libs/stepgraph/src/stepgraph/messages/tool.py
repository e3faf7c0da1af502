"""ToolMessage: what a tool answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from typing_extensions import Self

from stepgraph.messages.base import BaseMessage, BaseMessageChunk
from stepgraph.messages.merging import merge_contents, merge_dicts, merge_lists
from stepgraph.messages.tool_calls import (
    InvalidToolCall,
    ToolCall,
    ToolCallChunk,
    default_tool_chunk_parser,
    default_tool_parser,
    invalid_tool_call,
    tool_call,
    tool_call_chunk,
)

__all__ = [
    "InvalidToolCall",
    "ToolCall",
    "ToolCallChunk",
    "ToolMessage",
    "ToolMessageChunk",
    "ToolOutputMixin",
    "default_tool_chunk_parser",
    "default_tool_parser",
    "invalid_tool_call",
    "tool_call",
    "tool_call_chunk",
]


class ToolOutputMixin:
    """Marks what tools may return as it is: it is not made into the content of a `ToolMessage`."""

    __slots__ = ()


@dataclass(init=False, repr=False)
class ToolMessage(BaseMessage, ToolOutputMixin):
    """What a tool answered.

    Attributes:
        tool_call_id: The id of the call that it answers.
        artifact: A result for the program, which models do not see.
        status: Whether the call succeeded.
    """

    type: str = field(default="tool", init=False, repr=False, compare=False)

    tool_call_id: str = field(kw_only=True)
    artifact: Any = field(default=None, kw_only=True)
    status: Literal["success", "error"] = field(default="success", kw_only=True)

    def __init__(
        self,
        content: Any = None,
        content_blocks: Any = None,
        *,
        tool_call_id: str,
        artifact: Any = None,
        status: str = "success",
        **given: Any,
    ) -> None:
        if content_blocks is None and not isinstance(content, str):
            content = _content_of(content)
        super().__init__(content, content_blocks, **given)
        if status not in ("success", "error"):
            raise ValueError(f"the status of a ToolMessage is 'success' or 'error', got {status!r}")
        self.tool_call_id = str(tool_call_id)
        self.artifact = artifact
        self.status = "error" if status == "error" else "success"


@dataclass(init=False, repr=False)
class ToolMessageChunk(ToolMessage, BaseMessageChunk):
    """A part of what a tool answered; parts of the answer to one call add up with `+`."""

    type: str = field(default="ToolMessageChunk", init=False, repr=False, compare=False)
    _agree: ClassVar[tuple[str, ...]] = ("tool_call_id",)

    @classmethod
    def sum_of(cls, chunks: Sequence[Any]) -> Self:
        """Return what chunks add up to; it failed where one of them did."""
        total = super().sum_of(chunks)
        artifacts = [each.artifact for each in chunks if each.artifact is not None]
        total.artifact = _joined(artifacts) if artifacts else None
        total.status = "error" if any(each.status == "error" for each in chunks) else "success"
        return total


def _joined(artifacts: list[Any]) -> Any:
    """Return what artifacts add up to; of others than texts, lists and dicts the last counts."""
    for kind, join in ((str, merge_contents), (dict, merge_dicts), (list, _chained)):
        if all(isinstance(each, kind) for each in artifacts):
            return join(artifacts)
    return artifacts[-1]


def _chained(lists: list[list[Any]]) -> list[Any]:
    return merge_lists(item for each in lists for item in each)


def _content_of(content: Any) -> Any:
    """Return what a tool returned as content: text, or a list of texts and blocks."""
    if not isinstance(content, (list, tuple)):
        return str(content)
    return [item if isinstance(item, (str, dict)) else str(item) for item in content]
