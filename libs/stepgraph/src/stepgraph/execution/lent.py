"""Lent: the slot of whoever waits for others, given back for the time of a `with` block.

It is waited for when the block ends well; an error that ends its holder too, because nothing in it could handle that,
does not wait.
"""

from __future__ import annotations

import asyncio
import threading

from stepgraph.execution.loan import Loan
from stepgraph.execution.pool import POOL

__all__ = ["AsyncSlotLent", "SlotLent", "resolve"]


class AsyncSlotLent:
    """The slot of the task or branch above, for code on an event loop."""

    __slots__ = ("_loan",)

    def __init__(self, loan: Loan) -> None:
        self._loan = loan

    async def __aenter__(self) -> None:
        self._loan.give()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        loan = self._loan
        if not loan.wanted():
            return
        if loan.ends_with(kind):
            loan.overdraw()
            loan.returned()
            return
        loop = asyncio.get_running_loop()
        granted = loop.create_future()

        def grant() -> None:
            loop.call_soon_threadsafe(resolve, granted)

        try:
            if not loan.acquire(grant):
                with POOL.waiting():
                    await granted
        except asyncio.CancelledError:
            loan.withdraw(grant)
            loan.overdraw()
            raise
        finally:
            loan.returned()


class SlotLent:
    """The slot of the task or branch above, for code in a thread."""

    __slots__ = ("_loan",)

    def __init__(self, loan: Loan) -> None:
        self._loan = loan

    def __enter__(self) -> None:
        self._loan.give()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self._loan.wanted():
            return
        granted = threading.Event()
        if self._loan.ends_with(kind):
            self._loan.overdraw()
        elif not self._loan.acquire(granted.set):
            with POOL.waiting():
                granted.wait()
        self._loan.returned()


def resolve(future: asyncio.Future[None]) -> None:
    """Let whoever waits for a future go on."""
    if not future.done():
        future.set_result(None)
