"""The rows of the table, in its order. Each module's docstrings say what is counted and what the plain side does."""

from __future__ import annotations

from collections.abc import Sequence

from bench.row import Row
from bench.rows import (
    barrier,
    chain,
    chunks,
    compiling,
    composing,
    fan_out,
    growth,
    importing,
    loop,
    messages,
    models,
    providers,
    saving,
    subgraph,
    threads,
)

__all__ = ["ROWS", "named", "selected"]

ROWS: tuple[Row, ...] = (
    *loop.ROWS,
    *chain.ROWS,
    *fan_out.ROWS,
    *barrier.ROWS,
    *subgraph.ROWS,
    *chunks.ROWS,
    *composing.ROWS,
    *models.ROWS,
    *providers.ROWS,
    *saving.ROWS,
    *messages.ROWS,
    *threads.ROWS,
    *growth.ROWS,
    *compiling.ROWS,
    *importing.ROWS,
)

_BY_NAME = {row.name: row for row in ROWS}


def named(name: str) -> Row:
    """Return the row of that name."""
    return _BY_NAME[name]


def selected(names: Sequence[str]) -> list[Row]:
    """Return the rows that `names` ask for, all rows for none; the name of a curve stands for all of its rows.

    Raises:
        ValueError: There is no such row.
    """
    known = {*_BY_NAME, *(row.curve.name for row in ROWS if row.curve)}
    for name in names:
        if name not in known:
            raise ValueError(f"there is no row {name!r}; rows are {', '.join(_BY_NAME)}")
    wanted = set(names)
    return [row for row in ROWS if not wanted or row.name in wanted or (row.curve and row.curve.name in wanted)]
