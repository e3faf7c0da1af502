"""Values as JSON text, so that SQLite can look into them.

The invariant: what is read equals what was put. So a value is a dict with string keys of dicts, lists, strings,
integers, finite floats, booleans and `None`; anything that JSON would turn into something else is refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from stepgraph.errors import CorruptCheckpointError, SerializationError
from stepgraph.store.namespaces import Namespace

__all__ = ["decoded", "encoded"]

_MAX_DEPTH: Final = 200
"""How deep a value may be nested: SQLite refuses to look into text that is deeper than some 1,000 levels."""


def encoded(namespace: Namespace, key: str, value: Mapping[str, Any]) -> str:
    """Return a value as text.

    Raises:
        SerializationError: It cannot be kept; the message says where it stands.
    """
    try:
        _check(value, ())
        text = json.dumps(dict(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        f"{text}{key}{'.'.join(namespace)}".encode()
    except UnicodeEncodeError:
        raise SerializationError(f"{_item(namespace, key)} holds half a surrogate pair, which is no text") from None
    except ValueError as error:
        raise SerializationError(f"{_item(namespace, key)} cannot be kept: {error}") from error
    return text


def decoded(namespace: Namespace, key: str, text: str) -> dict[str, Any]:
    """Return the value of a text.

    Raises:
        CorruptCheckpointError: It is no value.
    """
    try:
        value = json.loads(text)
    except (TypeError, ValueError) as error:
        raise CorruptCheckpointError(f"{_item(namespace, key)} is damaged: {error}") from error
    if not isinstance(value, dict):
        raise CorruptCheckpointError(f"{_item(namespace, key)} is damaged: a dict was expected, got {value!r}")
    return value


def _check(value: Any, path: tuple[object, ...]) -> None:
    if value is None or isinstance(value, (str, int)):
        return
    if len(path) > _MAX_DEPTH:
        raise ValueError(f"it is nested more than {_MAX_DEPTH} levels deep; flatten it")
    if isinstance(value, (dict, Mapping) if not path else dict):
        for key, each in value.items():
            if not isinstance(key, str):
                raise ValueError(f"the key {key!r}{_where(path)} is no string; make it one")
            _check(each, (*path, key))
    elif isinstance(value, list):
        for position, each in enumerate(value):
            _check(each, (*path, position))
    elif not isinstance(value, float):
        raise ValueError(
            f"{type(value).__name__} {value!r:.60}{_where(path)} is none of dict, list, str, int, float, bool, None; "
            "turn it into one of them"
        )
    elif not math.isfinite(value):
        raise ValueError(f"{value!r}{_where(path)} is not a finite number; use None")


def _where(path: tuple[object, ...]) -> str:
    return f" at value{''.join(f'[{step!r}]' for step in path)}"


def _item(namespace: Namespace, key: str) -> str:
    return f"the item {key!r} of namespace {tuple(namespace)!r}"
