"""Named barriers: available once every named writer has written, empty again once that was used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from stepgraph.channels.base import MISSING, UNCHANGED, BaseChannel
from stepgraph.errors import InvalidUpdateError, listed

__all__ = ["NamedBarrierValue", "NamedBarrierValueAfterFinish"]

_NOBODY: Final[frozenset[str]] = frozenset()


class NamedBarrierValue(BaseChannel[None, str]):
    """Waits for all of `names`; a write is the name of the writer. Its stored form is the set of names seen.

    Args:
        typ: The type of a name.
        names: Every writer to wait for.
        key: The name of the channel in its graph.
    """

    __slots__ = ("names",)

    def __init__(self, typ: Any, names: Iterable[str], key: str = "") -> None:
        self.names: frozenset[str] = frozenset(names)
        super().__init__(typ, key)

    def _settings(self) -> tuple[Any, ...]:
        return (self.names,)

    def missing(self, stored: Any) -> frozenset[str]:
        """Return who has not written yet."""
        return self.names - self._seen(stored)

    def initial(self) -> Any:
        """Return the empty set of names."""
        return _NOBODY

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the names seen so far."""
        self._check(writes)
        seen = stored.union(writes)
        return UNCHANGED if len(seen) == len(stored) else seen

    def read(self, stored: Any) -> Any:
        """Return `None` once everyone has written."""
        return None if stored == self.names else MISSING

    def spend(self, stored: Any) -> Any:
        """Start over after everyone had written."""
        return _NOBODY if self.read(stored) is None else stored

    def _seen(self, stored: Any) -> frozenset[str]:
        return stored  # type: ignore[no-any-return]

    def _check(self, writes: Sequence[Any]) -> None:
        for name in writes:
            if name not in self.names:
                raise InvalidUpdateError(
                    f"the barrier {self.key!r} waits for {listed(sorted(self.names))} and was written by {name!r}"
                )


class NamedBarrierValueAfterFinish(NamedBarrierValue):
    """A barrier that opens only once nothing else is left to run.

    Its stored form is a pair of the names seen and whether it may open.
    """

    __slots__ = ()

    deferred: ClassVar[bool] = True

    def initial(self) -> Any:
        """Return the empty set of names, closed."""
        return (_NOBODY, False)

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the names seen so far."""
        self._check(writes)
        seen = stored[0].union(writes)
        return UNCHANGED if len(seen) == len(stored[0]) else (seen, stored[1])

    def read(self, stored: Any) -> Any:
        """Return `None` once everyone has written and nothing else was left to run."""
        return None if stored[1] and stored[0] == self.names else MISSING

    def spend(self, stored: Any) -> Any:
        """Start over after the barrier opened."""
        return self.initial() if self.read(stored) is None else stored

    def release(self, stored: Any) -> Any:
        """Open where everyone has written."""
        return (stored[0], True) if stored[0] == self.names and not stored[1] else stored

    def _seen(self, stored: Any) -> frozenset[str]:
        return stored[0]  # type: ignore[no-any-return]
