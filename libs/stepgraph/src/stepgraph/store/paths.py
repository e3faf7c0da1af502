"""Paths: where in a value the texts stand that a store indexes.

    a.b            the value under two keys
    items[*].text  of every item of a list
    items[-1]      of the last item
    *              of every value of a dict or item of a list
    {title,a.b}    of each of these
    $              the whole value, as JSON

A key that itself holds one of `.`, `[`, `]`, `{`, `}` cannot be named by a path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

__all__ = ["get_text_at_path", "tokenize_path"]

_TOKEN: Final = re.compile(r"\[(?:\*|-?\d+)\]|\{[^{}]*\}|[^.\[\]{}]+")


def tokenize_path(path: str) -> list[str]:
    """Return the steps of a path: `"a.items[*].text"` becomes `["a", "items", "[*]", "text"]`.

    Raises:
        ValueError: It is not a path.
    """
    rest = path[1:].removeprefix(".") if path.startswith("$") else path
    tokens: list[str] = []
    position = 0
    while position < len(rest):
        if tokens and rest[position] == ".":
            position += 1
        found = _TOKEN.match(rest, position)
        if found is None:
            raise ValueError(
                f"{path!r} is not a path to texts, it goes wrong at {rest[position:]!r}; "
                "paths look like '$', 'a.b' or 'items[*].text'"
            )
        tokens.append(found.group())
        position = found.end()
    return tokens


def get_text_at_path(obj: Any, path: str | list[str]) -> list[str]:
    """Return the texts that stand at a path, none where it leads nowhere.

    Args:
        obj: The value of an item.
        path: The path, or its steps.

    Raises:
        ValueError: It is not a path.
    """
    tokens = tokenize_path(path) if isinstance(path, str) else path
    return [_text(found) for found in _walk(obj, tokens) if found is not None]


def _walk(value: Any, tokens: Sequence[str]) -> Iterator[Any]:
    if not tokens:
        yield value
        return
    token, rest = tokens[0], tokens[1:]
    for found in _step(value, token):
        yield from _walk(found, rest)


def _step(value: Any, token: str) -> Iterator[Any]:
    """Yield what one step leads to."""
    if token.startswith("{"):
        for path in token[1:-1].split(","):
            if path.strip():
                yield from _walk(value, tokenize_path(path.strip()))
    elif isinstance(value, Mapping):
        if token == "*":
            yield from value.values()
        elif token in value:
            yield value[token]
    elif isinstance(value, (list, tuple)):
        if token in ("*", "[*]"):
            yield from value
        elif token.startswith("["):
            index = int(token[1:-1])
            if -len(value) <= index < len(value):
                yield value[index]


def _text(value: Any) -> str:
    if isinstance(value, (str, int, float)):
        return str(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
