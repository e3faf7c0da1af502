"""JSON in text: a value that stands alone, or in a fence of Markdown, whole or as far as it has come."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from pydantic_core import from_json

__all__ = ["NOT_JSON", "json_in", "parse_json_markdown", "parse_partial_json"]

NOT_JSON: Final = object()
"""What stands for a text without JSON; `None` is JSON's `null`."""

_FENCE: Final = re.compile(r"```[ \t]*[A-Za-z0-9_+-]*[ \t]*")
_IN_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
_CONTROLS: Final = {number: f"\\u{number:04x}" for number in range(0x20)}
_DECODER: Final = json.JSONDecoder(strict=False)


def json_in(text: str) -> Any:
    """Return the value that a text holds, `NOT_JSON` where it holds none.

    What comes after the value is left out. A value that is cut off is returned as far as it goes: of a text that is
    still being written there is the beginning, of a number or a key there is nothing before its end.
    """
    text = text.strip()
    fence = _FENCE.search(text)
    fenced = [text[fence.end() :].strip()] if fence is not None else []
    candidates = [text, *fenced] if text[:1] in ("{", "[", '"') else [*fenced, text]
    for candidate in candidates:
        found = _read(candidate)
        if found is not NOT_JSON:
            return found
    return NOT_JSON


def parse_partial_json(s: str, *, strict: bool = False) -> Any:
    """Return the value of a text that may be cut off.

    Args:
        s: The text.
        strict: Whether line breaks and the like in strings are refused.

    Raises:
        ValueError: It is no JSON, nor the beginning of any.
    """
    if strict:
        return from_json(s, allow_partial="trailing-strings")
    found = _read(s.strip())
    if found is NOT_JSON:
        raise ValueError(f"this is no JSON: {s!r}")
    return found


def parse_json_markdown(json_string: str) -> Any:
    """Return the value that a text holds, alone or in a fence of Markdown; see `json_in`.

    Raises:
        ValueError: It holds none.
    """
    found = json_in(json_string)
    if found is NOT_JSON:
        raise ValueError(f"there is no JSON in this: {json_string!r}")
    return found


def _read(text: str) -> Any:
    """Return the value that a text begins with."""
    if not text:
        return NOT_JSON
    for read in (_begun, _first, _begun_with_controls):
        try:
            return read(text)
        except (ValueError, RecursionError):
            continue
    return NOT_JSON


def _begun(text: str) -> Any:
    return from_json(text, allow_partial="trailing-strings")


def _first(text: str) -> Any:
    """Read the value at the beginning of a text, with whatever comes after it."""
    return _DECODER.raw_decode(text)[0]


def _begun_with_controls(text: str) -> Any:
    """Read a value with line breaks and the like in its strings, which JSON has as escapes only."""
    return _begun(_IN_STRINGS.sub(lambda found: found[0].translate(_CONTROLS), text))
