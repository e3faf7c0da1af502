"""Running a graph through every door there is, and noting what comes out.

A graph is invoked once, then streamed in each of `STREAMED`. An error is noted, not raised.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from stepgraph.errors import IncompleteJoinWarning

STREAMED = ("values", "updates", "tasks", ["values", "updates", "debug"])


@dataclass
class Shown:
    """What a run showed: its chunks, the error it ended with, its warnings of half-filled barriers."""

    chunks: list[Any] = field(default_factory=list)
    error: str | None = None
    half_filled: int = 0


@contextmanager
def observed() -> Iterator[Shown]:
    shown = Shown()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        warnings.simplefilter("always", IncompleteJoinWarning)
        try:
            yield shown
        except Exception as error:  # compared by its class
            shown.error = type(error).__name__
    shown.half_filled = len(caught)


def through_sync_doors(graph: Any, given: dict[str, Any], config: dict[str, Any]) -> list[Shown]:
    def stream(modes: str | list[str]) -> Shown:
        with observed() as shown:
            for chunk in graph.stream(given, config, stream_mode=modes):
                shown.chunks.append(chunk)
        return shown

    with observed() as invoked:
        invoked.chunks.append(graph.invoke(given, config))
    return [invoked, *map(stream, STREAMED)]


async def through_async_doors(graph: Any, given: dict[str, Any], config: dict[str, Any]) -> list[Shown]:
    async def stream(modes: str | list[str]) -> Shown:
        with observed() as shown:
            async with aclosing(graph.astream(given, config, stream_mode=modes)) as chunks:
                async for chunk in chunks:
                    shown.chunks.append(chunk)
        return shown

    with observed() as invoked:
        invoked.chunks.append(await graph.ainvoke(given, config))
    return [invoked, *[await stream(modes) for modes in STREAMED]]
