"""Filters: which documents a search looks at.

Those that a function says yes to, or those whose metadata hold what a dict asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from stepgraph.documents import Document
from stepgraph.vectorstores.table import Entry

__all__ = ["Filter", "test_of"]

Filter: TypeAlias = Callable[[Document], bool] | Mapping[str, Any] | None
"""A function of a document; or a dict, each of whose keys must be in the metadata with an equal value."""


def test_of(filter: Filter, document_of: Callable[[Entry], Document]) -> Callable[[Entry], bool] | None:
    """Return a filter as a test of entries, `None` where there is none.

    Args:
        filter: The filter.
        document_of: Makes the document of an entry.

    Raises:
        TypeError: It is neither a function nor a dict.
        ValueError: It has an operator for a key.
    """
    if filter is None:
        return None
    if callable(filter):
        return lambda entry: bool(filter(document_of(entry)))
    if not isinstance(filter, Mapping):
        raise TypeError(
            f"filter is a function from a document to a bool, or a dict such as {{'source': 'a.txt'}}; got {filter!r}"
        )
    for key, value in filter.items():
        for each in (key, *(value if isinstance(value, Mapping) else ())):
            if isinstance(each, str) and each.startswith("$"):
                raise ValueError(
                    f"a filter of metadata knows no operators, got {each!r}; write filter=lambda document: … instead"
                )
    wanted = dict(filter)
    return lambda entry: all(
        key in entry["metadata"] and _equal(entry["metadata"][key], value) for key, value in wanted.items()
    )


def _equal(found: Any, wanted: Any) -> bool:
    """Compare as JSON does: 1 and 1.0 are equal, 1 and true are not."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    try:
        return bool(found == wanted)
    except Exception:  # an array, for instance, whose comparison is no yes or no
        return False
