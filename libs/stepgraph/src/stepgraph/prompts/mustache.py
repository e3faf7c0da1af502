"""Mustache: templates such as `{{name}} {{#items}}- {{title}}{{/items}}`, without partials and lambdas.

Names reach into dicts and lists only, never into the attributes of a value. What `{{name}}` puts in has the characters
escaped that mean something in HTML; `{{{name}}}` and `{{&name}}` put it in as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

__all__ = ["Mustache"]

_ESCAPES: Final = str.maketrans({"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;"})
_NOTHING: Final = object()


@dataclass(slots=True)
class _Variable:
    name: str
    escaped: bool


@dataclass(slots=True)
class _Section:
    name: str
    inverted: bool
    line: int
    parts: list[_Part] = field(default_factory=list)


_Part: TypeAlias = "str | _Variable | _Section"


class Mustache:
    """A template that has been read.

    Args:
        template: The template.

    Attributes:
        sections: Its variables by name; each has a dict of those that are looked up in it.

    Raises:
        ValueError: A tag or a section is not closed, or something else is.
    """

    def __init__(self, template: str) -> None:
        self._parts = _Reader(template).read()
        self.sections: dict[str, Any] = _names(self._parts)

    def fill(self, values: Mapping[str, Any]) -> str:
        """Return the text; what has no value is empty."""
        return _filled(self._parts, (values,))


class _Reader:
    """Reads a template into its parts."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._tags = _tags("{{", "}}")

    def read(self) -> list[_Part]:
        root = _Section("", inverted=False, line=0)
        open_sections = [root]
        at = 0
        while True:
            found = self._tags.search(self._template, at)
            if found is None:
                open_sections[-1].parts.append(self._template[at:])
                break
            start, end = self._alone(found)
            text = self._template[at:start]
            if text:
                open_sections[-1].parts.append(text)
            self._take(found, open_sections)
            at = end
        if len(open_sections) > 1:
            last = open_sections[-1]
            raise ValueError(f"section {last.name!r}, opened in line {last.line}, is never closed; close it with /")
        return root.parts

    def _take(self, found: re.Match[str], open_sections: list[_Section]) -> None:
        """Take one tag in."""
        line = self._template.count("\n", 0, found.start()) + 1
        if found["end"] == "":
            raise ValueError(f"a tag in line {line} is not closed: {found[0][:40]!r}")
        kind = "{" if found["raw"] is not None else (found["kind"] or "")
        name = (found["raw"] if found["raw"] is not None else found["name"]).strip()
        if kind in ("", "&", "{"):
            open_sections[-1].parts.append(_Variable(name, escaped=kind == ""))
        elif kind in ("#", "^"):
            section = _Section(name, inverted=kind == "^", line=line)
            open_sections[-1].parts.append(section)
            open_sections.append(section)
        elif kind == "/":
            if open_sections[-1].name != name or len(open_sections) == 1:
                inside = f"the last one opened is {open_sections[-1].name!r}" if open_sections[1:] else "none is open"
                raise ValueError(f"section {name!r} is closed in line {line}, but {inside}")
            open_sections.pop()
        elif kind == "=":
            opening, closing = name.rstrip("=").split()
            self._tags = _tags(opening, closing)
        # comments say nothing, and there are no partials

    def _alone(self, found: re.Match[str]) -> tuple[int, int]:
        """Return where a tag begins and ends: with its whole line, where a section or comment has one for itself."""
        start, end = found.span()
        if found["raw"] is not None or (found["kind"] or "") in ("", "&"):
            return start, end
        before = self._template.rfind("\n", 0, start) + 1
        after = self._template.find("\n", end)
        rest = self._template[end : len(self._template) if after < 0 else after]
        if self._template[before:start].strip() or rest.strip():
            return start, end
        return before, len(self._template) if after < 0 else after + 1


def _tags(opening: str, closing: str) -> re.Pattern[str]:
    left, right = re.escape(opening), re.escape(closing)
    raw = r"\{(?P<raw>[^{}]*)\}" if opening == "{{" else r"(?P<raw>(?!))"
    return re.compile(
        rf"{left}(?:{raw}(?P<closed>{right})|(?P<kind>[#^/&!>=]?)(?P<name>.*?)(?P<end>{right}|\Z))", re.DOTALL
    )


def _names(parts: Sequence[_Part]) -> dict[str, Any]:
    """Return the names at the top of each path, each with those below it."""
    found: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, str) or part.name == ".":
            continue
        place = found
        for name in part.name.split("."):
            place = place.setdefault(name, {})
        if isinstance(part, _Section):
            place.update(_names(part.parts))
    return found


def _filled(parts: Sequence[_Part], scopes: tuple[Any, ...]) -> str:
    made: list[str] = []
    for part in parts:
        if isinstance(part, str):
            made.append(part)
            continue
        value = _looked_up(part.name, scopes)
        if isinstance(part, _Variable):
            text = "" if value is None or value is _NOTHING else str(value)
            made.append(text.translate(_ESCAPES) if part.escaped else text)
        elif part.inverted:
            made.append("" if _holds(value) else _filled(part.parts, scopes))
        elif _holds(value):
            each = value if isinstance(value, (list, tuple)) else [value]
            made += [_filled(part.parts, (*scopes, item)) for item in each]
    return "".join(made)


def _holds(value: Any) -> bool:
    return value is not _NOTHING and bool(value)


def _looked_up(name: str, scopes: tuple[Any, ...]) -> Any:
    """Return a value by its path, looked up in the innermost scope that knows where it begins."""
    if name == ".":
        return scopes[-1]
    first, *rest = name.split(".")
    for scope in reversed(scopes):
        value = _item(scope, first)
        if value is not _NOTHING:
            for key in rest:
                value = _item(value, key)
            return value
    return _NOTHING


def _item(scope: Any, key: str) -> Any:
    if isinstance(scope, Mapping):
        return scope.get(key, _NOTHING)
    if isinstance(scope, (list, tuple)) and key.isdecimal() and int(key) < len(scope):
        return scope[int(key)]
    return _NOTHING
