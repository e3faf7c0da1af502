"""Topic: a list of everything that was published to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from stepgraph.channels.base import MISSING, UNCHANGED, BaseChannel, is_overwrite, unwrapped
from stepgraph.errors import InvalidUpdateError

__all__ = ["Topic"]

Value = TypeVar("Value")


class Topic(BaseChannel[Sequence[Value], "Value | list[Value]"]):
    """Collects a superstep's writes in a list; a write that is a list counts as its items, an `Overwrite` alone.

    Args:
        typ: The type of one item.
        accumulate: Whether earlier supersteps' items are kept too.
        key: The name of the channel in its graph.
    """

    __slots__ = ("accumulate",)

    def __init__(self, typ: Any, accumulate: bool = False, key: str = "") -> None:
        self.accumulate: bool = accumulate
        super().__init__(typ, key)

    @property
    def transient(self) -> bool:  # type: ignore[override]
        """Whether a superstep without a write empties the topic."""
        return not self.accumulate

    @property
    def ValueType(self) -> Any:  # noqa: N802
        """The type of what `get` returns."""
        return Sequence[self.typ]  # type: ignore[name-defined]

    @property
    def UpdateType(self) -> Any:  # noqa: N802
        """The type of one write."""
        return self.typ | list[self.typ]  # type: ignore[name-defined]

    def _settings(self) -> tuple[Any, ...]:
        return (self.accumulate,)

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the items of `writes`, behind those kept."""
        replacements = [list(unwrapped(write)) for write in writes if is_overwrite(write)]
        if replacements:
            if len(replacements) > 1:
                raise InvalidUpdateError("one Overwrite per superstep can count and several came")
            return replacements[0] or MISSING
        published: list[Any] = []
        for write in writes:
            if isinstance(write, list):
                published.extend(write)
            else:
                published.append(write)
        if not published:
            return UNCHANGED if self.accumulate or stored is MISSING else MISSING
        return [*stored, *published] if self.accumulate and stored is not MISSING else published
