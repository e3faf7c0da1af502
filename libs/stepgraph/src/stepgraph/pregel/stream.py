"""Stream: which of a run's chunks somebody wants, and in what shape.

A *tap* is one consumer: the modes it asked for and the buffer that it reads. A run's `Stream` binds its taps, its own
and those of runs above that want sub-graphs, into one tuple of functions per mode; an empty tuple means that nobody
listens and nothing is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from stepgraph.errors import listed, nearest
from stepgraph.pregel.buffer import Buffer
from stepgraph.runtime import _discard
from stepgraph.types import STREAM_MODES, StreamWriter

__all__ = ["SILENT", "Namespace", "Put", "Stream", "Tap", "requested_modes"]

Namespace: TypeAlias = tuple[str, ...]
"""The sub-graphs from the root down to a run, each as `node:task_id`."""

Put: TypeAlias = Callable[[Any], None]
"""Puts one payload of one mode to one consumer."""

KeyedPut: TypeAlias = tuple[Put, "str | Sequence[str] | None"]
"""The same with the keys that the consumer wants, `None` for all."""

LIVE: Final = ("custom", "messages")
"""Modes whose chunks appear while their node runs."""


def requested_modes(stream_mode: str | Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Return the modes of a request, and whether it was a single one, whose chunks need no label.

    Raises:
        ValueError: A mode does not exist.
    """
    single = isinstance(stream_mode, str)
    modes = (stream_mode,) if isinstance(stream_mode, str) else tuple(stream_mode)
    for mode in modes:
        if mode not in STREAM_MODES:
            raise ValueError(
                f"stream_mode {mode!r} does not exist{nearest(mode, STREAM_MODES)}; use one or a list of "
                f"{listed(STREAM_MODES)}"
            )
    return modes, single


class Tap:
    """A consumer of a run's chunks.

    Args:
        push: Takes a finished chunk.
        buffer: Where the chunk then waits, for holding back producers; `None` where nothing waits.
        modes: What the consumer asked for.
        labelled: Whether chunks carry their mode.
        subgraphs: Whether chunks of nested runs are wanted, and chunks carry their namespace.
        depth: How long the namespace of the consumer's own run is; namespaces in chunks are relative to it.
        output_keys: What `values` and `updates` of the consumer's own run are limited to, `None` for everything.
    """

    __slots__ = ("_labelled", "_push", "buffer", "depth", "modes", "output_keys", "seen_messages", "subgraphs")

    def __init__(
        self,
        push: Callable[[Any], None],
        modes: Sequence[str],
        *,
        buffer: Buffer | None = None,
        labelled: bool = True,
        subgraphs: bool = False,
        depth: int = 0,
        output_keys: str | Sequence[str] | None = None,
    ) -> None:
        self._push = push
        self._labelled = labelled
        self.buffer: Buffer | None = buffer
        self.modes: frozenset[str] = frozenset(modes)
        self.subgraphs: bool = subgraphs
        self.depth: int = depth
        self.output_keys: str | Sequence[str] | None = output_keys
        self.seen_messages: set[str] = set()

    def put(self, mode: str, namespace: Namespace) -> Put:
        """Return the function that shapes and pushes payloads of one mode from one run."""
        place = namespace[self.depth :]
        from_nodes = bool(place) or mode in LIVE
        push = self.buffer.offer if from_nodes and self.buffer is not None else self._push
        if self.subgraphs:
            if self._labelled:
                return lambda payload: push((place, mode, payload))
            return lambda payload: push((place, payload))
        if self._labelled:
            return lambda payload: push((mode, payload))
        return push


class Stream:
    """The chunks that one run gives out.

    Args:
        taps: Who listens.
        namespace: Where the run stands.

    Attributes:
        custom: A function per consumer of custom chunks, and so on for the other modes.
        values: With the consumer's output keys.
        updates: With the consumer's output keys.
        messages: With the consumer's set of message ids that it has seen.
        live: Whether chunks may appear while a node runs.
        buffers: Where those chunks wait.
    """

    __slots__ = ("buffers", "checkpoints", "custom", "debug", "live", "messages", "taps", "tasks", "updates", "values")

    def __init__(self, taps: Iterable[Tap], namespace: Namespace) -> None:
        self.taps: tuple[Tap, ...] = tuple(taps)
        self.custom: tuple[Put, ...] = tuple(tap.put("custom", namespace) for tap in self.taps if "custom" in tap.modes)
        self.tasks: tuple[Put, ...] = tuple(tap.put("tasks", namespace) for tap in self.taps if "tasks" in tap.modes)
        self.checkpoints: tuple[Put, ...] = tuple(
            tap.put("checkpoints", namespace) for tap in self.taps if "checkpoints" in tap.modes
        )
        self.debug: tuple[Put, ...] = tuple(tap.put("debug", namespace) for tap in self.taps if "debug" in tap.modes)
        self.values: tuple[KeyedPut, ...] = self._keyed("values", namespace)
        self.updates: tuple[KeyedPut, ...] = self._keyed("updates", namespace)
        self.messages: tuple[tuple[Put, set[str]], ...] = tuple(
            (tap.put("messages", namespace), tap.seen_messages) for tap in self.taps if "messages" in tap.modes
        )
        self.live: bool = any(tap.subgraphs or not tap.modes.isdisjoint(LIVE) for tap in self.taps)
        self.buffers: tuple[Buffer, ...] | tuple[()] = (
            tuple(tap.buffer for tap in self.taps if tap.buffer is not None) if self.live else ()
        )

    def writer(self) -> StreamWriter:
        """Return what nodes put chunks of their own on the stream with."""
        puts = self.custom
        if not puts:
            return _discard
        if len(puts) == 1:
            return puts[0]

        def write_to_all(chunk: Any) -> None:
            for put in puts:
                put(chunk)

        return write_to_all

    def _keyed(self, mode: str, namespace: Namespace) -> tuple[KeyedPut, ...]:
        """Return the functions of a mode, each with the keys that a consumer of this very run asked for."""
        own = len(namespace)
        return tuple(
            (tap.put(mode, namespace), tap.output_keys if tap.depth == own else None)
            for tap in self.taps
            if mode in tap.modes
        )


SILENT: Final = Stream((), ())
"""The stream of a run that nobody listens to."""
