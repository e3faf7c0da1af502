"""What Anthropic refuses in the turns of a conversation: roles, and calls and results of tools that do not match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.providers.standin.anthropic_blocks import check_block
from tests.providers.standin.endpoint import Refused

MEMBERS = ("role", "content")


def check_turns(messages: Any, alternate: bool) -> None:
    """Raise `Refused` for messages that Anthropic would refuse."""
    if not isinstance(messages, list):
        raise Refused("messages: Input should be a valid list")
    if not messages:
        raise Refused("messages: at least one message is required")
    for at, message in enumerate(messages):
        _check_message(message, at, last=at == len(messages) - 1)
    _check_roles(messages, alternate)
    _check_results(messages)


def _check_message(message: Any, at: int, last: bool) -> None:
    role = message.get("role") if isinstance(message, dict) else None
    if role == "system":
        raise Refused(
            'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" '
            "as an input message role."
        )
    if role not in ("user", "assistant"):
        raise Refused(f'messages: Unexpected role "{role}". Allowed roles are "user" or "assistant".')
    for name in message:
        if name not in MEMBERS:
            raise Refused(f"messages.{at}.{name}: Extra inputs are not permitted")
    content = message.get("content")
    if not isinstance(content, (str, list)):
        raise Refused(f"messages.{at}.content: Input should be a valid list")
    if not content and not (last and role == "assistant"):
        raise Refused(
            f"messages.{at}: all messages must have non-empty content except for the optional final assistant message"
        )
    if isinstance(content, str) and content and not content.strip():
        raise Refused("messages: text content blocks must contain non-whitespace text")
    if isinstance(content, list):
        for place, block in enumerate(content):
            check_block(block, role, f"messages.{at}.content.{place}")
    if last and role == "assistant":
        end = content if isinstance(content, str) else content[-1].get("text", "") if content else ""
        if end != end.rstrip():
            raise Refused("messages: final assistant content cannot end with trailing whitespace")


def _check_roles(messages: Sequence[Mapping[str, Any]], alternate: bool) -> None:
    if not alternate:
        return
    if messages[0]["role"] != "user":
        raise Refused('messages: first message must use the "user" role')
    for one, next_one in pairwise(messages):
        if one["role"] == next_one["role"]:
            raise Refused(
                'messages: roles must alternate between "user" and "assistant", but found multiple '
                f'"{one["role"]}" roles in a row'
            )


def _check_results(messages: Sequence[Mapping[str, Any]]) -> None:
    """Results answer the calls of the message before, all of them, and stand before anything else."""
    called: list[str] = []
    for at, message in enumerate(messages):
        blocks = message["content"] if isinstance(message["content"], list) else []
        answered = []
        others = False
        for place, block in enumerate(blocks):
            if block["type"] != "tool_result":
                others = True
                continue
            if block["tool_use_id"] not in called:
                raise Refused(
                    f"messages.{at}.content.{place}: unexpected `tool_use_id` found in `tool_result` blocks: "
                    f"{block['tool_use_id']}. Each `tool_result` block must have a corresponding `tool_use` block in "
                    "the previous message."
                )
            if block["tool_use_id"] in answered:
                raise Refused(
                    f"messages.{at}.content.{place}: each tool_use must have a single result. Found multiple "
                    f"`tool_result` blocks with id: {block['tool_use_id']}"
                )
            if not others:
                answered.append(block["tool_use_id"])
        if missing := [each for each in called if each not in answered]:
            raise _unanswered(at - 1, missing)
        called = [block["id"] for block in blocks if block["type"] == "tool_use"]
        if len(set(called)) < len(called):
            raise Refused(f"messages.{at}.content: `tool_use` ids must be unique")
    if called:
        raise _unanswered(len(messages) - 1, called)


def _unanswered(at: int, missing: Sequence[str]) -> Refused:
    return Refused(
        f"messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: "
        f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
        "message."
    )
