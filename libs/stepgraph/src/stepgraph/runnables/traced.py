"""Traced: a runnable of our own, that reports its runs and makes what is around it known to what runs inside.

Subclasses write bodies, which are called with the `Call`, or with `None` where nobody listens and nothing was given:
then the doors here cost one look at a context variable.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, Final, Generic

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig, Scope
from stepgraph.execution.guard import GUARD
from stepgraph.runnables.adapted import close, iterate_inside, iterate_inside_async
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.by_value import ByValue
from stepgraph.runnables.call import Call, is_plain
from stepgraph.runnables.folding import fold
from stepgraph.runnables.incoming import AsyncIncoming, Incoming
from stepgraph.signatures import marked

__all__ = ["Traced"]

_UNSEEN: Final = {"input": ""}
"""What handlers see as the input of a runnable whose input is still to come, in chunks."""


class Traced(ByValue, Runnable[Input, Output], Generic[Input, Output]):
    """A runnable that reports its runs."""

    inherits_config = True

    # Bodies.

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        raise NotImplementedError

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        raise NotImplementedError

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        yield self._invoke(input, call, **kwargs)

    async def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        yield await self._ainvoke(input, call, **kwargs)

    def _transform(self, chunks: Iterator[Any], call: Call | None, **kwargs: Any) -> Iterator[Any]:
        found = list(chunks)
        if found:
            yield from self._stream(fold(found), call, **kwargs)

    async def _atransform(
        self, chunks: AsyncIterator[Any], call: Call | None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        found = [chunk async for chunk in chunks]
        if found:
            stream = self._astream(fold(found), call, **kwargs)
            try:
                async for chunk in stream:
                    yield chunk
            finally:
                await stream.aclose()

    # Doors.

    def invoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Output:
        """Run with one input and return the output; see `Runnable.invoke`."""
        if GUARD.on:
            GUARD.sync_entry(self, "invoke")
        if is_plain(config, SCOPE.get()):
            return self._invoke(input, None, **kwargs)  # type: ignore[no-any-return]
        return self._invoke_heard(input, config, None, kwargs)  # type: ignore[no-any-return]

    def _invoke_heard(
        self, input: Any, config: RunnableConfig | None, above: Scope | None, kwargs: dict[str, Any]
    ) -> Any:
        call = Call(self, config, above)
        call.start(input)
        try:
            with call.inside():
                output = self._invoke(input, call, **kwargs)
        except BaseException as error:
            call.fail(error)
            raise
        call.end(output)
        return output

    @marked("coroutine")
    def ainvoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Coroutine[Any, Any, Output]:
        """Run with one input and return the output; see `Runnable.invoke`.

        The coroutine bears the runnable's name, so that Python's warning about one that nobody awaits says whose it is.
        """
        if GUARD.on:
            GUARD.watch_loop()
        if is_plain(config, SCOPE.get()):
            coroutine = self._ainvoke(input, None, **kwargs)
        else:
            coroutine = self._ainvoke_heard(input, config, None, kwargs)
        named: Any = coroutine
        named.__qualname__ = f"{self.name or type(self).__name__}.ainvoke"
        return coroutine

    async def _ainvoke_heard(
        self, input: Any, config: RunnableConfig | None, above: Scope | None, kwargs: dict[str, Any]
    ) -> Any:
        call = Call(self, config, above)
        await call.start_async(input)
        try:
            with call.inside():
                output = await self._ainvoke(input, call, **kwargs)
        except BaseException as error:
            await call.fail_async(error)
            raise
        await call.end_async(output)
        return output

    @marked("chunks")
    def stream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Output]:
        """Run with one input and yield the output in chunks; see `Runnable.stream`."""
        if GUARD.on:
            GUARD.sync_entry(self, "stream")
        if is_plain(config, SCOPE.get()):
            return self._stream(input, None, **kwargs)
        return self._told(partial(self._stream, input, **kwargs), Call(self, config), None, input)

    @marked("async_chunks")
    def astream(
        self, input: Input, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Output, None]:
        """Run with one input and yield the output in chunks; see `Runnable.stream`."""
        if GUARD.on:
            GUARD.watch_loop()
        if is_plain(config, SCOPE.get()):
            return self._astream(input, None, **kwargs)
        return self._told_async(partial(self._astream, input, **kwargs), Call(self, config), None, input)

    @marked("chunks")
    def transform(
        self, input: Iterator[Input], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Output]:
        """Turn chunks of an input into chunks of an output; see `Runnable.transform`."""
        if is_plain(config, SCOPE.get()):
            return self._transform(input, None, **kwargs)
        call = Call(self, config)
        incoming = Incoming(iter(input), call.above, remembers=call.is_heard)
        return self._told(partial(self._transform, incoming, **kwargs), call, incoming, None)

    @marked("async_chunks")
    def atransform(
        self, input: AsyncIterator[Input], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Output, None]:
        """Turn chunks of an input into chunks of an output; see `Runnable.transform`."""
        if is_plain(config, SCOPE.get()):
            return self._atransform(input, None, **kwargs)
        call = Call(self, config)
        incoming = AsyncIncoming(aiter(input), call.above, remembers=call.is_heard)
        return self._told_async(partial(self._atransform, incoming, **kwargs), call, incoming, None)

    # Streams that are heard, or were given a config. The frame is only there while a body runs, never while the
    # consumer has the chunk.

    def _told(
        self, body: Callable[..., Iterator[Any]], call: Call, incoming: Incoming | None, input: Any
    ) -> Iterator[Any]:
        """Yield what a body yields, inside the frame of its call, and report what came of it."""
        if incoming is not None:
            incoming.begin()
        call.start(_UNSEEN if incoming is not None else input)
        shown: list[Any] = []
        try:
            with call.inside():
                items = body(call=call)
            with ExitStack() as stack:
                stack.callback(_close_inside, call, items)
                for chunk in iterate_inside(call.frame, call.tapped(items)):
                    if call.run is not None:
                        shown.append(chunk)
                    yield chunk
        except GeneratorExit:
            call.end(fold(shown), **_facts(incoming))
            raise
        except BaseException as error:
            call.fail(error, **_facts(incoming))
            raise
        call.end(fold(shown), **_facts(incoming))

    async def _told_async(
        self, body: Callable[..., AsyncGenerator[Any, None]], call: Call, incoming: AsyncIncoming | None, input: Any
    ) -> AsyncGenerator[Any, None]:
        """See `_told`."""
        if incoming is not None:
            await incoming.begin()
        await call.start_async(_UNSEEN if incoming is not None else input)
        shown: list[Any] = []
        try:
            with call.inside():
                items = body(call=call)
            chunks = iterate_inside_async(call.frame, call.tapped_async(items))
            try:
                async for chunk in chunks:
                    if call.run is not None:
                        shown.append(chunk)
                    yield chunk
            finally:
                try:
                    await chunks.aclose()
                finally:  # a handler that looks at the chunks need not close them
                    with call.inside():
                        await items.aclose()
        except GeneratorExit:
            await call.end_async(fold(shown), **_facts(incoming))
            raise
        except BaseException as error:
            await call.fail_async(error, **_facts(incoming))
            raise
        await call.end_async(fold(shown), **_facts(incoming))


def _close_inside(call: Call, items: Iterator[Any]) -> None:
    with call.inside():
        close(items)


def _facts(incoming: Incoming | AsyncIncoming | None) -> dict[str, Any]:
    return {} if incoming is None else incoming.facts()
