"""CacheConformance: the contract of `BaseCache` as a test class to subclass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ClassVar, cast

from stepgraph.cache.base import BaseCache, FullKey
from stepgraph.errors import SerializationError
from stepgraph.testing.conformance.clock import Clock
from stepgraph.testing.conformance.door import Door
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.samples import ODD_NAMES, PLAIN
from stepgraph.testing.conformance.serializers import BoundSerializer
from stepgraph.testing.conformance.suite import Suite

__all__ = ["CacheConformance", "CacheDoor"]


class CacheDoor(Door):
    """One colour of a cache; see `BaseCache` for the methods."""

    async def get(self, *keys: FullKey) -> dict[FullKey, Any]:
        """Return the values that are there."""
        return cast("dict[FullKey, Any]", await self.call("get", keys))

    async def set(self, pairs: Mapping[FullKey, tuple[Any, float | None]]) -> None:
        """Keep values."""
        await self.call("set", pairs)

    async def clear(self, namespaces: Sequence[tuple[str, ...]] | None = None) -> None:
        """Delete what namespaces hold."""
        await self.call("clear", namespaces)


class CacheConformance(Suite):
    """Every rule of the contract, for both colours.

    Subclass it under a name that begins with `Test` and implement `cache`.

    Attributes:
        capabilities: What a cache may lack: `"async"` or `"sync"` methods; `"clock"` and `"serde"`, the settings.
    """

    capabilities: ClassVar[frozenset[str]] = Suite.capabilities | {"clock", "serde"}

    def cache(self, **settings: Any) -> AbstractAsyncContextManager[BaseCache[Any]]:
        """Open an empty cache, and close it: implement it with `@asynccontextmanager`.

        Args:
            **settings: Those of `serde` and `clock` that the rule is about.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method cache(self, **settings); got {settings}")

    @asynccontextmanager
    async def opened(self, colour: str, **settings: Any) -> AsyncIterator[CacheDoor]:
        """Open a cache behind a door of one colour."""
        async with self.cache(**settings) as cache:
            yield CacheDoor(cache, colour, settings)

    @rule()
    async def test_round_trip(self, cache: CacheDoor) -> None:
        """A value of every plain type comes back equal, with its type."""
        pairs: dict[FullKey, tuple[Any, float | None]] = {
            (("values",), name): (value, None) for name, value in PLAIN.items()
        }
        await cache.set(pairs)
        found = await cache.get(*pairs)
        for key, (value, _) in pairs.items():
            expect(key in found, f"{key!r} was set and is not found")
            expect_same(found[key], value, f"the value of {key!r}")

    @rule()
    async def test_misses(self, cache: CacheDoor) -> None:
        """A key that was not set is missing from the result; one whose value is `None` is not."""
        await cache.set({(("n",), "none"): (None, None)})
        found = await cache.get((("n",), "none"), (("n",), "other"), (("n", "none"), ""), ((), "none"))
        expect_same(found, {(("n",), "none"): None}, "what is found")
        expect_same(await cache.get(), {}, "what is found for no key")

    @rule()
    async def test_replacing(self, cache: CacheDoor) -> None:
        """A second set replaces the value."""
        key = (("n",), "k")
        for value in (1, "two", [3]):
            await cache.set({key: (value, None)})
            expect_same(await cache.get(key), {key: value}, "what is found")

    @rule()
    async def test_odd_names(self, cache: CacheDoor) -> None:
        """Namespaces and keys are any strings, and are kept apart."""
        keys: list[FullKey] = [
            ((), "a"),
            (("a",), ""),
            (("",), "a"),
            (("a", "b"), "c"),
            (("a",), "b|c"),
            (("a.b",), "c"),
        ]
        keys += [((name,), "k") for name in ODD_NAMES] + [(("n",), name) for name in ODD_NAMES]
        pairs = {key: (number, None) for number, key in enumerate(dict.fromkeys(keys))}
        await cache.set(pairs)
        found = await cache.get(*pairs)
        expect_same({key: found.get(key) for key in pairs}, {key: value for key, (value, _) in pairs.items()}, "found")

    @rule()
    async def test_clear(self, cache: CacheDoor) -> None:
        """`clear` deletes what the namespaces hold that it is given, all by default, and nothing else."""
        keys: list[FullKey] = [((name,), key) for name in ("a", "b", "ab", "c") for key in ("1", "2")]
        await cache.set(dict.fromkeys(keys, (1, None)))
        await cache.clear([("a",), ("c",), ("nobody",)])
        expect_same(sorted(await cache.get(*keys)), sorted(key for key in keys if key[0] in {("b",), ("ab",)}), "left")
        await cache.clear([])
        expect_same(len(await cache.get(*keys)), 4, "how many are left after clear([])")
        await cache.clear()
        expect_same(await cache.get(*keys), {}, "what is left after clear()")

    @rule(needs="clock", clock=Clock)
    async def test_expiry(self, cache: CacheDoor) -> None:
        """A value that was set with seconds to live is missing once they have passed; a second set counts anew."""
        clock: Clock = cache.settings["clock"]
        short, again, ever = (("n",), "short"), (("n",), "again"), (("n",), "ever")
        await cache.set({short: (1, 10), again: (1, 10), ever: (1, None)})
        clock.pass_by(9)
        expect_same(len(await cache.get(short, again, ever)), 3, "how many are there after 9 seconds")
        await cache.set({again: (2, 10)})
        clock.pass_by(2)
        expect_same(await cache.get(short, again, ever), {again: 2, ever: 1}, "what is there after 11 seconds")
        clock.pass_by(1e9)
        expect_same(await cache.get(short, again, ever), {ever: 1}, "what is there for ever")

    @rule()
    async def test_isolated(self, cache: CacheDoor) -> None:
        """Editing what was set, or what was got, changes nothing that is kept."""
        key = (("n",), "k")
        value = {"list": [1]}
        await cache.set({key: (value, None)})
        value["list"].append(2)
        for _ in range(2):
            found = await cache.get(key)
            expect_same(found, {key: {"list": [1]}}, "what is found")
            found[key]["list"].append(3)

    @rule()
    async def test_unkept_value(self, cache: CacheDoor) -> None:
        """A value that cannot be kept is a SerializationError, and nothing of that call is set."""
        good, bad = (("n",), "good"), (("n",), "bad")
        await refusal(cache.set({good: (1, None), bad: (object(), None)}), SerializationError, "set()")
        expect_same(await cache.get(good, bad), {}, "what is kept")

    @rule(needs="serde", serde=BoundSerializer)
    async def test_places(self, cache: CacheDoor) -> None:
        """Each value is dumped for a place of its own, and loaded for the same."""
        serde: BoundSerializer = cache.settings["serde"]
        keys: list[FullKey] = [(("a", "b"), "c"), (("a",), "b"), (("a|b",), "c"), (("ab",), "c"), (("a",), "bc")]
        await cache.set({key: (str(key), None) for key in keys})
        expect_same(len(set(serde.places)), len(keys), "how many places there are")
        expect_same(await cache.get(*keys), {key: str(key) for key in keys}, "what is found")

    @rule()
    async def test_many_at_once(self, cache: CacheDoor) -> None:
        """A hundred callers at once each find what they set."""

        async def live(number: int) -> None:
            key = (("crowd", str(number % 10)), str(number))
            for turn in range(3):
                await cache.set({key: ([number, turn], None)})
                expect_same(await cache.get(key), {key: [number, turn]}, "what is found")

        await asyncio.gather(*(live(number) for number in range(100)))
