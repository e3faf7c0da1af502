"""compiling: a chain of 500 nodes, described and compiled, and compiled alone.

Counted: a node. The state's class exists already; reading it is counted where the graph is described.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from bench.engine import Engine
from bench.row import Job, Row
from bench.rows.chain import chained, node_names
from bench.rows.loop import counting

__all__ = ["ROWS"]

NODES = 500


def _graph_build(engine: Engine) -> Job:
    def job() -> int:
        return len(chained(engine, counting, NODES).compile().builder.nodes)

    return job


def _graph_compile(engine: Engine) -> Job:
    builder = chained(engine, counting, NODES)

    def job() -> int:
        return len(builder.compile().builder.nodes)

    return job


def _described() -> dict[str, Any]:
    names = node_names(NODES)
    return {name: {before} for before, name in zip(["start", *names], [*names, "end"], strict=False)}


def _plain_build() -> Job:
    """Do the least that describing and checking a graph can be: a dict of predecessors, sorted topologically."""

    def job() -> int:
        return len(list(TopologicalSorter(_described()).static_order())) - 2

    return job


def _plain_compile() -> Job:
    """As `_plain_build`, with the dict built before."""
    described = _described()

    def job() -> int:
        return len(list(TopologicalSorter(described).static_order())) - 2

    return job


ROWS = (
    Row("build", "build and compile a chain of 500 nodes", "node", NODES, _graph_build, _plain_build),
    Row("compile", "compile a chain of 500 nodes", "node", NODES, _graph_compile, _plain_compile),
)
