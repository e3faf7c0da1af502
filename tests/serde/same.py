"""Whether two values are equal and have the same types at every depth."""

from collections import deque
from collections.abc import Iterator
from typing import Any

from tests.serde.values import Tags


def same(left: Any, right: Any) -> bool:
    """Return whether `left` and `right` are equal, and all that they hold has the same types."""
    return bool(left == right) and list(shape(left)) == list(shape(right))


def shape(value: Any) -> Iterator[Any]:
    yield type(value)
    if isinstance(value, Tags):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from shape(key)
            yield from shape(item)
    elif isinstance(value, (list, tuple, deque)):
        for item in value:
            yield from shape(item)
    elif isinstance(value, (set, frozenset)):
        yield sorted(repr(list(shape(item))) for item in value)
    if hasattr(value, "__dict__") and not isinstance(value, type):
        for name, item in vars(value).items():
            if name not in ("words", "shout", "__orig_class__"):
                yield name
                yield from shape(item)
