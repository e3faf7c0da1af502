"""LoopClients: one asynchronous client for each event loop that asks for one, and one synchronous client beside them.

Connections cannot leave their event loop, so a model that serves several loops, at once or one after the other, needs a
client in each. The invariant: a client is closed in its own loop, by whatever comes first: the end of the loop (as
`asyncio.run` ends it), `aclose`, `close`, or the end of this object, and to its last connection, although the task that
does it may be cancelled meanwhile. A loop that was closed with no word to its generators left nothing that could be
closed in it; its client is forgotten when the next loop asks.
"""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any, Generic, NamedTuple

from typing_extensions import TypeVar

from stepgraph.execution.tasks import needed_loop

__all__ = ["LoopClients"]

SyncT = TypeVar("SyncT", default=Any)
AsyncT = TypeVar("AsyncT", default=Any)

_INHERITED: list[Any] = []
"""Clients that were there before a fork. Their connections are the parent's, so that they are not even closed."""

_KEPT: dict[asyncio.AbstractEventLoop, dict[int, AsyncGenerator[Any, None]]] = {}
"""The keepers of clients that are open, by loop and client.

They are held here because one that is collected would be closed by a task that `asyncio.run` may cancel at any step.
"""

_CLOSING: set[asyncio.Task[None]] = set()
"""Tasks that close clients; a loop holds its tasks weakly."""


class _Closing:
    """Closes a client, once: who comes second waits until it is closed."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._over: asyncio.Future[None] | None = None

    async def __call__(self) -> None:
        if self._over is not None:
            await asyncio.shield(self._over)
            return
        self._over = asyncio.get_running_loop().create_future()
        try:
            await _ToItsEnd(self._client.close())
        finally:
            self._over.set_result(None)


class _Entry(NamedTuple):
    client: Any
    closing: _Closing
    keeper: AsyncGenerator[Any, None]
    """Closes the client when it is closed itself. Loops close the generators that were begun in them."""


class LoopClients(Generic[SyncT, AsyncT]):
    """Clients of one provider, made when they are first needed; any thread may ask.

    A copy of a model goes on with the same clients, so that copies of this object are the object itself.

    Args:
        make_sync: Makes the synchronous client; it has a method `close`.
        make_async: Makes an asynchronous one; its `close` is a coroutine function. Neither may refer to this object.
    """

    def __init__(self, make_sync: Callable[[], SyncT], make_async: Callable[[], AsyncT]) -> None:
        self._make_sync = make_sync
        self._make_async = make_async
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._sync: SyncT | None = None
        self._ending: weakref.finalize[..., Any] | None = None
        self._entries: dict[asyncio.AbstractEventLoop, _Entry] = {}
        weakref.finalize(self, _abandon, self._entries, self._pid).atexit = False

    def sync(self) -> SyncT:
        """Return the synchronous client."""
        found = self._sync
        if found is None or self._pid != os.getpid():
            with self._lock:
                self._leave_the_parents()
                if self._sync is None:
                    self._sync = self._make_sync()
                    self._ending = weakref.finalize(self, _close_sync, self._sync, self._pid)
                found = self._sync
        return found

    def here(self) -> AsyncT:
        """Return the client of the running loop."""
        loop = needed_loop()
        found = self._entries.get(loop)
        if found is None or self._pid != os.getpid():
            found = self._add(loop)
        return found.client  # type: ignore[no-any-return]

    async def aclose(self) -> None:
        """Close the client of the running loop, and all others as `close` does."""
        mine = self._entries.pop(asyncio.get_running_loop(), None)
        if mine is not None:
            await mine.keeper.aclose()
        self.close()

    def close(self) -> None:
        """Close every client; those of loops that run are closed by them, and not waited for."""
        with self._lock:
            sync, self._sync = self._sync, None
            entries = dict(self._entries)
            self._entries.clear()
        if self._pid != os.getpid():
            _INHERITED.append((sync, entries))
            return
        if sync is not None and self._ending is not None:
            self._ending()
        for loop, entry in entries.items():
            _close(loop, entry)

    def _add(self, loop: asyncio.AbstractEventLoop) -> _Entry:
        with self._lock:
            self._leave_the_parents()
            for closed in [known for known in self._entries if known.is_closed()]:
                self._entries.pop(closed)
            entry = self._entries.get(loop)
            if entry is None:
                entry = self._entries[loop] = _begun(self._make_async(), loop, weakref.ref(self))
        return entry

    def _leave_the_parents(self) -> None:
        if self._pid != os.getpid():
            _INHERITED.append((self._sync, dict(self._entries), dict(_KEPT)))
            self._sync, self._pid = None, os.getpid()
            self._entries.clear()
            _KEPT.clear()

    def __copy__(self) -> LoopClients[SyncT, AsyncT]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> LoopClients[SyncT, AsyncT]:
        return self


def _close_sync(client: Any, pid: int) -> None:
    if pid == os.getpid():
        client.close()


def _begun(client: Any, loop: asyncio.AbstractEventLoop, owner: weakref.ref[Any]) -> _Entry:
    for closed in [known for known in _KEPT if known.is_closed()]:
        _KEPT.pop(closed, None)
    kept = _KEPT.setdefault(loop, {})
    closing = _Closing(client)
    keeper = _keep(client, closing, loop, owner, kept)
    with suppress(StopIteration):
        keeper.asend(None).send(None)  # to its yield, which takes no loop's help; the loop knows it from now on
    kept[id(client)] = keeper
    return _Entry(client, closing, keeper)


async def _keep(
    client: Any,
    closing: _Closing,
    loop: asyncio.AbstractEventLoop,
    owner: weakref.ref[Any],
    kept: dict[int, AsyncGenerator[Any, None]],
) -> AsyncGenerator[Any, None]:
    try:
        yield client
    finally:
        clients = owner()
        if clients is not None and (known := clients._entries.get(loop)) is not None and known.client is client:
            clients._entries.pop(loop, None)
        kept.pop(id(client), None)
        await closing()


class _ToItsEnd:
    """Awaits a coroutine to its end, although its task is cancelled meanwhile; the cancellation is raised then.

    What closes connections has forgotten them once it has begun, so that it cannot be asked again.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, None]:
        steps, cancelled = self._coroutine.__await__(), None
        while True:
            try:
                waited_for = steps.send(None)
            except StopIteration:
                break
            try:
                yield waited_for
            except (asyncio.CancelledError, GeneratorExit) as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled


