"""Docstrings: what Google-style docstrings say of a function and of its arguments."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Collection
from typing import Any, Final

from stepgraph.errors import listed, nearest

__all__ = ["described", "text_of"]

_ARGUMENTS: Final = ("args:", "arguments:", "parameters:")
_OTHERS: Final = (
    "attributes:",
    "example:",
    "examples:",
    "raises:",
    "return:",
    "returns:",
    "yield:",
    "yields:",
)


def text_of(target: Any) -> str:
    """Return the docstring of a function or class, without its indentation; of what is called, where that has none."""
    while isinstance(target, functools.partial):
        target = target.func
    text = getattr(target, "__doc__", None)
    if not text and not isinstance(target, type):
        text = getattr(getattr(target, "__call__", None), "__doc__", None) if _is_own_object(target) else None  # noqa: B004
    return inspect.cleandoc(text) if isinstance(text, str) else ""


def described(
    text: str, parameters: Collection[str], *, hidden: Collection[str] = (), strict: bool = False, name: str = ""
) -> tuple[str, dict[str, str]]:
    """Take a docstring apart: what stands before its sections, and what is said of each argument.

    Args:
        text: The docstring.
        parameters: The parameters that the function has.
        hidden: Others that it has, which need not be told of.
        strict: Whether a function with parameters must have a docstring with an `Args:` section.
        name: Whose it is, for messages.

    Raises:
        ValueError: It tells of an argument that the function does not have, or is not as `strict` wants it.
    """
    lines = text.splitlines()
    titles = [number for number, line in enumerate(lines) if line.strip().lower() in (*_ARGUMENTS, *_OTHERS)]
    titles = [number for number in titles if not lines[number][:1].isspace()]
    before = "\n".join(lines[: titles[0]] if titles else lines)
    summary = re.sub(r"\n\s*\n", " ", before).strip()
    section = next((number for number in titles if lines[number].strip().lower() in _ARGUMENTS), None)
    if strict and parameters and (section is None or not summary):
        raise ValueError(
            f"the docstring of {name!r} cannot be parsed: expected a summary, an empty line and a section 'Args:' that "
            f"tells of {listed(list(parameters))}; write one, or leave out parse_docstring=True"
        )
    if section is None:
        return summary, {}
    found = _entries(lines[section + 1 :])
    for each in found:
        if each not in parameters and each not in hidden:
            raise ValueError(
                f"the docstring of {name!r} tells of an argument {each!r} that the function does not have"
                f"{nearest(each, list(parameters))}; it has {listed(list(parameters))}"
            )
    return summary, found


def _is_own_object(target: Any) -> bool:
    """Return whether something is an object of the user's own that can be called."""
    return not inspect.isroutine(target) and inspect.isfunction(getattr(type(target), "__call__", None))  # noqa: B004


def _entries(lines: list[str]) -> dict[str, str]:
    """Return what is said of each argument, up to where a line is not indented; deeper lines go on with the last."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    indent: int | None = None
    for line in lines:
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        if depth == 0:
            break
        entry = re.match(r"\s*\*{0,2}(\w+)\s*(?:\(.*?\))?\s*:(.*)$", line)
        if entry is not None and (indent is None or depth <= indent):
            indent = depth if indent is None else indent
            current = found.setdefault(entry[1], [])
            current.append(entry[2].strip())
        else:
            current.append(line.strip())
    return {name: " ".join(filter(None, said)) for name, said in found.items()}
