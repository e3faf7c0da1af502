"""Sweeper: a thread that deletes what has expired, now and again, until it is stopped or its store is gone."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

__all__ = ["Sweeper"]

_LOG: Final = logging.getLogger(__name__)


class Sweeper:
    """Calls a store's `sweep_ttl` at an interval.

    It holds the store weakly, so that a store which nobody stopped can still be collected, and the thread with it. A
    sweep that fails is logged, and tried again at the next interval.

    Args:
        sweep: The bound method to call.
        minutes: How long to wait before each sweep.
    """

    def __init__(self, sweep: Callable[[], int], minutes: float) -> None:
        self.stopped: Future[None] = Future()
        self._stop = threading.Event()
        reference = weakref.WeakMethod(sweep, lambda _: self._stop.set())
        self._thread = threading.Thread(
            target=_run, args=(reference, minutes * 60, self._stop, self.stopped), name="stepgraph-sweeper", daemon=True
        )
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it has not been stopped."""
        return not self._stop.is_set()

    def stop(self, timeout: float | None = None) -> bool:
        """Stop, wait for a sweep that is under way, and return whether it ended in time."""
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)
        return not self._thread.is_alive()


def _run(
    reference: weakref.WeakMethod[Callable[[], int]], seconds: float, stop: threading.Event, stopped: Future[None]
) -> None:
    while not stop.wait(seconds):
        sweep = reference()
        if sweep is None:
            break
        try:
            sweep()
        except Exception:
            _LOG.exception("a sweep of expired items failed; it is tried again in %s s", seconds)
        del sweep
    stopped.set_result(None)
