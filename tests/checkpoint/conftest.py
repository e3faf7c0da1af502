"""The savers of the library, each in both colours, behind one async door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from tests.checkpoint.driving import Door

OpenDoor = Callable[..., AbstractAsyncContextManager[Door]]


@pytest.fixture(params=["memory", "sqlite", "sqlite-aio", "sqlite-in-memory"])
def open_saver(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Callable[..., BaseCheckpointSaver]]:
    """Opens savers with settings; those that keep a file keep the same one."""
    opened: list[Any] = []

    def open_one(**settings: Any) -> BaseCheckpointSaver:
        saver: Any
        if request.param == "memory":
            saver = InMemorySaver(**settings)
        elif request.param == "sqlite-aio":
            saver = AsyncSqliteSaver(tmp_path / "saver.sqlite", **settings)
        else:
            saver = SqliteSaver(tmp_path / "saver.sqlite" if request.param == "sqlite" else ":memory:", **settings)
        opened.append(saver)
        return saver

    yield open_one
    for saver in opened:
        if hasattr(saver, "close"):
            saver.close()


@pytest.fixture(params=["sync", "async"])
def open_door(request: pytest.FixtureRequest, open_saver: Callable[..., BaseCheckpointSaver]) -> OpenDoor:
    @asynccontextmanager
    async def open_one(**settings: Any) -> AsyncIterator[Door]:
        yield Door(open_saver(**settings), is_async=request.param == "async")

    return open_one


@pytest.fixture
async def door(open_door: OpenDoor) -> AsyncIterator[Door]:
    async with open_door() as opened:
        yield opened
