"""Migrations of checkpoints: how one of an older version becomes one of this version, as it is read.

What is stored stays as it was written; the next checkpoint of the thread is of this version.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from stepgraph.checkpoint.base import CHECKPOINT_VERSION, Checkpoint
from stepgraph.errors import CorruptCheckpointError, NewerCheckpointError

__all__ = ["MIGRATIONS", "migrated", "refuse_newer"]

MIGRATIONS: Final[dict[int, Callable[[Checkpoint], Checkpoint]]] = {}
"""By version: what makes a checkpoint of it one of the next."""


def migrated(checkpoint: Checkpoint) -> Checkpoint:
    """Return a checkpoint as one of this version.

    Raises:
        CorruptCheckpointError: There never was such a version.
    """
    while (version := checkpoint["v"]) != CHECKPOINT_VERSION:
        migrate = MIGRATIONS.get(version)
        if migrate is None:
            raise CorruptCheckpointError(
                f"checkpoint {checkpoint['id']!r} has version {version!r}, and no version up to {CHECKPOINT_VERSION}, "
                "which this is, can be moved over from there"
            )
        checkpoint = migrate(checkpoint)
        checkpoint["v"] = version + 1
    return checkpoint


def refuse_newer(version: Any, checkpoint_id: str) -> None:
    """Check a version before anything else is made of its checkpoint.

    Raises:
        NewerCheckpointError: It is newer than this one.
    """
    if isinstance(version, int) and version > CHECKPOINT_VERSION:
        raise NewerCheckpointError(
            f"checkpoint {checkpoint_id!r} has version {version}, and this version of the engine reads up to "
            f"{CHECKPOINT_VERSION}; upgrade stepgraph to read it"
        )
