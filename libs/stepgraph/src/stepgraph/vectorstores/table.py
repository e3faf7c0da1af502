"""Table: the vectors of a store's entries, kept ready for searches, whatever becomes of the entries meanwhile.

The store's dict of entries is what counts, and users may edit it. Before each search the table compares what it has
with that, entry by entry, by identity: what was added since is appended, what was kept is moved, and only vectors that
it has never seen are read. A search works on what was there when it began; nothing that is there is ever overwritten.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from stepgraph.vectors import DECIMALS, as_numbers, dot, numpy, unit_of

__all__ = ["Entry", "Table", "View", "check_vectors", "check_width"]

Entry: TypeAlias = dict[str, Any]
"""What is kept of a document: its `id`, `vector`, `text` and `metadata`."""


@dataclass(frozen=True, slots=True)
class View:
    """The entries that were there at one moment.

    Attributes:
        entries: The entries.
        units: Their vectors, of length 1: an array with numpy, else a list of lists.
    """

    entries: Sequence[Entry]
    units: Any

    def scores(self, query: Sequence[float], positions: Sequence[int]) -> Any:
        """Return how near some entries are to a query, from -1.0 to 1.0; an array with numpy, else a list.

        Args:
            query: The query's vector.
            positions: Which entries.

        Raises:
            ValueError: The query's vector is none, or has another length than theirs.
        """
        if not positions:
            return []
        unit = unit_of(query)
        check_width(len(unit), len(self.units[0]), "the query's")
        units = self.units
        if isinstance(units, list):
            return [round(dot(unit, units[position]), DECIMALS) + 0.0 for position in positions]
        chosen = units if len(positions) == len(units) else units[positions]
        return (chosen @ unit).round(DECIMALS) + 0.0


class Table:
    """The vectors of a store's entries. A copy of it begins anew."""

    def __init__(self) -> None:
        self._np = numpy()
        self._entries: list[Entry] = []
        self._units: Any = []
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[Table], tuple[()]]:
        return Table, ()

    def view(self, store: Mapping[str, Entry]) -> View:
        """Return the entries that are in a store now, with their vectors.

        Raises:
            ValueError: A vector is none, or has another length than the others.
        """
        with self._lock:
            entries = list(store.values())
            known = self._entries
            if len(known) > len(entries) or not all(map(operator.is_, known, entries)):
                self._rearrange(entries)
            self._append(entries[len(self._entries) :])
            return View(entries, self._units[: len(entries)])

    def _rearrange(self, entries: Sequence[Entry]) -> None:
        """Make what is there that of the store, in its order; vectors that are known are moved."""
        places = {id(entry): position for position, entry in enumerate(self._entries)}
        fresh = [entry for entry in entries if id(entry) not in places]
        if len(fresh) == len(entries):
            self._entries, self._units = [], []
            return
        self._append(fresh)
        places = {id(entry): position for position, entry in enumerate(self._entries)}
        order = [places[id(entry)] for entry in entries]
        units = self._units
        self._units = [units[place] for place in order] if self._np is None else units[order]
        self._entries = list(entries)

    def _append(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        width = len(self._units[0]) if self._entries else len(entries[0]["vector"])
        for entry in entries:
            check_width(len(entry["vector"]), width, f"document {entry['id']!r}'s")
        if self._np is None:
            self._units = [*self._units, *(unit_of(entry["vector"]) for entry in entries)]
        else:
            self._extend(self._np, entries, width)
        self._entries = [*self._entries, *entries]

    def _extend(self, np: Any, entries: Sequence[Entry], width: int) -> None:
        """Write vectors behind those that are there, in a new place where there is no room left."""
        more = np.array([entry["vector"] for entry in entries], dtype="f8")
        if not np.isfinite(more).all():
            as_numbers(more[~np.isfinite(more).all(axis=1)][0])  # says what is wrong
        lengths = np.sqrt((more * more).sum(axis=1, keepdims=True))
        lengths[lengths == 0.0] = 1.0
        count = len(self._entries)
        needed = count + len(entries)
        if count == 0 or len(self._units) < needed:
            room = np.empty((needed + needed // 2 if count else needed, width), dtype="f8")
            room[:count] = self._units[:count] if count else 0.0
            self._units = room
        self._units[count:needed] = more / lengths


def check_vectors(vectors: Sequence[Sequence[float]], count: int, known: Mapping[str, Entry]) -> list[list[float]]:
    """Return what an embedding model returned, checked before anything is changed, as lists of numbers.

    Raises:
        ValueError: There is not one vector for each text, one is none, or not all have the length of those known.
    """
    if len(vectors) != count:
        raise ValueError(f"the embedding must return one vector per text, got {len(vectors)} for {count}")
    found = [as_numbers(vector) for vector in vectors]
    first = next(iter(known.values()), None)
    for vector in found:
        check_width(len(vector), len(found[0] if first is None else first["vector"]), "a new")
    return found


def check_width(width: int, wanted: int, whose: str) -> None:
    """Check that a vector has as many numbers as others.

    Raises:
        ValueError: It has not.
    """
    if width != wanted:
        raise ValueError(
            f"the vectors of this store have {wanted} numbers, {whose} vector has {width}; add and search with one "
            "embedding model, and put the documents of another into a store of their own"
        )
