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
    """

    __slots__ = ("clock", "control", "live", "seen", "stored", "topology", "versions", "view")

    def __init__(self, topology: Topology) -> None:
        self.topology: Topology = topology
        self.stored: dict[str, Any] = topology.initial()
        self.view: dict[str, Any] = {}
        self.control: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        self.live: set[str] = set()
        self.clock: int = 0
        channels = topology.channels
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
        if grown:
            self._put_in_order()

    def _put_in_order(self) -> None:
        """Put the keys of the view into the order in which the state declares them.

        Called when a key is written for the first time, so a run pays for it once per key at the most.
        """
        view = self.view
        self.view = {name: view[name] for name in self.topology.public if name in view}
