"""Rules about time to live; the clock is the test's."""

from __future__ import annotations

from typing import Any

from stepgraph.testing.conformance.clock import Clock
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect_same
from stepgraph.testing.conformance.stores.door import StoreDoor

__all__ = ["LifetimeRules"]

NS = ("n",)
MINUTE = 60.0


class LifetimeRules:
    """An item is gone when its time is up."""

    @rule(needs="ttl", clock=Clock, ttl={"refresh_on_read": False})
    async def test_expiry(self, store: StoreDoor) -> None:
        """An item that was put with a ttl, in minutes, is not found once that has passed; others are."""
        clock: Clock = store.settings["clock"]
        await store.put(NS, "short", {"n": 1}, ttl=1)
        await store.put(NS, "long", {"n": 1}, ttl=10)
        await store.put(NS, "for ever", {"n": 1})
        expect_same(await store.keys(NS), ["short", "long", "for ever"], "the keys at first")
        clock.pass_by(MINUTE + 1)
        expect_same(await store.keys(NS), ["long", "for ever"], "the keys after a minute")
        expect_same(await store.value(NS, "short"), None, "what get() finds after a minute")
        clock.pass_by(10 * MINUTE)
        expect_same(await store.keys(NS), ["for ever"], "the keys after eleven minutes")

    @rule(needs="ttl", clock=Clock, ttl={"default_ttl": 1.0, "refresh_on_read": False})
    async def test_default(self, store: StoreDoor) -> None:
        """Where a put says nothing the store's default counts, and `ttl=None` is for ever."""
        clock: Clock = store.settings["clock"]
        await store.put(NS, "default", {})
        await store.put(NS, "for ever", {}, ttl=None)
        await store.put(NS, "own", {}, ttl=5)
        clock.pass_by(MINUTE + 1)
        expect_same(await store.keys(NS), ["for ever", "own"], "the keys after a minute")

    @rule(needs="ttl", clock=Clock, ttl={"refresh_on_read": True})
    async def test_refresh(self, store: StoreDoor) -> None:
        """Reading an item restarts its time, unless the read says no."""
        clock: Clock = store.settings["clock"]
        reads: dict[str, Any] = {
            "get": lambda: store.get(NS, "get"),
            "search": lambda: store.search(NS, filter={"is": "search"}),
            "quiet": lambda: store.get(NS, "quiet", refresh_ttl=False),
        }
        for key in reads:
            await store.put(NS, key, {"is": key}, ttl=1)
        clock.pass_by(40)
        for read in reads.values():
            await read()
        clock.pass_by(40)
        expect_same(await store.keys(NS, refresh_ttl=False), ["get", "search"], "the keys that were refreshed")

    @rule(needs="ttl", clock=Clock, ttl={"refresh_on_read": False})
    async def test_put_restarts(self, store: StoreDoor) -> None:
        """A second put counts anew, and takes the ttl away if it gives none."""
        clock: Clock = store.settings["clock"]
        await store.put(NS, "again", {}, ttl=1)
        await store.put(NS, "kept", {}, ttl=1)
        clock.pass_by(40)
        await store.put(NS, "again", {}, ttl=1)
        await store.put(NS, "kept", {})
        clock.pass_by(40)
        expect_same(await store.keys(NS), ["again", "kept"], "the keys")
        clock.pass_by(40)
        expect_same(await store.keys(NS), ["kept"], "the keys later")

    @rule(needs="ttl", clock=Clock, ttl={"refresh_on_read": False, "omit_expired": False})
    async def test_sweep(self, store: StoreDoor) -> None:
        """`sweep_ttl` deletes what has expired, nothing else, and says how many that were."""
        clock: Clock = store.settings["clock"]
        for number in range(10):
            await store.put(NS, str(number), {}, ttl=1 if number < 4 else 5)
        expect_same(await store.sweep_ttl(), 0, "how many were swept at once")
        clock.pass_by(MINUTE + 1)
        expect_same(await store.sweep_ttl(), 4, "how many were swept after a minute")
        expect_same(await store.keys(NS, limit=99), [str(number) for number in range(4, 10)], "the keys that are left")
        expect_same(await store.sweep_ttl(), 0, "how many were swept again")

    @rule(needs="ttl", clock=Clock)
    async def test_expired_items_are_new(self, store: StoreDoor) -> None:
        """An item that is put after it had expired is a new one."""
        clock: Clock = store.settings["clock"]
        await store.put(NS, "a", {"n": 1}, ttl=1)
        await store.put(NS, "b", {"n": 1})
        clock.pass_by(2 * MINUTE)
        await store.put(NS, "a", {"n": 2})
        found = await store.get(NS, "a")
        created = None if found is None else found.created_at.timestamp()
        expect_same(created, clock.now, "when it was created")
