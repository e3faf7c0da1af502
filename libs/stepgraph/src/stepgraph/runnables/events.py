"""Event streams: what happens in a run, down to the innermost runnable, as dicts that a consumer iterates.

One task runs the runnable, with a handler that puts events into a small buffer; where that is full, the run waits for
its consumer. Closing the iterator cancels the run and waits for it: nothing of it is left. No variable of the
consumer's context is touched, so any task may ask for the next event.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from stepgraph.config import RunnableConfig, check_config, merge_configs
from stepgraph.execution.tasks import needed_loop

__all__ = ["EventBuffer", "stream_events"]

_AHEAD: Final = 16
"""How many events a run may be ahead of its consumer."""

_Names = Sequence[str] | None
_Wanted = tuple[_Names, _Names, _Names]


class EventBuffer:
    """Events on their way from a run to its consumer; awaited, it waits until there is room.

    Attributes:
        closed: Whether the consumer has left; what is put then is dropped, and nobody waits any more.
    """

    def __init__(self) -> None:
        self.closed: bool = False
        self._events: deque[dict[str, Any]] = deque()
        self._loop = needed_loop()
        self._thread = threading.get_ident()
        self._news, self._room = asyncio.Event(), asyncio.Event()

    # For the run.

    def put(self, event: dict[str, Any]) -> EventBuffer | None:
        """Add an event; any thread may do so. Return the buffer where it is full, to be awaited.

        Code in other threads is never held up: the loop may be waiting for it.
        """
        if self.closed:
            return None
        self._events.append(event)
        if threading.get_ident() == self._thread:
            self._news.set()
            return self if len(self._events) >= _AHEAD else None
        if not self._news.is_set():
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._news.set)
        return None

    def __await__(self) -> Generator[Any, None, None]:
        return self._wait_for_room().__await__()

    async def _wait_for_room(self) -> None:
        if asyncio.get_running_loop() is not self._loop:  # for a sync run on our loop, which must not wait for itself
            return
        while len(self._events) >= _AHEAD and not self.closed:
            self._room.clear()
            await self._room.wait()

    # For the consumer.

    def __bool__(self) -> bool:
        return bool(self._events)

    def take(self) -> dict[str, Any]:
        """Return the oldest event."""
        self._room.set()
        return self._events.popleft()

    async def wait_for(self, running: asyncio.Task[None]) -> None:
        """Wait until there is an event, or the run is over."""
        self._news.clear()
        if not self._events and not running.done():
            await self._news.wait()

    def wake(self) -> None:
        """Let the consumer look whether the run is over."""
        self._news.set()

    def close(self) -> None:
        """Drop what is there and what comes."""
        self.closed = True
        self._events.clear()
        self._room.set()


def stream_events(
    runnable: Any,
    input: Any,
    config: RunnableConfig | None,
    version: str,
    included: _Wanted,
    excluded: _Wanted,
    kwargs: dict[str, Any],
) -> AsyncGenerator[dict[str, Any], None]:
    """Run `runnable.astream(…)` and yield what happens in it; see `Runnable.astream_events`.

    Args:
        runnable: What is run; all it needs is `astream`.
        input: Its input.
        config: Its config.
        version: `"v2"`.
        included: Names, types and tags of runs, of which one must fit; `None` for no wish.
        excluded: Names, types and tags of runs, of which none may fit.
        kwargs: For `astream`.

    Raises:
        ValueError: Another version is asked for, or a filter is a string.
    """
    if version != "v2":
        raise ValueError(
            f"there are events of version 'v2' only, got {version!r}: write astream_events(…, version='v2'); its "
            "events hold the input and the output of each run as a whole, and its 'parent_ids'"
        )
    for wish in (*included, *excluded):
        if isinstance(wish, str):
            raise ValueError(f"names, types and tags of events are lists of strings; write [{wish!r}]")
    return _events(runnable, input, check_config(config), included, excluded, kwargs)


async def _events(
    runnable: Any, input: Any, config: RunnableConfig, included: _Wanted, excluded: _Wanted, kwargs: dict[str, Any]
) -> AsyncGenerator[dict[str, Any], None]:
    from stepgraph.runnables.event_handler import Choice, EventHandler  # noqa: PLC0415 - few runs are watched so

    buffer = EventBuffer()
    run_id = _run_id(config)
    handler = EventHandler(buffer.put, Choice(included, excluded), run_id, input)
    given = merge_configs(config, {"callbacks": [handler], "run_id": run_id})
    running = asyncio.ensure_future(_run(runnable, input, given, handler, kwargs))
    running.add_done_callback(lambda _: buffer.wake())
    cancelled = False
    try:
        while True:
            while buffer:
                yield buffer.take()
            if running.done():
                running.result()
                return
            await buffer.wait_for(running)
    except asyncio.CancelledError:
        cancelled = True
        raise
    finally:
        buffer.close()
        error = await _stopped(running)
        if error is not None:
            if not cancelled:
                raise error
            context = {"message": "a run failed while it was cancelled", "exception": error, "task": running}
            asyncio.get_running_loop().call_exception_handler(context)


async def _run(runnable: Any, input: Any, config: Mapping[str, Any], handler: Any, kwargs: dict[str, Any]) -> None:
    """Stream a runnable to its end; the handler has taken note of all that was to be seen."""
    chunks = runnable.astream(input, config, **kwargs)
    try:
        async for chunk in chunks:
            held = handler.on_root_chunk(chunk)
            if held is not None:
                await held
    finally:
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()


async def _stopped(running: asyncio.Task[None]) -> BaseException | None:
    """Cancel a run and wait for it, however often we are cancelled meanwhile; return what its cleanup raised."""
    if running.done():
        if not running.cancelled():
            running.exception()  # nobody came to see it, or it has just been raised
        return None
    running.cancel()
    interrupted: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as error:
            interrupted = error
    failure = None if running.cancelled() else running.exception()
    if interrupted is not None:
        raise interrupted
    return failure


def _run_id(config: RunnableConfig) -> Any:
    """Return the id of the run, by which the events of the outermost runnable are known."""
    given = config.get("run_id")
    if given is None:
        from stepgraph.callbacks.ids import new_run_id  # noqa: PLC0415 - see `_events`

        return new_run_id()
    if isinstance(given, str):
        from uuid import UUID

        return UUID(given)
    return given
