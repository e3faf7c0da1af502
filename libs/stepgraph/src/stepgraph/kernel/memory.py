"""Memory: what the channels of one run hold, and when each last changed.

Values live in plain dicts, not in channel objects, so that the state a node reads is one dict copy and a commit
touches only what was written. The invariant: `view` and `control` hold exactly the readable values of `stored`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepgraph.channels.base import MISSING
from stepgraph.kernel.topology import Topology

__all__ = ["Memory"]


class Memory:
    """The channels of a run.

    Attributes:
        stored: What a checkpoint would keep, by channel.
        view: The readable values of the state's channels.
        control: The readable values of channels that only trigger.
        versions: When each channel last changed, in ticks of `clock`.
        seen: When each node last ran, in ticks of `clock`.
        live: Transient channels that hold a value.
        clock: Counts commits.
        dirty: What changed since somebody last emptied it; `None` where nobody does.
    """

    __slots__ = ("clock", "control", "dirty", "live", "seen", "stored", "topology", "versions", "view")

    def __init__(self, topology: Topology) -> None:
        self.topology: Topology = topology
        self.stored: dict[str, Any] = topology.initial()
        self.view: dict[str, Any] = {}
        self.control: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        self.live: set[str] = set()
        self.clock: int = 0
        self.dirty: set[str] | None = None
        self._index()

    def restore(
        self, stored: Mapping[str, Any], versions: Mapping[str, int], seen: Mapping[str, int], clock: int
    ) -> None:
        """Go on from what a checkpoint keeps.

        Args:
            stored: What it holds of channels, in their stored form; those it does not hold are as at the start.
            versions: When each channel last changed.
            seen: When each node last ran.
            clock: The tick to go on from.
        """
        self.stored = {**self.topology.initial(), **stored}
        self.versions, self.seen, self.clock = dict(versions), dict(seen), clock
        self._index()

    def copy(self) -> Memory:
        """Return a memory that goes its own way from here; the values are shared."""
        twin = Memory.__new__(Memory)
        twin.topology, twin.clock, twin.dirty = self.topology, self.clock, None
        twin.stored, twin.view, twin.control = self.stored.copy(), self.view.copy(), self.control.copy()
        twin.versions, twin.seen, twin.live = self.versions.copy(), self.seen.copy(), self.live.copy()
        return twin

    def _index(self) -> None:
        """Derive the views from what is stored."""
        self.view, self.control, self.live = {}, {}, set()
        channels = self.topology.channels
        for name, value in self.stored.items():
            spec = channels[name]
            if spec.transient:
                self.live.add(name)
            readable = value if spec.plain else spec.rule.read(value)
            if readable is not MISSING:
                (self.view if spec.public else self.control)[name] = readable
        self._put_in_order()

    def commit(self, changes: Mapping[str, Any]) -> None:
        """Make `changes`, new stored values by channel, the present."""
        channels, stored, versions = self.topology.channels, self.stored, self.versions
        derived: dict[str, Any] = {}
        for name in self.topology.derived.intersection(changes):
            derived[name] = channels[name].rule.read(changes[name])
        self.clock += 1
        clock = self.clock
        grown = False
        for name, value in changes.items():
            spec = channels[name]
            readable = value if spec.plain else derived[name]
            target = self.view if spec.public else self.control
            if readable is MISSING:
                target.pop(name, None)
            else:
                grown = grown or (spec.public and not spec.transient and name not in target)
                target[name] = readable
            if value is MISSING:
                stored.pop(name, None)
                self.live.discard(name)
            else:
                stored[name] = value
                if spec.transient:
                    self.live.add(name)
            versions[name] = clock
        if self.dirty is not None:
            self.dirty.update(changes)
        if grown:
            self._put_in_order()

    def _put_in_order(self) -> None:
        """Put the keys of the view into the order in which the state declares them.

        Called when a key is written for the first time, so a run pays for it once per key at the most.
        """
        view = self.view
        self.view = {name: view[name] for name in self.topology.public if name in view}
