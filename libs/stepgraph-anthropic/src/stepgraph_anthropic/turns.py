"""Turns: messages as the API takes them, a system prompt and turns of user and assistant that alternate.

What tools have answered is the user's. Messages in a row of one role are one turn; an empty one is none.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from stepgraph.messages.ended import has_blocks
from stepgraph.messages.likeness import kind_of
from stepgraph_anthropic.blocks import block_of, call_block, call_id, texts_in
from stepgraph_anthropic.standard import in_their_form

__all__ = ["System", "Turn", "turns_of"]

System: TypeAlias = "str | list[dict[str, Any]]"
Turn: TypeAlias = "dict[str, Any]"

_ROLES: Final = {"human": "user", "user": "user", "tool": "user", "ai": "assistant", "assistant": "assistant"}
_NO_CALLS: Final[Mapping[Any, Any]] = {}


def turns_of(messages: Sequence[Any], *, later_systems: bool = False) -> tuple[System | None, list[Turn]]:
    """Return the system prompt and the turns of messages, foreign ones too (see `MessageLike`).

    Args:
        messages: The messages.
        later_systems: Whether the model takes system messages after what a user has said, as turns of their own.

    Raises:
        ValueError: System messages stand in several places, a role or a block is one that the API does not know.
    """
    said = _Said(later_systems)
    for message in messages:
        role = _role_of(message)
        if role == "system":
            said.instruct(message.content)
        else:
            said.say(role, _content_of(message))
    return said.ended()


class _Said:
    """What is said, message by message."""

    def __init__(self, later_systems: bool) -> None:
        self._later_systems = later_systems
        self._system: System | None = None
        self._turns: list[Turn] = []
        self._pending: list[System] = []
        """System messages whose place is known when it is known who speaks next."""

    def instruct(self, content: Any) -> None:
        system = content if isinstance(content, str) else texts_in(content)
        if not self._turns:
            self._system = _joined(self._system, system)
        else:
            self._pending.append(system)

    def say(self, role: str, content: System) -> None:
        if role == "assistant" and not content:
            return
        self._place(role == "assistant")
        last = self._turns[-1] if self._turns else None
        if last is not None and last["role"] == role:
            last["content"] = _both(last["content"], content)
        else:
            self._turns.append({"role": role, "content": content})

    def ended(self) -> tuple[System | None, list[Turn]]:
        if self._turns and self._turns[-1]["role"] == "assistant":
            _strip_end(self._turns)
        self._place(True)
        return self._system or None, self._turns

    def _place(self, is_next: bool) -> None:
        """Put system messages where they stand, if one may stand there, and else at the start."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        if self._later_systems and is_next and self._turns and _may_be_followed(self._turns[-1]):
            self._turns += [{"role": "system", "content": content} for content in pending if content]
            return
        if self._system is not None:
            raise ValueError(
                "Anthropic's API takes one system prompt, before all else, got system messages in several places; "
                "put them together at the start, or make the later ones human messages"
            )
        _warn_moved()
        for content in pending:
            self._system = _joined(self._system, content)


def _may_be_followed(turn: Turn) -> bool:
    """Return whether a system message may stand after a turn: a user's, or what a tool of the provider answered."""
    content = turn["content"]
    return turn["role"] == "user" or (isinstance(content, list) and content[-1]["type"].endswith("_tool_result"))


def _role_of(message: Any) -> str:
    kind = kind_of(message)
    role = message.role if kind == "chat" else kind
    if role in ("system", "developer"):
        return "system"
    if role not in _ROLES:
        raise ValueError(f"Anthropic's API has no role for a message of type {message.type!r} and role {role!r}")
    return _ROLES[role]


def _joined(one: System | None, other: System) -> System:
    return other if not one else texts_in(one) + texts_in(other)


def _both(one: Any, other: Any) -> Any:
    if _is_blank(one) or _is_blank(other):
        return other if _is_blank(one) else one
    blocks = [content if isinstance(content, list) else [{"type": "text", "text": content}] for content in (one, other)]
    return [*blocks[0], *blocks[1]]


def _is_blank(content: System) -> bool:
    return not (content.strip() if isinstance(content, str) else content)


def _content_of(message: Any) -> Any:
    content = message.content
    if message.type in ("tool", "ToolMessageChunk"):
        return _results_of(message)
    calls = getattr(message, "tool_calls", None) or []
    invalid = getattr(message, "invalid_tool_calls", None) or []
    if isinstance(content, str) and not calls and not invalid:
        return content
    known = {call.get("id"): call for call in calls} if calls else _NO_CALLS
    if has_blocks(message):
        content = in_their_form(message)
    parts = ([content] if content else []) if isinstance(content, str) else content
    blocks = [each for part in parts for each in block_of(part, known)]
    sent = {block["id"] for block in blocks if block["type"] == "tool_use"}
    for call in [*calls, *(each for each in invalid if each.get("id") and each.get("name"))]:
        block = call_block(call)
        if block["id"] not in sent:
            sent.add(block["id"])
            blocks.append(block)
    return blocks


def _results_of(message: Any) -> list[dict[str, Any]]:
    """Return what a tool answered. What is to be cached of it is all of it."""
    content = message.content
    if isinstance(content, list) and content and all(_is_result(block) for block in content):
        return [each for block in content for each in block_of(block, _NO_CALLS)]
    cached = None
    if isinstance(content, list):
        for block in content:
            cached = block.get("cache_control", cached) if isinstance(block, dict) else cached
        content = [_uncached(each) for block in content for each in block_of(block, _NO_CALLS)]
    result = {
        "type": "tool_result",
        "tool_use_id": call_id(message.tool_call_id),
        "content": content,
        "is_error": getattr(message, "status", "success") == "error",
    }
    return [result if cached is None else {**result, "cache_control": cached}]


def _is_result(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "tool_result"


def _uncached(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "cache_control"}


def _strip_end(turns: list[Turn]) -> None:
    """Take white space off the end of an answer that the model shall go on with: the API refuses it."""
    content = turns[-1]["content"]
    if isinstance(content, str):
        turns[-1]["content"] = content = content.rstrip()
    elif content[-1]["type"] == "text":
        content[-1] = {**content[-1], "text": content[-1]["text"].rstrip()}
    if not content:
        turns.pop()


def _warn_moved() -> None:
    warnings.warn(
        "A system message that is not the first was moved to the start: it now holds for the whole conversation.",
        UserWarning,
        stacklevel=5,
    )
