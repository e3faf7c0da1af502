"""Counting how many nodes run at once, and making sure that as many do as may."""

import asyncio
import threading

from tests.pregel.colours import PATIENCE, Colour


class Meter:
    """Counts who is inside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.inside = self.peak = self.total = 0

    def __enter__(self) -> None:
        with self._lock:
            self.inside += 1
            self.total += 1
            self.peak = max(self.peak, self.inside)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.inside -= 1


class Rendezvous:
    """Nodes of one colour wait here until `parties` of them have come, again and again."""

    def __init__(self, colour: Colour, parties: int) -> None:
        self._suspends = colour.nodes_async
        self._barrier = threading.Barrier(parties)
        self._parties = parties
        self._waiting: list[asyncio.Future[None]] = []

    async def met(self) -> None:
        if not self._suspends:
            self._barrier.wait(PATIENCE)
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        if len(self._waiting) == self._parties:
            for waiting in self._waiting:
                waiting.set_result(None)
            self._waiting = []
        await asyncio.wait_for(future, PATIENCE)
