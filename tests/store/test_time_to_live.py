"""How long items live, by a clock that only tests move."""

import asyncio
import gc
import logging
import threading
import weakref

import pytest

from stepgraph.store.base import NOT_PROVIDED, PutOp
from stepgraph.store.expiry import Expiry
from stepgraph.store.memory import InMemoryStore
from stepgraph.store.sweeper import Sweeper

NS = ("n",)
PATIENCE = 20


async def keys(store):
    return [item.key for item in await store.search(NS, refresh_ttl=False)]


async def test_an_item_is_gone_when_its_time_is_up(make, clock):
    """Probe 27: reads of some stores saw what had expired, `omit_expired` or not."""
    store = await make()
    await store.put(NS, "short", {}, ttl=1)
    await store.put(("short",), "k", {}, ttl=1)
    await store.put(NS, "long", {}, ttl=10.5)
    await store.put(NS, "for ever", {})
    clock.pass_by(0.99)
    assert await keys(store) == ["short", "long", "for ever"]
    clock.pass_by(0.01)
    assert await keys(store) == ["long", "for ever"]
    assert await store.get(NS, "short") is None
    assert await store.list_namespaces() == [NS]
    assert await store.search((), filter={"a": None}, limit=1, offset=2) == []
    clock.pass_by(10)
    assert await keys(store) == ["for ever"]


async def test_the_default_counts_where_a_put_says_nothing(make, clock):
    store = await make(ttl={"default_ttl": 1})
    await store.put(NS, "default", {})
    await store.put(NS, "for ever", {}, ttl=None)
    await store.put(NS, "own", {}, ttl=5)
    await store.put(NS, "said so", {}, ttl=NOT_PROVIDED)
    clock.pass_by(2)
    assert await keys(store) == ["for ever", "own"]


@pytest.mark.parametrize("config", [None, {}, {"refresh_on_read": True}])
async def test_reading_restarts_the_time(make, clock, config):
    store = await make(ttl=config)
    for key in ("got", "found", "quiet"):
        await store.put(NS, key, {"is": key}, ttl=1)
    clock.pass_by(0.7)
    await store.get(NS, "got")
    await store.search(NS, filter={"is": "found"})
    await store.get(NS, "quiet", refresh_ttl=False)
    clock.pass_by(0.7)
    assert await keys(store) == ["got", "found"]


async def test_reading_need_not_restart_the_time(make, clock):
    store = await make(ttl={"refresh_on_read": False})
    await store.put(NS, "left", {}, ttl=1)
    await store.put(NS, "refreshed", {}, ttl=1)
    clock.pass_by(0.7)
    await store.get(NS, "left")
    await store.get(NS, "refreshed", refresh_ttl=True)
    clock.pass_by(0.7)
    assert await keys(store) == ["refreshed"]


async def test_a_put_counts_anew(make, clock):
    store = await make()
    await store.put(NS, "again", {}, ttl=1)
    await store.put(NS, "kept", {}, ttl=1)
    clock.pass_by(0.7)
    await store.put(NS, "again", {}, ttl=1)
    await store.put(NS, "kept", {})
    clock.pass_by(0.7)
    assert await keys(store) == ["again", "kept"]
    clock.pass_by(0.7)
    assert await keys(store) == ["kept"]


async def test_what_has_expired_is_created_anew(make, clock):
    store = await make()
    await store.put(NS, "a", {"n": 1}, ttl=1)
    await store.put(NS, "b", {})
    clock.pass_by(1)
    await store.put(NS, "a", {"n": 2})
    found = await store.get(NS, "a")
    assert found.created_at.timestamp() == clock.now
    assert await keys(store) == ["b", "a"]


async def test_a_sweep_deletes_what_has_expired(make, clock):
    store = await make(ttl={"omit_expired": False, "refresh_on_read": False})
    for number in range(10):
        await store.put(NS, str(number), {}, ttl=1 if number < 4 else 5)
    assert await store.sweep_ttl() == 0
    clock.pass_by(1)
    assert len(await keys(store)) == 10
    assert await store.sweep_ttl() == 4
    assert await keys(store) == [str(number) for number in range(4, 10)]
    assert await store.sweep_ttl() == 0


async def test_with_omit_expired_off_a_read_revives(make, clock):
    store = await make(ttl={"omit_expired": False})
    await store.put(NS, "a", {"n": 1}, ttl=1)
    created = (await store.get(NS, "a")).created_at
    clock.pass_by(2)
    assert (await store.get(NS, "a")).value == {"n": 1}
    assert await store.sweep_ttl() == 0
    clock.pass_by(2)
    await store.put(NS, "a", {"n": 2}, ttl=1)
    assert (await store.get(NS, "a")).created_at == created


