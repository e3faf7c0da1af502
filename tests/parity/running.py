"""How programs run a graph: in both colours at once, errors included in the result.

Where the sync and the async answer agree there is one result; where they differ the result says so, so that
each engine is compared with the other and with itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from tests.parity.canonical import canonical, caught_as, spoken_namespace


def outcome(act: Callable[[], Any]) -> Any:
    """Return what `act` returns, or the error it raises, in canonical form."""
    try:
        return canonical(act())
    except BaseException as error:  # ParentCommand is no Exception under stepgraph
        if isinstance(error, KeyboardInterrupt):
            raise
        return {"error": caught_as(error)}


def invoked(graph: Any, input: Any, config: Any = None, **options: Any) -> Any:
    """Return what `invoke` and `ainvoke` return."""
    return one_or_both(
        outcome(lambda: graph.invoke(input, config, **options)),
        outcome(lambda: asyncio.run(_ainvoke(graph, input, config, options))),
    )


def streamed(graph: Any, input: Any, mode: Any, config: Any = None, **options: Any) -> Any:
    """Return the chunks of `stream` and `astream`; an error is the last one."""
    options["stream_mode"] = mode
    return one_or_both(
        _chunks(graph, input, config, options),
        asyncio.run(_achunks(graph, input, config, options)),
    )


def streamed_unordered(graph: Any, input: Any, mode: Any, config: Any = None, **options: Any) -> Any:
    """Return the chunks of `stream` and `astream`, where nodes run side by side."""
    options["stream_mode"] = mode
    return one_or_both(
        any_order(_chunks(graph, input, config, options)),
        any_order(asyncio.run(_achunks(graph, input, config, options))),
    )


def streamed_async(graph: Any, input: Any, mode: Any, config: Any = None, **options: Any) -> Any:
    """Return the chunks of `astream` alone, for graphs with async nodes."""
    return asyncio.run(_achunks(graph, input, config, {**options, "stream_mode": mode}))


def invoked_async(graph: Any, input: Any, config: Any = None, **options: Any) -> Any:
    """Return what `ainvoke` alone returns, for graphs with async nodes."""
    return outcome(lambda: asyncio.run(_ainvoke(graph, input, config, options)))


def any_order(chunks: list[Any]) -> list[Any]:
    """Return chunks of nodes that run side by side, sorted: their order is that of completion."""
    return sorted(chunks, key=lambda chunk: json.dumps(chunk, sort_keys=True))


def one_or_both(sync: Any, coloured: Any) -> Any:
    """Return one result for two equal ones."""
    return sync if sync == coloured else {"sync": sync, "async": coloured}


async def _ainvoke(graph: Any, input: Any, config: Any, options: dict[str, Any]) -> Any:
    return await graph.ainvoke(input, config, **options)


def _chunks(graph: Any, input: Any, config: Any, options: dict[str, Any]) -> list[Any]:
    seen: list[Any] = []
    try:
        for chunk in graph.stream(input, config, **options):
            seen.append(_chunk(chunk, options))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        seen.append({"error": caught_as(error)})
    return seen


async def _achunks(graph: Any, input: Any, config: Any, options: dict[str, Any]) -> list[Any]:
    seen: list[Any] = []
    try:
        async for chunk in graph.astream(input, config, **options):
            seen.append(_chunk(chunk, options))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        seen.append({"error": caught_as(error)})
    return seen


def _chunk(chunk: Any, options: dict[str, Any]) -> Any:
    if not options.get("subgraphs"):
        return canonical(chunk)
    namespace, *rest = chunk
    return {"in": spoken_namespace(namespace), "chunk": canonical(tuple(rest))}
