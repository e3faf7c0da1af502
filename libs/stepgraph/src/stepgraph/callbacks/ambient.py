"""Ambient handlers: what hears every run that starts inside a `with` block, without being passed along.

The handler is part of the surroundings that runs find, so it goes wherever they go: into gathered tasks, and into
threads with a copy of the context. Nothing is registered anywhere; when the block ends, new runs are no longer heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from stepgraph.ambient import SCOPE
from stepgraph.callbacks.base import BaseCallbackHandler
from stepgraph.callbacks.collector import RunCollectorCallbackHandler
from stepgraph.config import RunnableConfig, Scope, merge_configs
from stepgraph.frames import Frame, Inside

__all__ = ["collect_runs", "heard_by"]

HandlerT = TypeVar("HandlerT", bound=BaseCallbackHandler)


@contextmanager
def heard_by(handler: HandlerT) -> Iterator[HandlerT]:
    """Let a handler hear every run that starts inside the block, those inside other runs included.

    Args:
        handler: The handler, of either colour.

    Yields:
        The handler.
    """
    above: Scope | None = SCOPE.get()
    around: RunnableConfig = {} if above is None else above.config
    with Inside(Frame(merge_configs(around, {"callbacks": [handler]}), above)):
        yield handler


@contextmanager
def collect_runs() -> Iterator[RunCollectorCallbackHandler]:
    """Keep the records of the runs that start inside the block.

    Yields:
        The handler; see its `traced_runs`.
    """
    with heard_by(RunCollectorCallbackHandler()) as handler:
        yield handler
