"""Stores of keys and values, in both colours."""

import threading

from stepgraph.stores import BaseStore, InMemoryByteStore, InMemoryStore


class Shelf(BaseStore[str, int]):
    """Defines the sync methods alone."""

    def __init__(self):
        self.kept = {}
        self.in_main = []

    def mget(self, keys):
        return [self.kept.get(key) for key in keys]

    def mset(self, key_value_pairs):
        self.kept.update(key_value_pairs)

    def mdelete(self, keys):
        for key in keys:
            self.kept.pop(key, None)

    def yield_keys(self, *, prefix=None):
        for key in self.kept:
            self.in_main.append(threading.current_thread() is threading.main_thread())
            if key.startswith(prefix or ""):
                yield key


async def test_async_twins_run_in_threads():
    store = Shelf()
    await store.amset([("a1", 1), ("a2", 2), ("b", 3)])
    await store.amdelete(["a2", "nobody"])
    assert await store.amget(["b", "a2", "a1"]) == [3, None, 1]
    assert [key async for key in store.ayield_keys()] == ["a1", "b"]
    assert [key async for key in store.ayield_keys(prefix="a")] == ["a1"]
    assert set(store.in_main) == {False}


async def test_in_memory():
    store = InMemoryStore()
    store.mset([("a1", 1), ("a2", [2])])
    await store.amset([("b", None)])
    assert store.mget(["a2", "nobody"]) == await store.amget(["a2", "nobody"]) == [[2], None]
    assert list(store.yield_keys(prefix="a")) == [key async for key in store.ayield_keys(prefix="a")] == ["a1", "a2"]
    store.mdelete(["a1", "nobody"])
    await store.amdelete(["a2"])
    assert list(store.yield_keys()) == ["b"]


async def test_keys_may_be_deleted_on_the_way():
    store = InMemoryByteStore()
    store.mset([(str(number), b"") for number in range(3)])
    for key in store.yield_keys():
        store.mdelete([key])
    store.mset([("x", b"1"), ("y", b"2")])
    async for key in store.ayield_keys():
        await store.amdelete([key])
    assert store.store == {}
