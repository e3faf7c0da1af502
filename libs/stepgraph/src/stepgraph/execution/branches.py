"""Branches: coroutines side by side, none of which outlasts whoever started them.

The first one that fails ends the others: they are cancelled and waited for, and then its error is raised. One that asks
a question does not fail: the others go on, and may ask as well. Where a limiter bounds them, each branch has a slot
while it runs, and whoever waits for them gives its own back meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from types import NoneType
from typing import Any, TypeVar

from stepgraph.errors import GraphInterrupt
from stepgraph.execution.lent import AsyncSlotLent, resolve
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Holder, Loan, Slot
from stepgraph.execution.pool import POOL
from stepgraph.execution.tasks import cancel_all, started

__all__ = ["Branch", "as_completed", "gather"]

T = TypeVar("T")

Branch = Callable[["Slot | None"], Coroutine[Any, Any, T]]
"""Makes the coroutine of a branch, which is given its slot where there is a limiter."""


async def gather(
    branches: Sequence[Branch[T]], limiter: Limiter | None = None, holder: Holder | None = None
) -> list[T]:
    """Run branches side by side and return their results in their order.

    Args:
        branches: What to run.
        limiter: What bounds how many run at once.
        holder: Who has a slot of that limiter and waits for the branches.

    Raises:
        BaseException: What the first branch raised that failed, or else the first that asked something, once the others
            are over.
    """
    if limiter is not None:
        async with AsyncSlotLent(Loan(holder)):
            return await _all([_limited(branch, limiter) for branch in branches])
    return await _all([branch(None) for branch in branches])


async def as_completed(
    branches: Sequence[Branch[T]], limiter: Limiter | None = None, holder: Holder | None = None
) -> AsyncIterator[tuple[int, T]]:
    """Run branches side by side and yield their results with their numbers, as they come.

    Whoever closes the iterator early cancels the branches that still run, and waits for them.
    """
    async with AsyncSlotLent(Loan(holder if limiter is not None else None)):
        if limiter is not None:
            coroutines = [_limited(branch, limiter) for branch in branches]
        else:
            coroutines = [branch(None) for branch in branches]
        ended: asyncio.Queue[asyncio.Task[T]] = asyncio.Queue()
        numbers: dict[asyncio.Task[T], int] = {}
        try:
            for number, coroutine in enumerate(coroutines):
                task = started(coroutine)
                numbers[task] = number
                task.add_done_callback(ended.put_nowait)
            asked: GraphInterrupt | None = None
            for _ in coroutines:
                with POOL.waiting():
                    task = await ended.get()
                error = None if task.cancelled() else task.exception()
                if isinstance(error, GraphInterrupt):
                    asked = asked or error
                else:
                    yield numbers[task], task.result()
            if asked is not None:
                raise asked
        finally:
            await cancel_all(numbers)


async def _all(coroutines: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    tasks: list[asyncio.Task[T]] = []
    failed: asyncio.Task[T] | None = None
    try:
        for coroutine in coroutines:
            task = started(coroutine)
            tasks.append(task)
            if task.done() and _has_failed(task):  # before it ever waited
                failed = task
                break
        else:
            pending = [task for task in tasks if not task.done()]
            if pending:
                with POOL.waiting():
                    failed = await _first_failed(pending)
    finally:
        for coroutine in coroutines[len(tasks) :]:
            coroutine.close()
        await cancel_all(tasks)
    if failed is not None:
        for task in tasks:  # so that nobody is told of errors that nobody asked for
            _has_failed(task)
        failed.result()
    return [task.result() for task in tasks]


async def _first_failed(tasks: Sequence[asyncio.Task[T]]) -> asyncio.Task[T] | None:
    """Wait until a task fails, or all are over. One that cancelled itself has failed, which `asyncio.wait` ignores."""
    over: asyncio.Future[asyncio.Task[T] | None] = asyncio.get_running_loop().create_future()
    left = len(tasks)

    def ended(task: asyncio.Task[T]) -> None:
        nonlocal left
        left -= 1
        if not over.done():
            if _has_failed(task):
                over.set_result(task)
            elif not left:
                over.set_result(None)

    for task in tasks:
        task.add_done_callback(ended)
    return await over


def _has_failed(task: asyncio.Task[Any]) -> bool:
    return task.cancelled() or not isinstance(task.exception(), (NoneType, GraphInterrupt))


async def _limited(branch: Branch[T], limiter: Limiter) -> T:
    loop = asyncio.get_running_loop()
    granted = loop.create_future()

    def grant() -> None:
        loop.call_soon_threadsafe(resolve, granted)

    if not limiter.acquire(grant):
        try:
            await granted
        except asyncio.CancelledError:
            limiter.withdraw(grant)
            raise
    slot = Slot(limiter)
    try:
        return await branch(slot)
    finally:
        if slot.end():
            limiter.release()
