"""What OpenAI refuses in the messages of a request: roles, contents, and results of tools that nobody called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tests.providers.standin.endpoint import Refused

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
PARTS = {
    "text": "text",
    "image_url": "image_url",
    "input_audio": "input_audio",
    "file": "file",
    "refusal": "refusal",
}
# The parts that a role may have.
ALLOWED = {"user": {"text", "image_url", "input_audio", "file"}, "assistant": {"text", "refusal"}}
IMAGE = re.compile(r"https?://.|data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/]+=*$")
NAME = re.compile(r"[^\s<|\\/>]+")


def check_messages(messages: Any) -> None:
    """Raise `Refused` for messages that OpenAI would refuse."""
    if not isinstance(messages, list):
        raise Refused(
            "Invalid type for 'messages': expected an array of objects.", param="messages", code="invalid_type"
        )
    if not messages:
        raise Refused(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            param="messages",
            code="empty_array",
        )
    for at, message in enumerate(messages):
        _check_message(message, f"messages[{at}]")
    _check_tool_turns(messages)


def _check_message(message: Any, where: str) -> None:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ROLES:
        raise Refused(
            f"Invalid value: {role!r}. Supported values are: {', '.join(map(repr, ROLES))}.",
            param=f"{where}.role",
            code="invalid_value",
        )
    if message.get("name") is not None and not NAME.fullmatch(message["name"]):
        raise Refused(
            f"Invalid '{where}.name': string does not match pattern. "
            "Expected a string that matches the pattern '^[^\\s<|\\\\/>]+$'.",
            param=f"{where}.name",
            code="invalid_value",
        )
    if role == "assistant" and message.get("tool_calls") is not None:
        _check_calls(message["tool_calls"], f"{where}.tool_calls")
    _check_content(message, role, where)


def _check_content(message: dict[str, Any], role: str, where: str) -> None:
    content = message.get("content")
    if content is None:
        if role == "assistant" and (message.get("tool_calls") or message.get("refusal") or "function_call" in message):
            return
        raise Refused("Invalid value for 'content': expected a string, got null.", param=f"{where}.content")
    if isinstance(content, str):
        return
    if not isinstance(content, list) or not content:
        raise Refused(
            f"Invalid type for '{where}.content': expected one of a string or array of objects.",
            param=f"{where}.content",
            code="invalid_type",
        )
    for at, part in enumerate(content):
        _check_part(part, role, f"{where}.content[{at}]")


def _check_part(part: Any, role: str, where: str) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    allowed = ALLOWED.get(role, {"text"})
    if kind not in allowed:
        raise Refused(
            f"Invalid value: {kind!r}. Supported values are: {', '.join(map(repr, sorted(allowed)))}.",
            param=f"{where}.type",
            code="invalid_value",
        )
    if PARTS[kind] not in part:
        raise Refused(
            f"Missing required parameter: '{where}.{kind}'.", param=f"{where}.{kind}", code="missing_required_parameter"
        )
    if kind == "text" and not isinstance(part["text"], str):
        raise Refused(f"Invalid type for '{where}.text': expected a string.", param=where, code="invalid_type")
    if kind == "image_url":
        image = part["image_url"]
        url = image.get("url") if isinstance(image, dict) else None
        if not isinstance(url, str):
            raise Refused(
                f"Invalid type for '{where}.image_url': expected an object.",
                param=f"{where}.image_url",
                code="invalid_type",
            )
        if not IMAGE.match(url):
            raise Refused(
                "Invalid image URL. Expected a valid URL or a base64-encoded data URL of a supported image.",
                param=f"{where}.image_url.url",
                code="invalid_image_url",
            )


def _check_calls(calls: Any, where: str) -> None:
    if not isinstance(calls, list) or not calls:
        raise Refused(f"Invalid '{where}': empty array.", param=where, code="empty_array")
    for at, call in enumerate(calls):
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str) or call.get("type") is None:
            raise Refused(
                f"Missing required parameter: '{where}[{at}].function.name' or '.type'.",
                param=where,
                code="missing_required_parameter",
            )
        if not isinstance(call.get("id"), str):
            raise Refused(
                f"Missing required parameter: '{where}[{at}].id'.", param=where, code="missing_required_parameter"
            )
        if not isinstance(function.get("arguments"), str):
            raise Refused(
                f"Invalid type for '{where}[{at}].function.arguments': expected a string.",
                param=f"{where}[{at}].function.arguments",
                code="invalid_type",
            )


def _check_tool_turns(messages: Sequence[dict[str, Any]]) -> None:
    """Every result follows its call, and every call is followed by its result."""
    owed: list[str] = []
    called: list[str] = []
    for at, message in enumerate(messages):
        if message["role"] == "tool":
            if message.get("tool_call_id") is None:
                raise Refused(
                    f"Missing required parameter: 'messages[{at}].tool_call_id'.",
                    param=f"messages[{at}].tool_call_id",
                    code="missing_required_parameter",
                )
            if message["tool_call_id"] not in called:
                raise Refused(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceding message with "
                    "'tool_calls'.",
                    param=f"messages[{at}].role",
                )
            if message["tool_call_id"] in owed:
                owed.remove(message["tool_call_id"])
            continue
        _check_paid(owed)
        called = [call["id"] for call in message.get("tool_calls") or ()]
        owed = list(called)
    _check_paid(owed)


def _check_paid(owed: Sequence[str]) -> None:
    if owed:
        raise Refused(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(owed)}",
            param="messages",
        )