async def test_a_batch_of_puts_may_set_ttl(make, clock):
    store = await make(ttl={"default_ttl": 1})
    await store.batch([PutOp(NS, "a", {}), PutOp(NS, "b", {}, ttl=1)])
    clock.pass_by(1)
    assert await keys(store) == ["a"]


@pytest.mark.parametrize("ttl", [0, -1, float("nan")])
async def test_a_time_to_live_is_more_than_nothing(store, ttl):
    with pytest.raises(ValueError, match="ttl is in minutes and more than 0, or None for ever"):
        await store.put(NS, "a", {}, ttl=ttl)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"default_tll": 1}, "unknown TTL setting 'default_tll'; did you mean 'default_ttl'"),
        ({"default_ttl": 0}, "more than 0 minutes, got 0"),
        ({"sweep_interval_minutes": -1}, "more than 0 minutes, got -1"),
    ],
)
async def test_a_wrong_config_is_refused(make, config, message):
    with pytest.raises(ValueError, match=message):
        await make(ttl=config)


def test_expiry_decides():
    expiry = Expiry.of({"default_ttl": 3, "refresh_on_read": False})
    assert (expiry.ttl(NOT_PROVIDED), expiry.ttl(None), expiry.ttl(7)) == (3, None, 7)
    assert (expiry.refreshes(None), expiry.refreshes(True)) == (False, True)
    assert (expiry.hides(5.0, 4.9), expiry.hides(5.0, 5.0), expiry.hides(None, 9.0)) == (False, True, False)
    assert not Expiry.of({"omit_expired": False}).hides(5.0, 6.0)
    assert not NOT_PROVIDED
    assert repr(NOT_PROVIDED) == "NOT_PROVIDED"


# The sweeper.


async def test_the_sweeper_sweeps_until_it_is_stopped(make, clock):
    asked = threading.Event()

    def watched() -> float:
        asked.set()
        return clock()

    config = {"sweep_interval_minutes": 1e-5, "omit_expired": False, "refresh_on_read": False}
    store = (await make(ttl=config, clock=watched)).inner
    await store.aput(NS, "a", {}, ttl=1)
    await store.aput(NS, "b", {})
    clock.pass_by(1)
    asked.clear()
    stopped = await _awaited(store.start_ttl_sweeper())
    assert await asyncio.to_thread(asked.wait, PATIENCE)
    assert not stopped.done()
    assert await _awaited(store.stop_ttl_sweeper(PATIENCE))
    await asyncio.wait_for(asyncio.wrap_future(stopped), PATIENCE)
    assert await store.aget(NS, "a") is None
    assert await store.aget(NS, "b") is not None
    assert await _awaited(store.stop_ttl_sweeper())


async def _awaited(result):
    """Return the result of a method that is a coroutine in async stores alone."""
    return await result if asyncio.iscoroutine(result) else result


class Sweepable:
    def __init__(self, fail: int = 0) -> None:
        self.swept = threading.Event()
        self.fail = fail

    def sweep(self) -> int:
        if self.fail:
            self.fail -= 1
            raise OSError("the disk is away")
        self.swept.set()
        return 0


def test_a_sweep_that_fails_is_logged_and_tried_again(caplog):
    store = Sweepable(fail=1)
    with caplog.at_level(logging.ERROR):
        sweeper = Sweeper(store.sweep, 1e-5)
        assert store.swept.wait(PATIENCE)
        assert sweeper.stop(PATIENCE)
    assert [record.message.split(";")[0] for record in caplog.records] == ["a sweep of expired items failed"]


def test_a_sweeper_does_not_keep_its_store_alive():
    store = Sweepable()
    sweeper = Sweeper(store.sweep, 60)
    reference = weakref.ref(store)
    del store
    gc.collect()
    assert reference() is None
    sweeper.stopped.result(PATIENCE)


def test_a_sweeper_starts_again_after_it_was_stopped():
    store = InMemoryStore()
    first = store.start_ttl_sweeper(60)
    assert store.start_ttl_sweeper(60) is first
    assert store.stop_ttl_sweeper(PATIENCE)
    second = store.start_ttl_sweeper(60)
    assert first.done()
    assert not second.done()
    assert store.stop_ttl_sweeper(PATIENCE)
