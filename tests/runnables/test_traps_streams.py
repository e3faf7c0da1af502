"""What streams of composed runnables trip over elsewhere, and what must hold here."""

import asyncio
import threading
from contextlib import aclosing, suppress

import pytest

from stepgraph.runnables import RunnableGenerator, RunnableLambda, RunnablePassthrough
from tests.pregel.colours import PATIENCE, turns
from tests.pregel.leftovers import nothing_left
from tests.runnables.doors import apieces, listed
from tests.runnables.recording import RECORDERS, AsyncRecorder

CONFIG = {"tags": ["t"], "metadata": {"who": "Ann"}, "configurable": {"user": "ada"}}


# A client that goes away interrupts the cleanup, where each chunk is a task of its own.


class Scope:
    """A scope that is cancelled as anyio cancels: its task again and again, unless that task shields itself."""

    def __init__(self):
        self.shielded = set()
        self._task = asyncio.current_task()
        self._over = False

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, *_):
        self._over = True
        with suppress(asyncio.CancelledError):
            await turns(3)
        return kind is asyncio.CancelledError

    def cancel(self):
        if not self._over:
            if self._task not in self.shielded:
                self._task.cancel()
            asyncio.get_running_loop().call_soon(self.cancel)


def _with_cleanup(diary):
    async def source(input):
        shields = SCOPES[-1].shielded
        try:
            for number in range(100):
                yield str(number)
                await asyncio.sleep(0)
        finally:
            shields.add(asyncio.current_task())
            try:
                await turns(5)
                diary.append("cleaned up")
            finally:
                shields.discard(asyncio.current_task())

    return source


SCOPES = []


@pytest.mark.parametrize("handler", [None, *RECORDERS])
@pytest.mark.parametrize(
    "kind", ["generator", "sequence", "sequence of three", "retry", "fallbacks", "bound", "last of three"]
)
async def test_cleanup_of_a_stream_completes_in_a_scope_that_is_cancelled(kind, handler):
    diary = []
    source = RunnableLambda(_with_cleanup(diary))

    async def passing(chunks):
        async for chunk in chunks:
            yield chunk

    made = {
        "generator": source,
        "sequence": source | RunnablePassthrough(),
        "sequence of three": source | passing | passing,
        "retry": source.with_retry(),
        "fallbacks": (source | passing).with_fallbacks([source]),
        "bound": source.with_config(tags=["t"]),
        "last of three": RunnableLambda(lambda _: {"a": 1}) | RunnablePassthrough() | source,
    }[kind]
    config = None if handler is None else {"callbacks": [RECORDERS[handler]()]}
    async with nothing_left(2), Scope() as scope:
        SCOPES.append(scope)
        async with aclosing(made.astream("x", config)) as chunks:
            assert await chunks.__anext__() == "0"
            scope.cancel()
            async for _ in chunks:
                pass
    assert diary == ["cleaned up"]


async def test_every_step_of_a_stream_runs_in_the_task_of_its_consumer():
    seen = set()

    async def source(input):
        try:
            for letter in input:
                seen.add(asyncio.current_task())
                yield letter
        finally:
            seen.add(asyncio.current_task())

    async def passing(chunks):
        async for chunk in chunks:
            seen.add(asyncio.current_task())
            yield chunk

    made = (RunnableLambda(source) | passing | RunnableGenerator(passing)).with_retry()
    for config in (None, CONFIG, {"callbacks": [AsyncRecorder()]}):
        async with aclosing(made.astream("abc", config)) as chunks:
            await chunks.__anext__()
            await chunks.__anext__()
    assert seen == {asyncio.current_task()}


@pytest.mark.parametrize("handler", [None, *RECORDERS])
async def test_a_consumer_cancelled_while_it_closes_a_stream_lets_the_cleanup_end(handler):
    """The cleanup takes note of the cancellation and completes; nobody cuts it off."""
    diary, begun = [], asyncio.Event()

    async def source(input):
        try:
            yield "a"
            await asyncio.sleep(PATIENCE)
        finally:
            diary.append("begun")
            begun.set()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(PATIENCE)
            await turns(3)
            diary.append("ended")

    async def consumer():
        config = None if handler is None else {"callbacks": [RECORDERS[handler]()]}
        chunks = (RunnableLambda(source) | RunnablePassthrough()).astream("x", config)
        await chunks.__anext__()
        await chunks.aclose()

    async with nothing_left(2):
        task = asyncio.ensure_future(consumer())
        await begun.wait()
        task.cancel()
        await asyncio.wait([task])
    assert diary == ["begun", "ended"]


