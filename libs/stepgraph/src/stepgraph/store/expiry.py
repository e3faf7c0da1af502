"""Expiry: how long items live. Decides only; clocks and deletions belong to the stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from typing_extensions import Self, TypedDict

from stepgraph.errors import listed, nearest

__all__ = ["NOT_PROVIDED", "Expiry", "NotProvided", "TTLConfig"]


class NotProvided:
    """The type of `NOT_PROVIDED`."""

    def __repr__(self) -> str:
        return "NOT_PROVIDED"

    def __bool__(self) -> bool:
        return False


NOT_PROVIDED: Final = NotProvided()
"""As a `ttl`: what the store's `TTLConfig` says."""


class TTLConfig(TypedDict, total=False):
    """How long the items of a store live.

    Attributes:
        refresh_on_read: Whether reading or finding an item restarts its time to live; it does by default.
        omit_expired: Whether an item is gone the moment its time is up; it is by default. `False` lets reads see it
            until a sweep deletes it.
        default_ttl: Minutes that an item lives if `put` does not say; for ever by default.
        sweep_interval_minutes: How often `start_ttl_sweeper` deletes what has expired.
    """

    refresh_on_read: bool
    omit_expired: bool
    default_ttl: float | None
    sweep_interval_minutes: float | None


@dataclass(frozen=True, slots=True)
class Expiry:
    """A checked `TTLConfig`.

    Attributes:
        refresh: Whether reading restarts an item's time to live.
        omit: Whether expired items are hidden from reads before they are deleted.
        default: Minutes that an item lives, `None` for ever.
        sweep_every: Minutes between two sweeps, `None` where the config does not say.
    """

    refresh: bool = True
    omit: bool = True
    default: float | None = None
    sweep_every: float | None = None

    @classmethod
    def of(cls, config: TTLConfig | None) -> Self:
        """Return the settings of a config.

        Raises:
            ValueError: A setting is unknown or out of range.
        """
        config = config or {}
        known = tuple(TTLConfig.__annotations__)
        for name in config:
            if name not in known:
                raise ValueError(f"unknown TTL setting {name!r}{nearest(name, known)}; known are {listed(known)}")
        expiry = cls(
            config.get("refresh_on_read", True),
            config.get("omit_expired", True),
            config.get("default_ttl"),
            config.get("sweep_interval_minutes"),
        )
        for minutes in (expiry.default, expiry.sweep_every):
            if minutes is not None and not minutes > 0:
                raise ValueError(f"default_ttl and sweep_interval_minutes are more than 0 minutes, got {minutes!r}")
        return expiry

    def ttl(self, given: float | NotProvided | None) -> float | None:
        """Return the minutes that an item lives, after what its `put` gave."""
        return self.default if isinstance(given, NotProvided) else given

    def refreshes(self, given: bool | None) -> bool:
        """Return whether a read restarts an item's time to live, after what the read gave."""
        return self.refresh if given is None else given

    def hides(self, expires_at: float | None, now: float) -> bool:
        """Return whether reads do not see an item that expires then."""
        return self.omit and expires_at is not None and expires_at <= now
