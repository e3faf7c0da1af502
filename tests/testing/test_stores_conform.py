"""The stores and caches that come with stepgraph keep to the contracts that the kit asks of others.

And the kit fails broken ones on the rules that they break.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from stepgraph.cache.base import BaseCache
from stepgraph.cache.memory import InMemoryCache
from stepgraph.cache.sqlite import SqliteCache
from stepgraph.store.base import BaseStore, PutOp, SearchOp
from stepgraph.store.memory import InMemoryStore
from stepgraph.store.sqlite import SqliteStore
from stepgraph.store.sqlite.aio import AsyncSqliteStore
from stepgraph.testing.conformance import CacheConformance, StoreConformance, broken_rules


class TestInMemoryStore(StoreConformance):
    lacks = ("json",)  # whatever can be copied is kept

    @asynccontextmanager
    async def store(self, **settings: Any) -> AsyncIterator[BaseStore]:
        yield InMemoryStore(**settings)


class TestSqliteStore(StoreConformance):
    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path):
        self.path = tmp_path / "store.sqlite"

    @asynccontextmanager
    async def store(self, **settings: Any) -> AsyncIterator[BaseStore]:
        with SqliteStore(self.path, **settings) as store:
            yield store


class TestAsyncSqliteStore(StoreConformance):
    @asynccontextmanager
    async def store(self, **settings: Any) -> AsyncIterator[BaseStore]:
        async with AsyncSqliteStore(":memory:", **settings) as store:
            yield store


class TestInMemoryCache(CacheConformance):
    @asynccontextmanager
    async def cache(self, **settings: Any) -> AsyncIterator[BaseCache[Any]]:
        yield InMemoryCache(**settings)


class TestSqliteCache(CacheConformance):
    @asynccontextmanager
    async def cache(self, **settings: Any) -> AsyncIterator[BaseCache[Any]]:
        with SqliteCache(path=":memory:", **settings) as cache:
            yield cache


class BrokenStore(InMemoryStore):
    async def abatch(self, ops):
        return self.batch(ops)


class IgnoresFilters(BrokenStore):
    def batch(self, ops):
        return super().batch([op._replace(filter=None) if isinstance(op, SearchOp) else op for op in ops])


class IgnoresOffsets(BrokenStore):
    def batch(self, ops):
        ops = list(ops)
        if any(isinstance(op, SearchOp) and op.offset > 50 for op in ops):
            return [[] for _ in ops]
        return super().batch([op._replace(offset=0) if isinstance(op, SearchOp) and op.query else op for op in ops])


class NeverExpires(BrokenStore):
    def batch(self, ops):
        return super().batch([op._replace(ttl=None) if isinstance(op, PutOp) else op for op in ops])


class DoesOneAfterTheOther(BrokenStore):
    def batch(self, ops):
        return [super(DoesOneAfterTheOther, self).batch([op])[0] for op in ops]


class IndexesEverything(BrokenStore):
    def batch(self, ops):
        return super().batch([op._replace(index=None) if isinstance(op, PutOp) else op for op in ops])


STORES: dict[type[BrokenStore], set[str]] = {
    BrokenStore: set(),
    IgnoresFilters: {"filters", "unknown_operators", "pages", "pages_and_filters", "refresh"},
    IgnoresOffsets: {"pages", "pages_and_filters"},
    NeverExpires: {"expiry", "default", "refresh", "put_restarts", "sweep", "expired_items_are_new"},
    DoesOneAfterTheOther: {"batches"},
    IndexesEverything: {"not_indexed", "own_fields"},
}


@pytest.mark.parametrize("kind", STORES, ids=lambda kind: kind.__name__)
def test_broken_store(kind: type[BrokenStore]):
    class Suite(StoreConformance):
        lacks = ("json", "sync")

        @asynccontextmanager
        async def store(self, **settings: Any) -> AsyncIterator[BaseStore]:
            yield kind(**settings)

    broken = broken_rules(Suite())
    assert set(broken) == {f"test_{name}[async]" for name in STORES[kind]}


class BrokenCache(InMemoryCache[Any]):
    async def aget(self, keys):
        return self.get(keys)

    async def aset(self, pairs):
        self.set(pairs)

    async def aclear(self, namespaces=None):
        self.clear(namespaces)


class ForgetsNone(BrokenCache):
    def get(self, keys):
        return {key: value for key, value in super().get(keys).items() if value is not None}


class ClearsEverything(BrokenCache):
    def clear(self, namespaces=None):
        super().clear()


class KeepsForEver(BrokenCache):
    def set(self, pairs):
        super().set({key: (value, None) for key, (value, _) in pairs.items()})


class SetsOneAfterTheOther(BrokenCache):
    def set(self, pairs):
        for key, pair in pairs.items():
            super().set({key: pair})


class JoinsNamespaces(BrokenCache):
    def get(self, keys):
        found = super().get([((".".join(names),), key) for names, key in keys])
        return {key: found[(".".join(key[0]),), key[1]] for key in keys if ((".".join(key[0]),), key[1]) in found}

    def set(self, pairs):
        super().set({((".".join(names),), key): pair for (names, key), pair in pairs.items()})

    def clear(self, namespaces=None):
        super().clear(None if namespaces is None else [(".".join(names),) for names in namespaces])


CACHES: dict[type[BrokenCache], set[str]] = {
    BrokenCache: set(),
    ForgetsNone: {"round_trip", "misses"},
    ClearsEverything: {"clear"},
    KeepsForEver: {"expiry"},
    SetsOneAfterTheOther: {"unkept_value"},
    JoinsNamespaces: {"odd_names"},
}


@pytest.mark.parametrize("kind", CACHES, ids=lambda kind: kind.__name__)
def test_broken_cache(kind: type[BrokenCache]):
    class Suite(CacheConformance):
        @asynccontextmanager
        async def cache(self, **settings: Any) -> AsyncIterator[BaseCache[Any]]:
            yield kind(**settings)

    broken = broken_rules(Suite(), colours=["async"])
    assert set(broken) == {f"test_{name}[async]" for name in CACHES[kind]}
