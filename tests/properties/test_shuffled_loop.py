"""The shuffled loop shuffles, repeats itself, skips time, and notices what is left behind."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import pytest

from tests.properties.shuffled_loop import Deadlock, LeftBehind, run


async def arrivals() -> list[int]:
    """In which order ten tasks get to their second and third step."""
    seen: list[int] = []

    async def arrive(name: int) -> None:
        await asyncio.sleep(0)
        seen.append(name)
        await asyncio.sleep(1)
        seen.append(name)

    await asyncio.gather(*map(arrive, range(10)))
    return seen


def test_the_same_seed_gives_the_same_order() -> None:
    assert run(arrivals(), seed=7) == run(arrivals(), seed=7)


def test_different_seeds_give_different_orders() -> None:
    assert len({tuple(run(arrivals(), seed)) for seed in range(50)}) == 50


def test_two_ready_tasks_run_in_either_order_equally_often() -> None:
    async def first() -> str:
        seen: list[str] = []
        for name in "ab":
            asyncio.get_running_loop().call_soon(seen.append, name)
        await asyncio.sleep(1)
        return seen[0]

    firsts = [run(first(), seed) for seed in range(400)]
    assert 150 < firsts.count("a") < 250


def test_sleeping_takes_virtual_time_and_no_real_time() -> None:
    async def sleep() -> float:
        loop = asyncio.get_running_loop()
        start = loop.time()
        await asyncio.gather(*(asyncio.sleep(hours * 3600) for hours in range(5)))
        return loop.time() - start

    begun = time.monotonic()
    assert run(sleep()) == pytest.approx(4 * 3600)
    assert time.monotonic() - begun < 5


def test_shorter_sleeps_end_first() -> None:
    async def woken() -> list[int]:
        seen: list[int] = []

        async def sleep(seconds: int) -> None:
            await asyncio.sleep(seconds)
            seen.append(seconds)

        await asyncio.gather(*map(sleep, (3, 1, 2)))
        return seen

    assert all(run(woken(), seed) == [1, 2, 3] for seed in range(50))


def test_a_timeout_is_met_in_virtual_time() -> None:
    async def wait() -> None:
        await asyncio.wait_for(asyncio.sleep(1000), timeout=999)

    with pytest.raises(asyncio.TimeoutError):
        run(wait())


def test_a_worker_thread_wakes_the_loop() -> None:
    async def wait() -> str:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str] = loop.create_future()

        def work() -> None:
            time.sleep(0.05)
            loop.call_soon_threadsafe(answer.set_result, "done")

        thread = threading.Thread(target=work)
        thread.start()
        try:
            return await answer
        finally:
            thread.join()

    assert run(wait(), patience=10) == "done"


def test_waiting_for_nothing_is_a_deadlock() -> None:
    async def wait() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Deadlock):
        run(wait())


def test_on_step_is_called_before_every_callback() -> None:
    steps: list[int] = []

    async def count() -> None:
        asyncio.get_running_loop().on_step = steps.append  # type: ignore[attr-defined]
        await arrivals()

    run(count())
    assert steps == list(range(2, len(steps) + 2))
    assert len(steps) > 30


def test_a_task_that_is_left_behind_is_reported() -> None:
    async def leave() -> None:
        asyncio.create_task(asyncio.sleep(1), name="forgotten")  # noqa: RUF006 - on purpose

    with pytest.raises(LeftBehind, match="forgotten"):
        run(leave())


def test_a_generator_that_is_left_open_is_reported() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def leave() -> None:
        async for _ in numbers():
            break

    with pytest.raises(LeftBehind, match="numbers"):
        run(leave())


def test_an_error_in_a_callback_is_reported() -> None:
    async def fail() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)

    with pytest.raises(LeftBehind, match="Exception in callback"):
        run(fail())
