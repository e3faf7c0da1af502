"""The doors of a runnable: every method that runs it, in both colours, behind one signature."""

from collections.abc import Awaitable, Callable
from typing import Any


def pieces(whole: Any) -> list[Any]:
    """Return chunks that add up to an input."""
    if isinstance(whole, str):
        return list(whole)
    if isinstance(whole, list):
        return [[item] for item in whole]
    return [whole]


async def apieces(whole: Any) -> Any:
    for piece in pieces(whole):
        yield piece


async def listed(chunks: Any) -> list[Any]:
    return [chunk async for chunk in chunks]


def whole(chunks: list[Any]) -> Any:
    """Return what chunks add up to."""
    total = None
    for number, chunk in enumerate(chunks):
        total = chunk if number == 0 else total + chunk
    return total


# Each takes a runnable, inputs, a config and keyword arguments, and returns an output for each input.


def _invoke(runnable, inputs, config, **kwargs):
    return [runnable.invoke(input, config, **kwargs) for input in inputs]


def _batch(runnable, inputs, config, **kwargs):
    return runnable.batch(inputs, config, **kwargs)


def _batch_as_completed(runnable, inputs, config, **kwargs):
    outputs = dict(runnable.batch_as_completed(inputs, config, **kwargs))
    return [outputs[number] for number in range(len(inputs))]


def _stream(runnable, inputs, config, **kwargs):
    return [list(runnable.stream(input, config, **kwargs)) for input in inputs]


def _transform(runnable, inputs, config, **kwargs):
    return [list(runnable.transform(iter(pieces(input)), config, **kwargs)) for input in inputs]


async def _ainvoke(runnable, inputs, config, **kwargs):
    return [await runnable.ainvoke(input, config, **kwargs) for input in inputs]


async def _abatch(runnable, inputs, config, **kwargs):
    return await runnable.abatch(inputs, config, **kwargs)


async def _abatch_as_completed(runnable, inputs, config, **kwargs):
    outputs = {number: output async for number, output in runnable.abatch_as_completed(inputs, config, **kwargs)}
    return [outputs[number] for number in range(len(inputs))]


async def _astream(runnable, inputs, config, **kwargs):
    return [await listed(runnable.astream(input, config, **kwargs)) for input in inputs]


async def _atransform(runnable, inputs, config, **kwargs):
    return [await listed(runnable.atransform(apieces(input), config, **kwargs)) for input in inputs]


SYNC: dict[str, Callable[..., list[Any]]] = {
    "invoke": _invoke,
    "batch": _batch,
    "batch_as_completed": _batch_as_completed,
    "stream": _stream,
    "transform": _transform,
}

ASYNC: dict[str, Callable[..., Awaitable[list[Any]]]] = {
    "ainvoke": _ainvoke,
    "abatch": _abatch,
    "abatch_as_completed": _abatch_as_completed,
    "astream": _astream,
    "atransform": _atransform,
}


async def run(door: str, runnable: Any, inputs: list[Any], config: Any = None, **kwargs: Any) -> list[Any]:
    """Run a runnable with inputs through a door of either colour, and return the outputs: of streams, the chunks."""
    if door in SYNC:
        return SYNC[door](runnable, inputs, config, **kwargs)
    return await ASYNC[door](runnable, inputs, config, **kwargs)


def streams(door: str) -> bool:
    return "stream" in door or "transform" in door
