"""Loop: the event loop on which the coroutines of async handlers run while sync code waits for them.

There is one in the process, in a thread of its own, so that handlers may keep connections from one event to the next.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable
from contextvars import copy_context
from typing import Any

from stepgraph.execution.tasks import running_loop

__all__ = ["wait_for"]

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def wait_for(awaitable: Awaitable[Any]) -> None:
    """Let an awaitable run on the loop for handlers, and wait for it."""

    async def awaited() -> None:
        await awaitable

    loop = _handlers_loop()
    if running_loop() is loop:  # a handler that runs something sync whose handlers are async
        context = copy_context()
        thread = threading.Thread(target=context.run, args=(asyncio.run, awaited()))
        thread.start()
        thread.join()
        return
    asyncio.run_coroutine_threadsafe(awaited(), loop).result()


def _handlers_loop() -> asyncio.AbstractEventLoop:
    """Return the loop, started where it does not run."""
    global _loop
    with _lock:
        if _loop is None or not _loop.is_running():
            _loop = asyncio.new_event_loop()
            started = threading.Event()
            _loop.call_soon(started.set)
            threading.Thread(target=_loop.run_forever, name="stepgraph-handlers", daemon=True).start()
            started.wait()
        return _loop


def _after_fork() -> None:
    """Forget the loop in a child of the process, where its thread is not."""
    global _lock, _loop
    _lock, _loop = threading.Lock(), None


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
