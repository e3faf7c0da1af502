"""composing: runnables that do next to nothing, beside langchain-core's; without a handler and with an async one.

- `lambda-invoke`, `lambda-ainvoke`: a call of a function as a runnable.
- `sequence-3-ainvoke`: a call of three async functions one after the other.
- `parallel-2-ainvoke`: a call of two async functions side by side.
- `abatch-1000`: an item of 1,000 that `abatch` gives to an async function.
- `parser-stream`: a token of 3,000, each one character, from an async generator through a second one to the consumer.
  They stand for a model and its parser, and build no messages.
- `…-handler`: the async ones with one handler whose `async def` methods count the beginnings and ends of runs. How
  many it heard is part of the outcome: each side reports as many.

The functions are the same on all sides and never really wait. The plain sides call them: with `await`, with `gather`,
or as one generator over another; with a handler they await its methods before and after each function and around the
whole. They draw no ids, merge no config and catch nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, NamedTuple

from bench.composers import Composer, Listener, composer_of
from bench.engine import Engine
from bench.row import Job, Row
from bench.rows.consumer import consumed

__all__ = ["ROWS"]

CALLS: Final = 200
ITEMS: Final = 1_000
TOKENS: Final = 3_000

Told = Callable[[Any], Awaitable[Any]]


class _Work(NamedTuple):
    """What a pair of rows does, one with a handler and one without.

    Attributes:
        name: What the row without a handler is called.
        title: What the table calls it.
        unit: What is counted.
        units: How many of these there are.
        composed: Makes the async job of a library for a config.
        plain: Makes that of plain Python for a handler.
    """

    name: str
    title: str
    unit: str
    units: int
    composed: Callable[[Composer, Any], Job]
    plain: Callable[[Listener | None], Job]


# The functions.


def _plus_one_sync(number: int) -> int:
    return number + 1


async def _plus_one(number: int) -> int:
    return number + 1


async def _twice(number: int) -> int:
    return number * 2


async def _model(prompts: AsyncIterator[str]) -> AsyncIterator[str]:
    async for _ in prompts:
        for number in range(TOKENS):
            yield "abcdefghij"[number % 10]


async def _parser(tokens: AsyncIterator[str]) -> AsyncIterator[str]:
    async for token in tokens:
        yield token.upper()


# Plain Python, with and without a handler.


def _told(handler: Listener | None, function: Told) -> Told:
    """Return a function that tells a handler of the beginnings and ends of another one."""
    if handler is None:
        return function

    async def telling(value: Any) -> Any:
        await handler.on_chain_start({}, value)
        output = await function(value)
        await handler.on_chain_end(output)
        return output

    return telling


def _told_stream(
    handler: Listener | None, function: Callable[[AsyncIterator[str]], AsyncIterator[str]]
) -> Callable[[AsyncIterator[str]], AsyncIterator[str]]:
    """Return a generator function that tells a handler of another one; the end is told of with all that was yielded."""
    if handler is None:
        return function

    async def telling(chunks: AsyncIterator[str]) -> AsyncIterator[str]:
        await handler.on_chain_start({}, "")
        seen = []
        async for chunk in function(chunks):
            seen.append(chunk)
            yield chunk
        await handler.on_chain_end("".join(seen))

    return telling


async def _prompt() -> AsyncIterator[str]:
    yield "Say the alphabet."


# The works.


def _lambda_invoke(engine: Engine) -> Job:
    runnable = composer_of(engine).RunnableLambda(_plus_one_sync)

    def job() -> int:
        number = 0
        for _ in range(CALLS):
            number = runnable.invoke(number)
        return number

    return job


def _plain_invoke() -> Job:
    """Call the function."""

    def job() -> int:
        number = 0
        for _ in range(CALLS):
            number = _plus_one_sync(number)
        return number

    return job


def _repeated(call: Told) -> Job:
    async def job() -> Any:
        number: Any = 0
        for _ in range(CALLS):
            number = await call(number)
        return number

    return job


def _calling(runnable: Any, config: Any) -> Job:
    """Return a job that calls a runnable again and again, as `_repeated` does without one more function between."""

    async def job() -> Any:
        number: Any = 0
        for _ in range(CALLS):
            number = await runnable.ainvoke(number, config)
        return number

    return job


def _lambda(composer: Composer, config: Any) -> Job:
    return _calling(composer.RunnableLambda(_plus_one), config)


def _plain_lambda(handler: Listener | None) -> Job:
    return _repeated(_told(handler, _plus_one))


def _sequence(composer: Composer, config: Any) -> Job:
    step = composer.RunnableLambda
    return _calling(step(_plus_one) | step(_plus_one) | step(_plus_one), config)


def _plain_sequence(handler: Listener | None) -> Job:
    steps = [_told(handler, _plus_one)] * 3

    async def sequence(value: Any) -> Any:
        for step in steps:
            value = await step(value)
        return value

    return _repeated(_told(handler, sequence))


def _parallel(composer: Composer, config: Any) -> Job:
    step = composer.RunnableLambda
    runnable = composer.RunnableParallel(next=step(_plus_one), double=step(_twice))

    async def job() -> Any:
        output = {"next": 0}
        for _ in range(CALLS):
            output = await runnable.ainvoke(output["next"], config)
        return output

    return job


def _plain_parallel(handler: Listener | None) -> Job:
    branches = {"next": _told(handler, _plus_one), "double": _told(handler, _twice)}

    async def side_by_side(value: Any) -> Any:
        return dict(zip(branches, await asyncio.gather(*(run(value) for run in branches.values())), strict=True))

    call = _told(handler, side_by_side)

    async def job() -> Any:
        output = {"next": 0}
        for _ in range(CALLS):
            output = await call(output["next"])
        return output

    return job


def _abatch(composer: Composer, config: Any) -> Job:
    runnable, numbers = composer.RunnableLambda(_plus_one), list(range(ITEMS))

    async def job() -> Any:
        outputs = await runnable.abatch(numbers, config)
        return [len(outputs), outputs[-1]]

    return job


def _plain_abatch(handler: Listener | None) -> Job:
    function, numbers = _told(handler, _plus_one), list(range(ITEMS))

    async def job() -> Any:
        outputs = await asyncio.gather(*(function(number) for number in numbers))
        return [len(outputs), outputs[-1]]

    return job


def _stream(composer: Composer, config: Any) -> Job:
    runnable = composer.RunnableGenerator(_model) | composer.RunnableGenerator(_parser)

    async def job() -> Any:
        return await consumed(runnable.astream("Say the alphabet.", config))

    return job


def _plain_stream(handler: Listener | None) -> Job:
    model, parser = _told_stream(handler, _model), _told_stream(handler, _parser)
    stream = _told_stream(handler, lambda prompts: parser(model(prompts)))

    async def job() -> Any:
        return await consumed(stream(_prompt()))

    return job


# The rows.


def _silent_row(work: _Work) -> Row:
    return Row(
        work.name,
        work.title,
        work.unit,
        work.units,
        lambda engine: work.composed(composer_of(engine), None),
        lambda: work.plain(None),
    )


def _heard_row(work: _Work) -> Row:
    def composed(engine: Engine) -> Job:
        composer = composer_of(engine)
        handler = composer.listener()
        return _counted(work.composed(composer, {"callbacks": [handler]}), handler)

    def plain() -> Job:
        handler = Listener()
        return _counted(work.plain(handler), handler)

    return Row(f"{work.name}-handler", f"{work.title}, async handler", work.unit, work.units, composed, plain)


def _counted(run: Job, handler: Listener) -> Job:
    """Return a job whose outcome says how much a handler heard."""

    async def job() -> Any:
        handler.heard = 0
        return [await run(), handler.heard]

    return job


_WORKS: Final = (
    _Work("lambda-ainvoke", "RunnableLambda of an async function, ainvoke", "call", CALLS, _lambda, _plain_lambda),
    _Work("sequence-3-ainvoke", "sequence of 3 async functions, ainvoke", "call", CALLS, _sequence, _plain_sequence),
    _Work("parallel-2-ainvoke", "2 async functions in parallel, ainvoke", "call", CALLS, _parallel, _plain_parallel),
    _Work("abatch-1000", "abatch of 1,000 inputs, async function", "item", ITEMS, _abatch, _plain_abatch),
    _Work("parser-stream", "async generator and parser, astream", "token", TOKENS, _stream, _plain_stream),
)

ROWS = (
    Row("lambda-invoke", "RunnableLambda, invoke", "call", CALLS, _lambda_invoke, _plain_invoke),
    *map(_silent_row, _WORKS),
    *map(_heard_row, _WORKS),
)
