"""Clock: times a job of either colour, with a garbage collector that keeps still and an event loop that is there."""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any

from typing_extensions import Self

from bench.row import Job

if sys.platform != "win32":
    import resource

__all__ = ["Clock", "Lap"]


@dataclass(frozen=True)
class Lap:
    """What some calls of a job took.

    Attributes:
        seconds: Wall time of all calls.
        cpu: Seconds of CPU time that this process and the processes it started spent on them.
        garbage: How many objects the calls left to the cyclic garbage collector.
    """

    seconds: float
    cpu: float
    garbage: int


class Clock:
    """Runs and times jobs on one event loop of its own; a context manager."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def once(self, job: Job) -> Any:
        """Run a job and return its outcome."""
        return self._loop.run_until_complete(job()) if inspect.iscoroutinefunction(job) else job()

    def lap(self, job: Job, calls: int) -> Lap:
        """Time some calls. Wall time that other processes take from us counts: compare only within a round."""
        gc.collect()
        gc.disable()
        cpu = _cpu_time()
        try:
            if inspect.iscoroutinefunction(job):
                seconds = self._loop.run_until_complete(_timed_async(job, calls))
            else:
                seconds = _timed(job, calls)
            cpu = _cpu_time() - cpu
        finally:
            gc.enable()
        return Lap(seconds, cpu, gc.collect())

    def calls_within(self, job: Job, seconds: float) -> int:
        """Return how many calls take about that long, at least one; warms the job up as well."""
        calls = 1
        while (took := self.lap(job, calls).seconds) < seconds / 5:
            calls *= 2
        return max(1, round(calls * seconds / took))


def _cpu_time() -> float:
    """Return the CPU time of this process and, where the system tells, of those that it started and that ended."""
    if sys.platform == "win32":
        return process_time()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def _timed(job: Job, calls: int) -> float:
    start = perf_counter()
    for _ in range(calls):
        job()
    return perf_counter() - start


async def _timed_async(job: Job, calls: int) -> float:
    start = perf_counter()
    for _ in range(calls):
        await job()
    return perf_counter() - start
