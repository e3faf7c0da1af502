"""Guard: reports, where users ask for it, what blocks an event loop.

Two mistakes are looked for: a sync door (`invoke`, `batch`, `stream`) used on a running loop, and code on the loop that
does not come back within a time. A thread watches the loops on which something async was run; what it reports of a
loop that stands still is the stack of its thread, and whose code stands there. Switched off, the guard costs one look
at an attribute.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import traceback
import warnings
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Any, Final, Literal

from stepgraph.errors import BlockedLoopWarning, SyncEntryError, SyncEntryWarning
from stepgraph.execution.tasks import running_loop

__all__ = ["GUARD", "Guard", "set_loop_guard"]

_DOORS: Final = ("invoke", "stream", "batch", "batch_as_completed", "generate", "generate_prompt", "_told")
_log: Final = logging.getLogger("stepgraph.guard")


class Guard:
    """What is looked for, and the loops that are watched.

    Attributes:
        on: Whether anything is looked for.
    """

    def __init__(self) -> None:
        self.on: bool = False
        self._raises = False
        self._limit = 0.1
        self._lock = threading.Lock()
        self._watched: dict[asyncio.AbstractEventLoop, _Pulse] = {}

    def set(self, mode: Literal["off", "warn", "raise"], blocked_after: float) -> None:
        """Change what is looked for; see `set_loop_guard`."""
        if mode not in ("off", "warn", "raise"):
            raise ValueError(f"the loop guard is 'off', 'warn' or 'raise', got {mode!r}")
        if blocked_after <= 0:
            raise ValueError(f"blocked_after is a time in seconds, above 0, got {blocked_after!r}")
        self._raises = mode == "raise"
        self._limit = blocked_after
        self.on = mode != "off"
        with self._lock:
            for pulse in self._watched.values():
                pulse.limit = blocked_after
                pulse.ends = not self.on
                pulse.changed.set()
            if not self.on:
                self._watched.clear()

    def sync_entry(self, entered: Any, door: str) -> None:
        """Report that a sync door of something is used, if a loop runs in this thread."""
        levels = None if running_loop() is None else _levels_to_caller()
        if levels is None:
            return
        name = entered.get_name()
        instead = "async for … in ….astream(…)" if door == "stream" else f"await ….a{door}(…)"
        message = (
            f"{door}() of {name!r} was called on a running event loop, which stands still meanwhile; write `{instead}`"
        )
        if self._raises:
            raise SyncEntryError(message)
        warnings.warn(SyncEntryWarning(message), stacklevel=levels)

    def watch_loop(self) -> None:
        """See to it that the loop that runs in this thread is watched."""
        loop = running_loop()
        if loop is None or loop in self._watched:
            return
        with self._lock:
            pulse = self._watched[loop] = _Pulse(loop, threading.get_ident(), self._limit)
        pulse.beat()
        threading.Thread(target=self._watch, args=(pulse,), name="stepgraph-guard", daemon=True).start()

    def _watch(self, pulse: _Pulse) -> None:
        """Look at a loop until it is closed, or nobody wants to know any more; the life of a thread."""
        reported = 0.0
        while not pulse.ends and not pulse.loop.is_closed():
            pulse.changed.wait(pulse.limit / 2)
            pulse.changed.clear()
            last = pulse.last
            stood = monotonic() - last
            if stood < pulse.limit or last == reported or not pulse.loop.is_running():
                continue
            reported = last
            frame = sys._current_frames().get(pulse.thread)
            if frame is not None and pulse.last == last:
                self._report(frame, stood)
        with self._lock:
            if self._watched.get(pulse.loop) is pulse:
                del self._watched[pulse.loop]

    def after_fork(self) -> None:
        """Watch nothing in a child of the process, where the threads are not."""
        self._lock = threading.Lock()
        self._watched = {}

    def _report(self, frame: FrameType, stood: float) -> None:
        name = _whose(frame)
        stack = "".join(traceback.format_stack(frame))
        message = (
            f"the event loop has stood still for {stood:.2f} seconds in {name}; await what takes long, or make the "
            f"function sync, so that it runs in a thread\n{stack}"
        )
        _log.warning("%s", message)
        with suppress(BlockedLoopWarning):  # where a filter makes it an error; this thread has nobody to raise it to
            warnings.warn(BlockedLoopWarning(message), stacklevel=1)


class _Pulse:
    """A sign of life that a loop gives again and again."""

    def __init__(self, loop: asyncio.AbstractEventLoop, thread: int, limit: float) -> None:
        self.loop = loop
        self.thread = thread
        self.limit = limit
        self.last = monotonic()
        self.ends = False
        self.changed = threading.Event()

    def beat(self) -> None:
        self.last = monotonic()
        if not self.ends and not self.loop.is_closed():
            self.loop.call_later(self.limit / 4, self.beat)


def set_loop_guard(mode: Literal["off", "warn", "raise"], *, blocked_after: float = 0.1) -> None:
    """Report sync calls on a running event loop, and code that keeps one from running; for development.

    Args:
        mode: `"warn"` warns with `SyncEntryWarning` and `BlockedLoopWarning`, and logs the latter to `stepgraph.guard`;
            `"raise"` makes a sync call a `SyncEntryError`; `"off"`, the default, looks for nothing.
        blocked_after: How many seconds a loop may stand still. A loop is watched from the first async run on it.
    """
    GUARD.set(mode, blocked_after)


def _whose(frame: FrameType) -> str:
    """Return whose code a stack stands in: the innermost node or runnable on it."""
    at: FrameType | None = frame
    while at is not None:
        task, own = at.f_locals.get("task"), at.f_locals.get("self")
        module = str(at.f_globals.get("__name__"))
        if task is not None and module.startswith("stepgraph.pregel.") and hasattr(task, "node"):
            return f"node {task.node.name!r}"
        if module.startswith("stepgraph") and own is not None and hasattr(own, "get_name"):
            return repr(own.get_name())
        at = at.f_back
    return "code that no node and no runnable called"


def _levels_to_caller() -> int | None:
    """Return how many frames stand between the warning and who called the door, `None` where that is the engine itself.

    A sequence that is invoked invokes its steps: only the call that the user wrote is worth a report.
    """
    frame: FrameType | None = sys._getframe(2)
    levels = 2
    while frame is not None and frame.f_code.co_name in _DOORS and _is_ours(frame):
        frame = frame.f_back
        levels += 1
    return None if frame is None or _is_ours(frame) else levels


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] == "stepgraph"


GUARD: Final = Guard()
"""The guard of this process."""

if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=GUARD.after_fork)
