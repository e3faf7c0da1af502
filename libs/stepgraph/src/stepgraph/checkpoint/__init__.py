"""Savers: what keeps the checkpoints of threads; see `stepgraph.checkpoint.base` for what they promise."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stepgraph.checkpoint.base import BaseCheckpointSaver, Checkpoint, CheckpointMetadata, CheckpointTuple

if TYPE_CHECKING:
    from stepgraph.checkpoint.memory import InMemorySaver

__all__ = ["BaseCheckpointSaver", "Checkpoint", "CheckpointMetadata", "CheckpointTuple", "InMemorySaver"]


def __getattr__(name: str) -> Any:
    if name == "InMemorySaver":  # a graph without a saver has no use for what it imports
        return import_module("stepgraph.checkpoint.memory").InMemorySaver
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
