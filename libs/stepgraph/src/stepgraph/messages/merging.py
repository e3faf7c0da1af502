"""Merging: what chunks of content, and what comes with it, add up to.

Text is joined, blocks of lists are told apart by their `index`, dicts are merged key by key. Everything is merged in
one go over all chunks, so that a thousand of them cost no more than their length.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

__all__ = ["merge_content", "merge_contents", "merge_dicts", "merge_lists"]

_ONCE: Final = frozenset(
    (
        *("id", "type", "index", "name", "role", "tool_call_id", "tool_use_id", "mime_type", "media_type"),
        *("model", "model_name", "model_provider", "output_version"),
    )
)
"""Keys whose text is said again and again, not continued."""


def merge_content(first_content: Any, *contents: Any) -> Any:
    """Return what chunks of content add up to; see `merge_contents`."""
    return merge_contents((first_content, *contents))


def merge_contents(contents: Iterable[Any]) -> Any:
    """Return what chunks of content add up to: text, if all are, else a list of blocks."""
    contents = list(contents)
    if all(type(each) is str for each in contents):
        return "".join(contents)
    return merge_lists(
        (block for content in contents for block in (content if isinstance(content, list) else [content or ""])),
        joins_text=True,
    )


def merge_lists(items: Iterable[Any], *, joins_text: bool = False) -> list[Any]:
    """Return items one after another; dicts with the same `index`, and no two ids, are one.

    Args:
        items: The items.
        joins_text: Whether texts that follow each other are one, and empty ones none.
    """
    merged: list[Any] = []
    places: dict[Any, int] = {}
    for item in items:
        if isinstance(item, str) and joins_text:
            if item and merged and isinstance(merged[-1], str):
                merged[-1] += item
            elif item:
                merged.append(item)
            continue
        index = item.get("index") if isinstance(item, dict) else None
        if index is None:
            merged.append(item)
            continue
        place = places.get(index)
        if place is not None and _is_part_of(item, merged[place]):
            merged[place] = merge_dicts((merged[place], item))
            continue
        places[index] = len(merged)
        merged.append(item)
    return merged


def merge_dicts(dicts: Iterable[Any], *, goes_on: bool = True) -> dict[str, Any]:
    """Return what dicts add up to.

    Args:
        dicts: The dicts. Lists and dicts in them are merged; of numbers the later one counts, of ids the first.
        goes_on: Whether a text goes on where the last one ended; else the later one counts.
    """
    total: dict[str, Any] = {}
    for each in dicts:
        for key, value in each.items():
            before = total.get(key)
            if before is None:
                total[key] = value
            elif value is not None and not (key in _ONCE and isinstance(before, str)):
                total[key] = _merged(before, value, goes_on)
    return total


def _merged(before: Any, value: Any, goes_on: bool) -> Any:
    if isinstance(before, str) and isinstance(value, str):
        return before + value if goes_on else value
    if isinstance(before, dict) and isinstance(value, dict):
        return merge_dicts((before, value), goes_on=goes_on)
    if isinstance(before, list) and isinstance(value, list):
        return merge_lists([*before, *value])
    return value


def _is_part_of(item: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Return whether a block goes on where another one ended: it is of no other id, and of no other kind.

    A delta is a part of anything; providers name it after what it adds, not after what it adds to.
    """
    id, known = item.get("id"), whole.get("id")
    if id and known and id != known:
        return False
    kind, before = item.get("type"), whole.get("type")
    return kind == before or not kind or not before or str(kind).endswith("_delta") or str(before).endswith("_delta")
