"""Ledger: what was asked of the stand-in and what became of it; written by its thread, read by any."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

KEY_HEADERS = ("authorization", "x-api-key", "api-key")
REDACTED = "REDACTED"

Outcome = Literal["answering", "answered", "refused", "failed", "broken off", "closed early"]


@dataclass(slots=True, eq=False)
class Request:
    """A request, without its key.

    Attributes:
        number: Which request, from 1.
        path: Such as `/v1/messages`.
        query: What stands behind the `?`.
        headers: Names in lower case; a header that holds a key says REDACTED.
        body: The decoded JSON, or the bytes when they are none.
        key_header: The header that the key came in, if any.
        key_ok: Whether it was the right key.
        status: The status that was answered; None while there is none, or when the connection was dropped.
        outcome: What became of it: `refused` is the check of the request, `failed` and `broken off` the script.
        events: How many events of the stream were sent.
        started, ended: By `time.monotonic()`.
    """

    number: int
    path: str
    query: str
    headers: dict[str, str]
    body: Any
    key_header: str | None
    key_ok: bool
    status: int | None = None
    outcome: Outcome = "answering"
    events: int = 0
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class ClosedEarly:
    """A client went away before it had its answer.

    Attributes:
        request: Which one.
        events: How many events of the stream had been sent.
        when: By `time.monotonic()`.
    """

    request: Request
    events: int
    when: float


class Ledger:
    """The records of the stand-in, and the waits for them."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.open_connections = 0
        self.clear()

    def clear(self) -> None:
        """Forget everything but the connections that are open."""
        with self.changed:
            self.requests: list[Request] = []
            self.closed_early: list[ClosedEarly] = []
            self.faults: list[BaseException] = []
            self.active = 0
            self.most_active = 0
            self.connections = 0
            self.most_connections = self.open_connections
            self.changed.notify_all()

    # What the server's thread writes.

    def opened(self) -> None:
        """A connection was accepted."""
        with self.changed:
            self.connections += 1
            self.open_connections += 1
            self.most_connections = max(self.most_connections, self.open_connections)
            self.changed.notify_all()

    def closed(self) -> None:
        """A connection is gone."""
        with self.changed:
            self.open_connections -= 1
            self.changed.notify_all()

    def begin(self, request: Request) -> None:
        """A request came."""
        with self.changed:
            self.requests.append(request)
            self.active += 1
            self.most_active = max(self.most_active, self.active)
            self.changed.notify_all()

    def sent(self, request: Request, events: int) -> None:
        """So many events of its stream are sent."""
        with self.changed:
            request.events = events
            self.changed.notify_all()

    def end(self, request: Request, outcome: Outcome) -> None:
        """The request is done with; what is said of it first stands."""
        with self.changed:
            if request.ended is not None:
                return
            request.outcome = outcome
            request.ended = time.monotonic()
            self.active -= 1
            if outcome == "closed early":
                self.closed_early.append(ClosedEarly(request, request.events, request.ended))
            self.changed.notify_all()

    # What tests wait for.

    def wait_for(self, holds: Callable[[], object], timeout: float = 5.0) -> None:
        """Block until it holds; raise AssertionError when it does not in time."""
        with self.changed:
            if not self.changed.wait_for(holds, timeout):
                raise AssertionError(self._late(timeout))

    async def await_for(self, holds: Callable[[], object], timeout: float = 5.0) -> None:
        """Do as `wait_for` does, while the event loop goes on."""
        until = time.monotonic() + timeout
        while True:
            with self.changed:
                if holds():
                    return
            if time.monotonic() > until:
                raise AssertionError(self._late(timeout))
            await asyncio.sleep(0.002)

    def counts(self) -> dict[str, int]:
        """Return the numbers alone."""
        with self.changed:
            return {
                "requests": len(self.requests),
                "active": self.active,
                "most_active": self.most_active,
                "connections": self.connections,
                "open_connections": self.open_connections,
                "most_connections": self.most_connections,
                "closed_early": len(self.closed_early),
                "faults": len(self.faults),
            }

    def _late(self, timeout: float) -> str:
        return f"the stand-in did not get there within {timeout} s: {self.counts()}"
