"""`run` and `chunks` put a graph through its sync and its async door, one after the other."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import pytest


class Door(Protocol):
    def __call__(self, graph: Any, input: Any, config: Any = None, **options: Any) -> Any: ...


@pytest.fixture(params=["invoke", "ainvoke"])
def run(request: pytest.FixtureRequest) -> Door:
    """Run a graph and return its output."""

    def run(graph: Any, input: Any, config: Any = None, **options: Any) -> Any:
        if request.param == "invoke":
            return graph.invoke(input, config, **options)
        return asyncio.run(graph.ainvoke(input, config, **options))

    return run


@pytest.fixture(params=["stream", "astream"])
def chunks(request: pytest.FixtureRequest) -> Door:
    """Run a graph and return the list of its chunks."""

    def chunks(graph: Any, input: Any, config: Any = None, **options: Any) -> list[Any]:
        if request.param == "stream":
            return list(graph.stream(input, config, **options))

        async def collect() -> list[Any]:
            return [chunk async for chunk in graph.astream(input, config, **options)]

        return asyncio.run(collect())

    return chunks
