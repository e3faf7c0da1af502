"""Remembered: long values that were decoded before, so that reading a thread again decodes only what is new.

A memory, not a truth: a value is believed only as far as the bytes that it was decoded from are those that were just
read. What is remembered is never handed out, only copies of it, which share nothing that can be changed; so a caller
may do with a value what he likes. Values that cannot be copied so (see `copied`) are decoded each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from stepgraph import messages
from stepgraph.checkpoint.records.rows import BlobRow

__all__ = ["Remembered", "built", "copied"]

_LONG: Final = 4096
"""From how many encoded bytes on a value is remembered."""

_MOST: Final = 16 << 20
"""How many encoded bytes are remembered."""

_SHARED: Final = frozenset((str, int, float, bool, bytes, type(None)))
"""Types whose values nobody can change."""

_EMPTY: Final = frozenset((list, dict))
"""Types whose empty values need no look inside: most messages hold some."""

_MESSAGES: Final = frozenset(
    cls for cls in vars(messages).values() if isinstance(cls, type) and issubclass(cls, messages.BaseMessage)
)


class _Value(NamedTuple):
    chain: Sequence[BlobRow]
    value: Any
    size: int


class Remembered:
    """The long values that were read last, by channel of a namespace of a thread; no more than fit into 16 MB encoded.

    Any thread may call it, and there is no lock: see `Lineages`. Serializers may differ in what they revive, so each
    has a memory of its own.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], _Value] = {}

    def value(
        self,
        place: tuple[str, str, str],
        chain: Sequence[BlobRow],
        load: Callable[[BlobRow], Any],
        apply: Callable[[Any, Any], Any],
    ) -> Any:
        """Return the value that a chain of blobs stands for, for the caller to keep.

        Args:
            place: Thread, namespace and channel.
            chain: The blobs, the full value first.
            load: Decodes a blob.
            apply: Returns what comes of a value and a delta; it may change the value itself, not the items in it.
        """
        size = sum(len(blob.data) for blob in chain)
        if size < _LONG:
            return built(chain, load, apply)
        before = self._known.get(place)
        if before is not None and _goes_on(before.chain, chain):
            value = before.value.copy()
            for blob in chain[len(before.chain) :]:
                value = apply(value, load(blob))
        else:
            value = built(chain, load, apply)
        if type(value) not in (list, dict):
            return value
        try:
            copy = copied(value)
        except TypeError:
            return value
        self._keep(place, _Value(tuple(chain), value, size))
        return copy

    def _keep(self, place: tuple[str, str, str], value: _Value) -> None:
        known = self._known
        known.pop(place, None)
        known[place] = value
        room = _MOST
        for name, each in reversed(list(known.items())):
            room -= each.size
            if room < 0:
                known.pop(name, None)


def built(chain: Sequence[BlobRow], load: Callable[[BlobRow], Any], apply: Callable[[Any, Any], Any]) -> Any:
    """Return the value that a chain of blobs stands for, the full value first."""
    value = load(chain[0])
    for blob in chain[1:]:
        value = apply(value, load(blob))
    return value


def copied(value: Any) -> Any:
    """Return a copy that shares nothing which can be changed.

    Raises:
        TypeError: It holds what cannot be copied so: anything but lists, tuples, dicts, our own messages, and values
            that nobody can change.
    """
    cls: Any = value.__class__
    if cls in _SHARED:
        return value
    if cls is list:
        return [item if item.__class__ in _SHARED else copied(item) for item in value]
    if cls is dict:
        if not value:
            return {}
        if not _SHARED.issuperset(map(type, value)):
            raise TypeError("a dict has keys of other types")
        return {key: item if item.__class__ in _SHARED else copied(item) for key, item in value.items()}
    if cls in _MESSAGES:
        twin = object.__new__(cls)
        attributes = value.__dict__.copy()
        for name, item in attributes.items():
            kind = type(item)
            if kind not in _SHARED:
                attributes[name] = copied(item) if item or kind not in _EMPTY else kind()
        twin.__dict__ = attributes
        return twin
    if cls is tuple:
        return tuple(map(copied, value))
    raise TypeError(f"a {cls.__name__} cannot be copied")


def _goes_on(before: Sequence[BlobRow], chain: Sequence[BlobRow]) -> bool:
    """Return whether a chain begins with another one, byte for byte."""
    return len(before) <= len(chain) and all(map(_same, before, chain))


def _same(one: BlobRow, other: BlobRow) -> bool:
    return one.id == other.id and one.data == other.data