def _abandon(entries: dict[asyncio.AbstractEventLoop, _Entry], pid: int) -> None:
    """Have clients closed that nobody has any more; loops that do not run do it when they run again, or end."""
    if pid == os.getpid():
        for loop, entry in entries.items():
            _close_soon(loop, entry)


def _close(loop: asyncio.AbstractEventLoop, entry: _Entry) -> None:
    if loop.is_running() or loop.is_closed() or asyncio._get_running_loop() is not None:
        _close_soon(loop, entry)
    else:  # a loop between two runs, and no other one in this thread
        loop.run_until_complete(entry.keeper.aclose())


def _close_soon(loop: asyncio.AbstractEventLoop, entry: _Entry) -> None:
    with suppress(RuntimeError):  # the loop is closed, and its connections with it
        loop.call_soon_threadsafe(_begin_to_close, loop, entry)


def _begin_to_close(loop: asyncio.AbstractEventLoop, entry: _Entry) -> None:
    task = loop.create_task(_closed(entry))
    _CLOSING.add(task)
    task.add_done_callback(_CLOSING.discard)


async def _closed(entry: _Entry) -> None:
    """Close a client. Cancelled before it begins, it leaves the keeper as it is, for the end of the loop to close."""
    keeper: Any = entry.keeper
    await entry.closing()
    if not keeper.ag_running:  # else the end of the loop is at it
        await keeper.aclose()
