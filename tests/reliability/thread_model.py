"""Tree: a thread as a dict, with nothing clever in it; what savers are compared with."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Node:
    """A checkpoint.

    Attributes:
        parent: The id of the one that it follows.
        values: What the channels hold.
        versions: When they changed last.
        run: The run that made it.
        writes: What tasks that follow it have written: by task, a status and plain writes.
    """

    parent: str | None
    values: dict[str, Any]
    versions: dict[str, int]
    run: str
    writes: dict[str, tuple[str, tuple[tuple[str, Any], ...]]] = field(default_factory=dict)


@dataclass
class Tree:
    """A thread.

    Attributes:
        nodes: The checkpoints by id, in the order in which they were put.
        head: The id of the head.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    head: str | None = None

    def put(self, id: str, node: Node) -> None:
        self.nodes[id] = node
        self.head = id

    def parent_of(self, id: str) -> str | None:
        """Return the parent that can still be seen."""
        parent = self.nodes[id].parent
        return parent if parent in self.nodes else None

    def prune(self, keep_last: int) -> int:
        """Drop all but the newest checkpoints and the head; return how many went."""
        return self._keep({*list(self.nodes)[-keep_last:], self.head})

    def drop_run(self, run: str) -> int:
        """Drop what a run has made; the head falls back along its ancestors, and then to the newest that is left."""
        kept = {id for id, node in self.nodes.items() if node.run != run}
        head = self.head
        while head is not None and head not in kept:
            head = self.parent_of(head)
        left = [id for id in self.nodes if id in kept]
        self.head = head if head is not None or not left else left[-1]
        return self._keep(kept)

    def _keep(self, kept: set[Any]) -> int:
        before = len(self.nodes)
        self.nodes = {id: node for id, node in self.nodes.items() if id in kept}
        return before - len(self.nodes)

    def copy(self) -> Tree:
        return copy.deepcopy(self)
