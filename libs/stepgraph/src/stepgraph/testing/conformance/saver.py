"""SaverConformance: the contract of `BaseCheckpointSaver` as a test class to subclass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ClassVar

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.testing.conformance.savers.atomicity import AtomicityRules
from stepgraph.testing.conformance.savers.crowds import CrowdRules
from stepgraph.testing.conformance.savers.damage import DamageRules
from stepgraph.testing.conformance.savers.deltas import DeltaRules
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.encryption import EncryptionRules
from stepgraph.testing.conformance.savers.heads import HeadRules
from stepgraph.testing.conformance.savers.listing import ListingRules
from stepgraph.testing.conformance.savers.names import NameRules
from stepgraph.testing.conformance.savers.pending import PendingRules
from stepgraph.testing.conformance.savers.reading import ReadingRules
from stepgraph.testing.conformance.savers.reopening import ReopeningRules
from stepgraph.testing.conformance.savers.retention import RetentionRules
from stepgraph.testing.conformance.savers.scale import ScaleRules
from stepgraph.testing.conformance.savers.turns import TurnRules
from stepgraph.testing.conformance.savers.values import ValueRules
from stepgraph.testing.conformance.savers.whole_threads import WholeThreadRules
from stepgraph.testing.conformance.suite import Suite

__all__ = ["SaverConformance"]


class SaverConformance(
    ValueRules,
    ReadingRules,
    DeltaRules,
    ListingRules,
    HeadRules,
    TurnRules,
    PendingRules,
    AtomicityRules,
    NameRules,
    WholeThreadRules,
    RetentionRules,
    ScaleRules,
    CrowdRules,
    EncryptionRules,
    DamageRules,
    ReopeningRules,
    Suite,
):
    """Every rule of the contract, for both colours.

    Subclass it under a name that begins with `Test` and implement `saver`. `raw_bytes`, `damage` and `another` are
    hooks that a saver may supply; without them the rules that need them are skipped.

    Attributes:
        capabilities: What a saver may lack: `"async"` or `"sync"` methods; `"serde"`, the setting; `"fork"` and
            `"queue"`, the values of `on_conflict`; `"copy"`, `"delete_for_runs"` and `"prune"`, the methods;
            `"retention"`, the settings `keep_last` and `max_age`; `"lean"`: storing no more than what changed;
            `"event_loops"`: use from several at once.
    """

    capabilities: ClassVar[frozenset[str]] = Suite.capabilities | {
        "copy",
        "delete_for_runs",
        "event_loops",
        "fork",
        "lean",
        "prune",
        "queue",
        "retention",
        "serde",
    }

    def saver(self, **settings: Any) -> AbstractAsyncContextManager[BaseCheckpointSaver]:
        """Open a saver of an empty database, and close it: implement it with `@asynccontextmanager`.

        Args:
            **settings: Those of `serde`, `on_conflict`, `keep_last` and `max_age` that the rule is about.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method saver(self, **settings); got {settings}")

    @asynccontextmanager
    async def opened(self, colour: str, **settings: Any) -> AsyncIterator[SaverDoor]:
        """Open a saver behind a door of one colour."""
        async with self.saver(**settings) as saver:
            yield SaverDoor(saver, colour, settings)
