"""Rate limiters: turns in the order of asking, at the time they are due, in threads and event loops at once."""

import asyncio
import copy
import pickle
import threading
import time

import pytest

from stepgraph.rate_limiters import Bucket, InMemoryRateLimiter


def nobody():
    pass


def dues_at(*times):
    return [pytest.approx(due) for due in times]


def test_tokens_come_at_a_rate_up_to_a_number():
    bucket = Bucket(rate=2.0, size=3.0, now=10.0)
    assert [bucket.level(now) for now in (10.0, 10.25, 11.0, 20.0)] == [0.0, 0.5, 2.0, 3.0]
    assert [bucket.take(20.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(now) for now in (20.4, 20.5, 20.6)] == [False, True, False]


def test_turns_are_as_far_apart_as_tokens_come():
    bucket = Bucket(rate=2.0, size=3.0, now=0.0)
    assert [bucket.turn(now, nobody).due for now in (0.0, 0.0, 0.25)] == dues_at(0.5, 1.0, 1.5)
    assert not bucket.take(1.4)
    assert bucket.turn(1.6, nobody).due == pytest.approx(2.0)
    assert not bucket.take(2.4)
    assert bucket.take(2.5)


def test_who_gives_up_hands_the_turn_on():
    bucket = Bucket(rate=1.0, size=1.0, now=0.0)
    first, second, third, fourth = turns = [bucket.turn(0.0, nobody) for _ in range(4)]
    assert [turn.due for turn in turns] == dues_at(1.0, 2.0, 3.0, 4.0)
    bucket.done(first)
    assert bucket.give_up(second, 1.5) == [third, fourth]
    assert (third.due, fourth.due) == (pytest.approx(2.0), pytest.approx(3.0))
    assert bucket.give_up(fourth, 1.5) == []
    assert bucket.turn(1.5, nobody).due == pytest.approx(3.0)


def test_a_clock_that_stands_still_or_goes_back_brings_no_tokens():
    bucket = Bucket(rate=1.0, size=5.0, now=10.0)
    assert bucket.level(9.0) == bucket.level(10.0) == 0.0
    assert bucket.level(11.0) == bucket.level(10.5) == 1.0


def quick(**kwargs):
    return InMemoryRateLimiter(requests_per_second=200, **kwargs)


def test_nobody_passes_before_the_time():
    limiter = quick()
    begun = time.monotonic()
    assert all(limiter.acquire() for _ in range(5))
    assert time.monotonic() - begun >= 4 / 200
    assert not limiter.acquire(blocking=False)
    assert limiter.available_tokens < 1


async def test_async_code_waits_too():
    limiter = quick()
    begun = time.monotonic()
    assert all(await asyncio.gather(*(limiter.aacquire() for _ in range(5))))
    assert time.monotonic() - begun >= 4 / 200
    assert not await limiter.aacquire(blocking=False)


async def test_the_first_to_ask_is_the_first_to_pass():
    limiter, passed = quick(), []

    async def ask(number):
        await limiter.aacquire()
        passed.append(number)

    await asyncio.gather(*(ask(number) for number in range(8)))
    assert passed == list(range(8))


def test_threads_and_event_loops_share_a_limiter():
    limiter, passed = quick(), []

    def ask():
        for _ in range(3):
            limiter.acquire()
            passed.append(time.monotonic())

    async def aask():
        for _ in range(3):
            await limiter.aacquire()
            passed.append(time.monotonic())

    begun = time.monotonic()
    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads += [threading.Thread(target=lambda: asyncio.run(aask())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 12
    assert all(at - begun >= number / 200 for number, at in enumerate(sorted(passed)))


async def test_who_is_cancelled_lets_the_others_pass_earlier():
    limiter = InMemoryRateLimiter(requests_per_second=5)
    slow = [asyncio.create_task(limiter.aacquire()) for _ in range(100)]
    last = asyncio.create_task(limiter.aacquire())
    await asyncio.sleep(0)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert await last  # after a fifth of a second, not twenty of them
    assert limiter.available_tokens < 1


async def test_a_closed_loop_holds_nobody_up():
    limiter = InMemoryRateLimiter(requests_per_second=50)
    other = asyncio.new_event_loop()
    first = asyncio.create_task(limiter.aacquire())
    await asyncio.sleep(0)

    def abandon():
        waiting = limiter.aacquire()
        other.run_until_complete(asyncio.wait({abandoned := other.create_task(waiting)}, timeout=0))
        return abandoned

    abandoned = await asyncio.to_thread(abandon)
    other.close()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await limiter.aacquire()
    abandoned._log_destroy_pending = False
    abandoned.get_coro().close()


def test_some_pass_at_once_after_a_pause():
    limiter = InMemoryRateLimiter(requests_per_second=10_000, max_bucket_size=3)
    while limiter.available_tokens < 3:
        time.sleep(0.0001)
    assert limiter.available_tokens == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"requests_per_second": 0}, "requests_per_second must be greater than 0, got 0"),
        ({"max_bucket_size": 0.5}, "max_bucket_size must be at least 1, for a request takes 1; got 0.5"),
    ],
)
def test_there_must_come_tokens(given, message):
    with pytest.raises(ValueError, match=message):
        InMemoryRateLimiter(**given)


def test_what_is_there_for_those_who_come_when_nobody_waits():
    bucket = Bucket(rate=1.0, size=3.0, now=0.0, tokens=2.0)
    assert bucket.unclaimed(0.0) == 2.0
    for _ in range(4):
        bucket.turn(0.0, nobody)
    assert (bucket.level(0.0), bucket.unclaimed(0.0)) == (-2.0, 2.0)
    assert bucket.unclaimed(10.0) == 3.0


def test_the_numbers_of_a_limiter_are_pickled():
    limiter = InMemoryRateLimiter(requests_per_second=0.001, max_bucket_size=4, check_every_n_seconds=2)
    limiter._bucket._tokens = 2.5
    waiting = limiter._turn(nobody)
    assert limiter.available_tokens == pytest.approx(1.5, abs=0.01)
    twin = pickle.loads(pickle.dumps(limiter))
    assert (twin.requests_per_second, twin.max_bucket_size, twin.check_every_n_seconds) == (0.001, 4, 2)
    assert twin.available_tokens == pytest.approx(2.5, abs=0.01)
    limiter._done(waiting)
    assert twin.acquire(blocking=False)
    assert twin.acquire(blocking=False)
    assert not twin.acquire(blocking=False)
    assert limiter.available_tokens == pytest.approx(1.5, abs=0.01)


def test_a_deep_copy_of_what_has_a_limiter_shares_it():
    limiter = InMemoryRateLimiter()
    assert copy.deepcopy({"limiter": limiter})["limiter"] is limiter
    assert copy.copy(limiter) is not limiter