# Streams are not tried again.


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("door", ["stream", "astream", "transform", "atransform"])
async def test_a_stream_is_tried_again_before_its_first_chunk_and_never_after(door, steps):
    attempts = []

    def fails_early(chunks):
        attempts.append("".join(chunks))
        if len(attempts) < 3:
            raise ConnectionError
        yield from attempts[-1]

    def fails_late(chunks):
        attempts.append("".join(chunks))
        yield "a"
        raise ConnectionError("late")

    async def read(made):
        match door:
            case "stream":
                return list(made.stream("ab"))
            case "transform":
                return list(made.transform(iter("ab")))
            case "astream":
                return await listed(made.astream("ab"))
            case _:
                return await listed(made.atransform(apieces("ab")))

    def made(function):
        one = RunnableGenerator(function)
        return (one if steps == 1 else RunnablePassthrough() | one).with_retry(wait_exponential_jitter=False)

    assert await read(made(fails_early)) == ["a", "b"]
    assert attempts == ["ab"] * 3
    attempts.clear()
    with pytest.raises(ConnectionError, match="late"):
        await read(made(fails_late))
    assert attempts == ["ab"]


@pytest.mark.parametrize("door", ["stream", "astream", "transform", "atransform"])
async def test_a_stream_falls_back_before_its_first_chunk_and_never_after(door):
    def early(chunks):
        list(chunks)
        raise ConnectionError("early")
        yield

    def late(chunks):
        yield "a"
        raise ConnectionError("late")

    async def read(first):
        made = RunnableGenerator(first).with_fallbacks([RunnablePassthrough()])
        match door:
            case "stream":
                return "".join(made.stream("ab"))
            case "transform":
                return "".join(made.transform(iter("ab")))
            case "astream":
                return "".join(await listed(made.astream("ab")))
            case _:
                return "".join(await listed(made.atransform(apieces("ab"))))

    assert await read(early) == "ab"
    with pytest.raises(ConnectionError, match="late"):
        await read(late)


# Functions in the middle of a chain stop it from streaming.


async def test_generator_functions_keep_a_chain_streaming_and_plain_ones_collect():
    def yields(chunks):
        for chunk in chunks:
            yield chunk.upper()

    async def ayields(chunks):
        async for chunk in chunks:
            yield chunk.lower()

    source = RunnableLambda(lambda text: (yield from text))
    assert list((source | yields).stream("ab")) == ["A", "B"]
    assert await listed((source | yields | ayields).astream("ab")) == ["a", "b"]
    assert list((source | str.upper).stream("ab")) == ["AB"]
    assert list((source | str.upper | yields).stream("ab")) == ["AB"]


async def test_a_chunk_reaches_the_consumer_before_the_next_one_is_made():
    made = []

    def source(text):
        for letter in text:
            made.append(letter)
            yield letter

    async def asource(text):
        for item in source(text):
            yield item

    def passing(chunks):
        yield from chunks

    async def apassing(chunks):
        async for chunk in chunks:
            yield chunk

    both = RunnableLambda(source, asource) | RunnableGenerator(passing, apassing)
    for _ in both.stream("abc"):
        assert len(made) == 1
        break
    made.clear()
    async with aclosing(both.astream("abc")) as chunks:
        async for _ in chunks:
            assert len(made) == 1
            break


@pytest.mark.parametrize("config", [None, CONFIG])
async def test_sync_generators_work_under_async(config):
    threads = set()

    def letters(text):
        for letter in text:
            threads.add(threading.current_thread())
            yield letter

    def upper(chunks):
        for chunk in chunks:
            threads.add(threading.current_thread())
            yield chunk.upper()

    assert await listed(RunnableLambda(letters).astream("ab", config)) == ["a", "b"]
    assert await RunnableLambda(letters).ainvoke("ab", config) == "ab"
    assert await RunnableGenerator(upper).ainvoke("ab", config) == "AB"
    assert await listed((RunnableLambda(letters) | upper).astream("ab", config)) == ["A", "B"]
    assert await (RunnablePassthrough() | upper).abatch(["ab", "c"], config) == ["AB", "C"]
    assert threading.current_thread() not in threads
