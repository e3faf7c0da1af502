"""What every cache does, in both colours."""

import asyncio
import threading
from dataclasses import dataclass

import pytest

from stepgraph.cache.base import BaseCache
from stepgraph.errors import SerializationError
from stepgraph.serde.msgpack import MsgpackSerializer

NODE = ("writes", "my_module.my_node", "node")
OTHER = ("writes", "my_module.my_node|node")
A, B = (NODE, "a"), (NODE, "b")


@dataclass
class Answer:
    text: str


async def test_a_value_comes_back(cache):
    assert await cache.get([A, B]) == {}
    await cache.set({A: ([("channel", {"n": 1})], None), B: (None, 10)})
    assert await cache.get([A, B, (NODE, "c"), (OTHER, "a")]) == {A: [("channel", {"n": 1})], B: None}
    await cache.set({A: ("again", None)})
    assert await cache.get([A]) == {A: "again"}
    assert await cache.get([]) == {}


async def test_two_equal_keys_are_both_served(cache):
    """Probe 28: of two equal tasks in a superstep one missed the cache; an entry serves every task that has its key."""
    await cache.set({A: ("kept", None)})
    found = await cache.get([A, B, A])
    assert [found.get(key) for key in (A, B, A)] == ["kept", None, "kept"]


async def test_namespaces_and_keys_are_kept_apart(cache):
    keys = [(("a", "b"), "c"), (("a",), "b"), (("a.b",), "c"), (("ab",), "c"), (("a", "b", "c"), ""), ((), "c")]
    keys += [(("a",), "ž\0🐎'\""), (("", "a"), "b"), (("a", ""), "b"), (("\ud800",), "\ud800")]
    await cache.set({key: (number, None) for number, key in enumerate(keys)})
    assert await cache.get(keys) == {key: number for number, key in enumerate(keys)}


async def test_a_value_lives_its_seconds(cache, clock):
    await cache.set({A: ("short", 10), B: ("long", 20.5)})
    clock.now += 9.99
    assert await cache.get([A, B]) == {A: "short", B: "long"}
    clock.now += 0.01
    assert await cache.get([A, B]) == {B: "long"}
    await cache.set({A: ("again", None)})
    clock.now += 1e9
    assert await cache.get([A, B]) == {A: "again"}


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
async def test_a_value_lives_more_than_no_time(cache, seconds):
    with pytest.raises(ValueError, match="lives more than 0 seconds, or None for ever"):
        await cache.set({B: (1, None), A: (1, seconds)})
    assert await cache.get([A, B]) == {}


async def test_clearing(cache):
    await cache.set({A: (1, None), B: (2, 5), (OTHER, "a"): (3, None), (NODE[:1], "a"): (4, None)})
    await cache.clear([])
    assert len(await cache.get([A, B])) == 2
    await cache.clear([NODE, ("unknown",)])
    assert await cache.get([A, B, (OTHER, "a"), (NODE[:1], "a")]) == {(OTHER, "a"): 3, (NODE[:1], "a"): 4}
    await cache.clear()
    assert await cache.get([(OTHER, "a"), (NODE[:1], "a")]) == {}


async def test_values_are_not_shared(cache):
    value = {"list": [1]}
    await cache.set({A: (value, None)})
    value["list"].append(2)
    (await cache.get([A]))[A]["list"].append(3)
    assert await cache.get([A]) == {A: {"list": [1]}}


async def test_a_value_that_cannot_be_kept_is_refused(cache):
    with pytest.raises(SerializationError):
        await cache.set({B: ("good", None), A: (object(), None)})
    assert await cache.get([A, B]) == {}


async def test_a_twin_takes_more_types(make):
    cache = make()
    twin = cache.with_allowed([Answer])
    with pytest.raises(SerializationError):
        cache.set({A: (Answer("x"), None)})
    await twin.aset({A: (Answer("x"), None), B: ("plain", None)})
    assert await twin.aget([A, B]) == {A: Answer("x"), B: "plain"}
    assert await cache.aget([A, B]) == {B: "plain"}, "what cannot be revived is a miss"


class Bound(MsgpackSerializer):
    """A serializer whose bytes can be read in their place alone, as one that encrypts has it."""

    def dumps(self, value, place=b""):
        return place + b"|" + super().dumps(value)

    def loads(self, data, place=b""):
        assert data.startswith(place + b"|")
        return super().loads(data[len(place) + 1 :])


async def test_bytes_are_bound_to_their_key(make):
    places = [(("a", "b"), "c"), (("a",), "bc"), (("ab",), "c"), ((), "abc")]
    serde = Bound()
    cache = make(serde=serde)
    assert cache.serde is serde
    cache.set({key: (number, None) for number, key in enumerate(places)})
    assert cache.get(places) == {key: number for number, key in enumerate(places)}


async def test_damaged_bytes_are_a_miss(make):
    class Damaging(MsgpackSerializer):
        def dumps(self, value, place=b""):
            return super().dumps(value, place)[:-1]

    cache = make(serde=Damaging())
    cache.set({A: ("value", None)})
    assert cache.get([A]) == {}


async def test_a_hundred_tasks_and_threads(make):
    cache = make()

    async def live(number: int) -> None:
        key = (NODE, str(number))
        await cache.aset({key: (number, None), A: (number, None)})
        assert (await cache.aget([key]))[key] == number

    failures = []

    def live_in_a_thread(number: int) -> None:
        try:
            key = (OTHER, str(number))
            cache.set({key: (number, None)})
            assert cache.get([key]) == {key: number}
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=live_in_a_thread, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    await asyncio.gather(*(live(number) for number in range(100)))
    await asyncio.to_thread(lambda: [thread.join() for thread in threads])
    assert failures == []
    assert len(cache.get([(name, str(number)) for name in (NODE, OTHER) for number in range(100)])) == 200


async def test_the_least_that_a_cache_must_do():
    class Dict(BaseCache):
        def __init__(self):
            super().__init__()
            self.kept = {}

        def get(self, keys):
            return {key: self.kept[key] for key in keys if key in self.kept}

        def set(self, pairs):
            self.kept |= {key: value for key, (value, _) in pairs.items()}

        def clear(self, namespaces=None):
            self.kept.clear()

    cache = Dict()
    await cache.aset({A: (1, None)})
    assert await cache.aget([A, B]) == {A: 1}
    await cache.aclear()
    assert await cache.aget([A]) == {}
