"""Every store, through both colours, with a clock that only tests move."""

import functools
import inspect
from contextlib import AsyncExitStack

import pytest

from stepgraph.store.memory import InMemoryStore
from stepgraph.store.sqlite import SqliteStore
from stepgraph.store.sqlite.aio import AsyncSqliteStore


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.25

    def __call__(self) -> float:
        return self.now

    def pass_by(self, minutes: float) -> None:
        self.now += minutes * 60


class Door:
    """One colour of a store: its methods, to be awaited."""

    def __init__(self, inner, colour: str) -> None:
        self.inner = inner
        self.colour = colour

    def __getattr__(self, name: str):
        return functools.partial(self._call, name)

    async def _call(self, name: str, *args, **kwargs):
        result = getattr(self.inner, f"a{name}" if self.colour == "async" else name)(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sync", "async"])
def colour(request):
    return request.param


@pytest.fixture(params=["memory", "sqlite", "sqlite in memory", "async sqlite"])
def kind(request):
    return request.param


@pytest.fixture
async def make(kind, colour, clock, tmp_path):
    """Return a function that opens an empty store of the kind, and closes it after the test."""
    async with AsyncExitStack() as stack:
        count = iter(range(99))

        async def open_store(**settings):
            settings.setdefault("clock", clock)
            path = str(tmp_path / f"store {next(count)}.db")
            if kind == "memory":
                return Door(InMemoryStore(**settings), colour)
            if kind == "async sqlite":
                opened = AsyncSqliteStore.from_conn_string(path, **settings)
                return Door(await stack.enter_async_context(opened), colour)
            opened = SqliteStore.from_conn_string(path if kind == "sqlite" else ":memory:", **settings)
            return Door(stack.enter_context(opened), colour)

        yield open_store


@pytest.fixture
async def store(make):
    return await make()
