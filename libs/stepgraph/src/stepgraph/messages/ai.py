"""AIMessage: what a model says, whole or in chunks, with the tools that it wants called and what it has used.

A chunk reads the arguments of its tool calls when somebody asks, not each time that chunks are added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from typing_extensions import Self

from stepgraph.messages.base import BaseMessage, BaseMessageChunk, check_type, content_given
from stepgraph.messages.ended import ended_blocks, has_blocks
from stepgraph.messages.likeness import LC_AUTO_PREFIX, LC_ID_PREFIX
from stepgraph.messages.merging import merge_contents, merge_dicts
from stepgraph.messages.tool_calls import (
    InvalidToolCall,
    ToolCall,
    ToolCallChunk,
    as_fragment,
    default_tool_chunk_parser,
    default_tool_parser,
    fragment,
    invalid_call,
    merge_tool_call_chunks,
    normal_calls,
    parsed,
)
from stepgraph.messages.usage import InputTokenDetails, OutputTokenDetails, UsageMetadata, add_usage, subtract_usage

__all__ = [
    "AIMessage",
    "AIMessageChunk",
    "InputTokenDetails",
    "OutputTokenDetails",
    "UsageMetadata",
    "add_ai_message_chunks",
    "add_usage",
    "subtract_usage",
]


@dataclass(init=False, repr=False)
class AIMessage(BaseMessage):
    """What a model says.

    Attributes:
        tool_calls: The tools that it wants called.
        invalid_tool_calls: Calls that cannot be made, for their arguments cannot be read.
        usage_metadata: What the call has used, where the provider says.
    """

    type: str = field(default="ai", init=False, repr=False, compare=False)

    tool_calls: list[ToolCall] = field(default_factory=list, kw_only=True)
    invalid_tool_calls: list[InvalidToolCall] = field(default_factory=list, kw_only=True)
    usage_metadata: UsageMetadata | None = field(default=None, kw_only=True)

    def __init__(
        self,
        content: Any = None,
        content_blocks: Sequence[Any] | None = None,
        *,
        id: Any = None,
        name: str | None = None,
        additional_kwargs: dict[str, Any] | None = None,
        response_metadata: dict[str, Any] | None = None,
        tool_calls: Sequence[Any] | None = None,
        invalid_tool_calls: Sequence[Any] | None = None,
        usage_metadata: UsageMetadata | None = None,
        type: str | None = None,
        example: bool = False,
    ) -> None:
        if content.__class__ is not str:
            content, tool_calls = _read(self, content, content_blocks, tool_calls)
        self.content = content
        self.id: str | None = id if id is None or id.__class__ is str else str(id)
        self.name = name
        self.additional_kwargs: dict[str, Any] = {} if additional_kwargs is None else additional_kwargs
        self.response_metadata: dict[str, Any] = {} if response_metadata is None else response_metadata
        self.tool_calls = normal_calls(tool_calls) if tool_calls else []
        self.invalid_tool_calls = [invalid_call(each) for each in invalid_tool_calls] if invalid_tool_calls else []
        self.usage_metadata = usage_metadata
        if type is not None:
            check_type(self, type)
        if additional_kwargs and "tool_calls" in additional_kwargs and not tool_calls and not invalid_tool_calls:
            self.tool_calls, self.invalid_tool_calls = default_tool_parser(additional_kwargs["tool_calls"] or ())

    def pretty_repr(self, html: bool = False) -> str:
        """Return the message as a titled block of text, with its tool calls."""
        lines = [super().pretty_repr(html).strip()]
        for title, calls in (("Tool Calls:", self.tool_calls), ("Invalid Tool Calls:", self.invalid_tool_calls)):
            if calls:
                lines.append(title)
            for call in calls:
                lines += _call_lines(call)
        return "\n".join(lines).strip()


@dataclass(init=False, repr=False)
class AIMessageChunk(AIMessage, BaseMessageChunk):
    """A part of what a model says; parts add up with `+`.

    Attributes:
        tool_call_chunks: Fragments of tool calls. `tool_calls` is what can be read of them so far.
        chunk_position: `"last"` where no more is to come.
    """

    type: str = field(default="AIMessageChunk", init=False, repr=False, compare=False)

    tool_call_chunks: list[ToolCallChunk] = field(default_factory=list, kw_only=True)
    chunk_position: Literal["last"] | None = field(default=None, kw_only=True)

    def __init__(
        self,
        content: Any = None,
        content_blocks: Sequence[Any] | None = None,
        *,
        id: Any = None,
        name: str | None = None,
        additional_kwargs: dict[str, Any] | None = None,
        response_metadata: dict[str, Any] | None = None,
        tool_calls: Sequence[Any] | None = None,
        invalid_tool_calls: Sequence[Any] | None = None,
        usage_metadata: UsageMetadata | None = None,
        tool_call_chunks: Sequence[Any] | None = None,
        chunk_position: Literal["last"] | None = None,
        type: str | None = None,
        example: bool = False,
    ) -> None:
        if content.__class__ is not str:
            content, tool_calls = _read(self, content, content_blocks, tool_calls)
        # All at once: a chunk is made for each token, and two of these names are properties.
        self.__dict__ = {
            "content": content,
            "id": id if id is None or id.__class__ is str else str(id),
            "name": name,
            "additional_kwargs": {} if additional_kwargs is None else additional_kwargs,
            "response_metadata": {} if response_metadata is None else response_metadata,
            "tool_calls": [],
            "invalid_tool_calls": [],
            "usage_metadata": usage_metadata,
            "tool_call_chunks": [*map(fragment, tool_call_chunks)] if tool_call_chunks else [],
            "chunk_position": chunk_position,
        }
        if type is not None:
            check_type(self, type)
        if tool_calls or invalid_tool_calls or (additional_kwargs and not tool_call_chunks):
            self._take_calls(tool_calls or (), invalid_tool_calls or ())

    def _take_calls(self, calls: Sequence[Any], invalid: Sequence[Any]) -> None:
        """Keep whole calls, which are fragments too, for the sake of what they are added to.

        Where there are other fragments, the calls were read of those, and will be again.
        """
        if calls or invalid:
            whole, unread = normal_calls(calls), [invalid_call(each) for each in invalid]
            fragments = [*map(as_fragment, whole), *map(as_fragment, unread)]
            if self.tool_call_chunks in ([], fragments):
                self.tool_calls: list[ToolCall] = whole
                self.invalid_tool_calls: list[InvalidToolCall] = unread
                self.tool_call_chunks = fragments
        elif "tool_calls" in self.additional_kwargs:
            self.tool_call_chunks = default_tool_chunk_parser(self.additional_kwargs["tool_calls"] or ())

    def __add__(self, other: Any) -> Self:
        return self._and(other) if isinstance(other, AIMessageChunk) else super().__add__(other)

    def _and(self, other: AIMessageChunk) -> Self:
        """Return the sum of two: what `sum_of` returns, at less cost."""
        left, right = self.__dict__, other.__dict__
        total = object.__new__(type(self))
        sums = total.__dict__
        sums.update(left)
        before, after = left["content"], right["content"]
        sums["content"] = (
            before + after if type(before) is str and type(after) is str else merge_contents((before, after))
        )
        id = left["id"]
        sums["id"] = (id if id == right["id"] else _best_id((id, right["id"]))) or None
        sums["name"] = left["name"] or right["name"]
        before, after = left["additional_kwargs"], right["additional_kwargs"]
        sums["additional_kwargs"] = merge_dicts((before, after)) if after else before.copy()
        before, after = left["response_metadata"], right["response_metadata"]
        sums["response_metadata"] = merge_dicts((before, after), goes_on=False) if after else before.copy()
        if left["tool_call_chunks"] or right["tool_call_chunks"]:
            sums.update(_sum_of_calls((left, right)))
        else:
            sums["tool_calls"], sums["invalid_tool_calls"], sums["tool_call_chunks"] = [], [], []
        if right["usage_metadata"]:
            sums["usage_metadata"] = add_usage(left["usage_metadata"], right["usage_metadata"])
        sums["chunk_position"] = right["chunk_position"] or left["chunk_position"]
        if sums["chunk_position"] is not None:
            _end(total)
        return total

    @classmethod
    def sum_of(cls, chunks: Sequence[Any]) -> Self:
        """Return what chunks add up to."""
        parts = [each.__dict__ for each in chunks]
        total = object.__new__(type(chunks[0]))
        total.__dict__ |= parts[0] | {
            "content": merge_contents([each["content"] for each in parts]),
            "id": _best_id([each["id"] for each in parts]),
            "name": next((each["name"] for each in parts if each["name"]), None),
            "additional_kwargs": merge_dicts(each["additional_kwargs"] for each in parts),
            "response_metadata": merge_dicts((each["response_metadata"] for each in parts), goes_on=False),
            **_sum_of_calls(parts),
        }
        for each in parts[1:]:
            if each["usage_metadata"]:
                total.usage_metadata = add_usage(total.usage_metadata, each["usage_metadata"])
            total.chunk_position = each["chunk_position"] or total.chunk_position
        if total.chunk_position is not None:
            _end(total)
        return total  # type: ignore[no-any-return]

    def as_message(self) -> AIMessage:
        """Return the whole message that this chunk, or a sum of chunks, stands for.

        Arguments of tool calls that are no whole JSON are those of invalid calls: the stream was cut.
        """
        given = {each.name: getattr(self, each.name) for each in fields(AIMessage) if each.init}
        if self.tool_call_chunks and not _has_whole_calls(vars(self)):
            given["tool_calls"], given["invalid_tool_calls"] = parsed(self.tool_call_chunks)
        if has_blocks(self):
            given["content"] = ended_blocks(self.content, given["tool_calls"], given["invalid_tool_calls"])
        return AIMessage(**given)


def _end(total: AIMessageChunk) -> None:
    """Make calls of the fragments in blocks of the one form, once no more is to come."""
    if has_blocks(total):
        total.content = ended_blocks(total.content, total.tool_calls, total.invalid_tool_calls)


def _what_can_be_read(name: str, number: int) -> property:
    """Return an attribute that is read of the fragments, but where the chunk was given whole calls."""

    def read(chunk: AIMessageChunk) -> Any:
        values = chunk.__dict__
        if values["tool_call_chunks"] and not _has_whole_calls(values):
            return parsed(values["tool_call_chunks"], partial=values["chunk_position"] != "last")[number]
        return values[name]

    def write(chunk: AIMessageChunk, calls: Any) -> None:
        chunk.__dict__[name] = calls

    return property(read, write)


# Set here, for a dataclass would take properties in its body for the defaults of its fields.
for _number, _name in enumerate(("tool_calls", "invalid_tool_calls")):
    setattr(AIMessageChunk, _name, _what_can_be_read(_name, _number))


def _read(message: AIMessage, content: Any, blocks: Sequence[Any] | None, calls: Any) -> tuple[Any, Any]:
    """Return the content of a message given something else than text, and its tool calls, from blocks perhaps."""
    content = content_given(message, content, blocks)
    if blocks is not None and calls is None:
        calls = [block for block in content if block.get("type") == "tool_call"]
    return content, calls


def add_ai_message_chunks(left: AIMessageChunk, *others: AIMessageChunk) -> AIMessageChunk:
    """Return what chunks add up to."""
    return left.sum_of([left, *others])


def _has_whole_calls(values: Mapping[str, Any]) -> bool:
    return bool(values["tool_calls"] or values["invalid_tool_calls"])


def _sum_of_calls(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the calls in chunks: their fragments, and whole ones where there is nothing else."""
    having = [each for each in parts if each["tool_call_chunks"]]
    if not having:
        return {"tool_calls": [], "invalid_tool_calls": [], "tool_call_chunks": []}
    fragments = merge_tool_call_chunks(each for part in having for each in part["tool_call_chunks"])
    if not all(map(_has_whole_calls, having)):
        return {"tool_calls": [], "invalid_tool_calls": [], "tool_call_chunks": fragments}
    return {
        "tool_calls": [call for part in having for call in part["tool_calls"]],
        "invalid_tool_calls": [call for part in having for call in part["invalid_tool_calls"]],
        "tool_call_chunks": fragments,
    }


def _call_lines(call: Mapping[str, Any]) -> list[str]:
    lines = [f"  {call.get('name', 'Tool')} ({call.get('id')})", f" Call ID: {call.get('id')}"]
    if call.get("error"):
        lines.append(f"  Error: {call['error']}")
    lines.append("  Args:")
    args = call.get("args")
    if isinstance(args, str):
        return [*lines, f"    {args}"]
    return [*lines, *(f"    {name}: {value}" for name, value in (args or {}).items())]


def _best_id(ids: Sequence[str | None]) -> str | None:
    """Return the id that tells most: the provider's own, before one made of a run, before one made up."""
    known = [id for id in ids if id]
    provided = (id for id in known if not id.startswith((LC_AUTO_PREFIX, "run-")))
    of_runs = (id for id in known if id.startswith((LC_ID_PREFIX, "run-")))
    return next(provided, None) or next(of_runs, None) or next(iter(known), None)
