"""Every cache, through both colours, with a clock that only tests move."""

import functools
import inspect
from contextlib import ExitStack

import pytest

from stepgraph.cache.memory import InMemoryCache
from stepgraph.cache.sqlite import SqliteCache


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.25

    def __call__(self) -> float:
        return self.now


class Door:
    """One colour of a cache: its methods, to be awaited."""

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


@pytest.fixture(params=["memory", "sqlite", "sqlite in memory"])
def make(request, clock, tmp_path):
    """Return a function that opens an empty cache, and closes it after the test."""
    with ExitStack() as stack:

        def open_cache(**settings):
            settings.setdefault("clock", clock)
            if request.param == "memory":
                return InMemoryCache(**settings)
            path = tmp_path / "cache.db" if request.param == "sqlite" else ":memory:"
            return stack.enter_context(SqliteCache(path, **settings))

        yield open_cache


@pytest.fixture(params=["sync", "async"])
def cache(make, request):
    return Door(make(), request.param)
