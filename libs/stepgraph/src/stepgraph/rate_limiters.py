"""Rate limiters: how often something may be asked for, such as a provider's model.

A limiter says when, not whether: who asks waits for its turn. Turns are given in the order of asking, across threads
and event loops, and each is a time that is known at once, so that everybody waits as long as needed and nobody looks
again and again. Who gives up hands its turn on to those behind.
"""

from __future__ import annotations

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

__all__ = ["BaseRateLimiter", "InMemoryRateLimiter"]


class BaseRateLimiter(ABC):
    """Says when something may be asked for."""

    @abstractmethod
    def acquire(self, *, blocking: bool = True) -> bool:
        """Wait until it may be.

        Args:
            blocking: Whether to wait; else nothing is taken where it may not be now.

        Returns:
            Whether it may be.
        """

    @abstractmethod
    async def aacquire(self, *, blocking: bool = True) -> bool:
        """See `acquire`."""


class Turn:
    """The turn of somebody who waits.

    Args:
        due: When it comes.
        wake: Called when it comes earlier, because somebody before gave up.
    """

    __slots__ = ("due", "wake")

    def __init__(self, due: float, wake: Callable[[], Any]) -> None:
        self.due: float = due
        self.wake: Callable[[], Any] = wake


class Bucket:
    """Tokens that come at a rate, up to a number, and the turns of those who wait for one. It looks at no clock.

    Whoever has a turn has its token already: with turns, the number of tokens is negative.

    Args:
        rate: How many tokens come in a second.
        size: How many there are at the most.
        now: The time, in seconds.
        tokens: How many there are.
    """

    def __init__(self, rate: float, size: float, now: float, tokens: float = 0.0) -> None:
        self._rate = rate
        self._size = size
        self._tokens = tokens
        self._since = now
        self._turns: dict[Turn, None] = {}

    def unclaimed(self, now: float) -> float:
        """Return how many tokens there would be if nobody waited."""
        return max(0.0, min(self._size, self.level(now) + len(self._turns)))

    def level(self, now: float) -> float:
        """Return how many tokens there are."""
        self._tokens = min(self._size, self._tokens + max(0.0, now - self._since) * self._rate)
        self._since = max(now, self._since)
        return self._tokens

    def take(self, now: float) -> bool:
        """Take a token, if there is one, and say whether there was."""
        if self.level(now) < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def turn(self, now: float, wake: Callable[[], Any]) -> Turn:
        """Take the next token that comes, and return when that is."""
        turn = Turn(now + max(0.0, 1.0 - self.level(now)) / self._rate, wake)
        self._tokens -= 1.0
        self._turns[turn] = None
        return turn

    def done(self, turn: Turn) -> None:
        """Take note that a turn was waited for."""
        self._turns.pop(turn, None)

    def give_up(self, turn: Turn, now: float) -> list[Turn]:
        """Hand a turn on to those behind, and return them."""
        self.level(now)
        self._tokens = min(self._size, self._tokens + 1.0)
        behind = [each for each in self._turns if each.due > turn.due]
        for each in behind:
            each.due -= 1.0 / self._rate
        self._turns.pop(turn, None)
        return behind


class InMemoryRateLimiter(BaseRateLimiter):
    """Lets a number of requests a second pass, and a few at once after a pause.

    One limiter may be used in any number of threads and event loops, and by several models. It begins with no token.

    A limiter is state: a deep copy of a model shares it. Pickled are its numbers, the tokens that are there among
    them, but neither its lock nor those who wait; what comes out of a pickle, elsewhere perhaps, counts for itself.

    Args:
        requests_per_second: How many tokens come in a second; a request takes one.
        check_every_n_seconds: Ignored; nobody has to look again and again.
        max_bucket_size: How many tokens are kept for later: how many requests may pass at once after a pause.

    Raises:
        ValueError: There would never be a token.
    """

    def __init__(
        self, *, requests_per_second: float = 1, check_every_n_seconds: float = 0.1, max_bucket_size: float = 1
    ) -> None:
        if not requests_per_second > 0:
            raise ValueError(f"requests_per_second must be greater than 0, got {requests_per_second}")
        if not max_bucket_size >= 1:
            raise ValueError(f"max_bucket_size must be at least 1, for a request takes 1; got {max_bucket_size}")
        self.requests_per_second: float = requests_per_second
        self.check_every_n_seconds: float = check_every_n_seconds
        self.max_bucket_size: float = max_bucket_size
        self._lock = threading.Lock()
        self._bucket = Bucket(requests_per_second, max_bucket_size, time.monotonic())

    def __deepcopy__(self, memo: dict[int, Any]) -> InMemoryRateLimiter:
        return self

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            tokens = self._bucket.unclaimed(time.monotonic())
        return {name: value for name, value in vars(self).items() if name[0] != "_"} | {"_tokens": tokens}

    def __setstate__(self, state: dict[str, Any]) -> None:
        tokens = state["_tokens"]
        vars(self).update({name: value for name, value in state.items() if name[0] != "_"})
        self._lock = threading.Lock()
        self._bucket = Bucket(self.requests_per_second, self.max_bucket_size, time.monotonic(), tokens)

    @property
    def available_tokens(self) -> float:
        """How many tokens there are; negative where requests wait."""
        with self._lock:
            return self._bucket.level(time.monotonic())

    def acquire(self, *, blocking: bool = True) -> bool:
        """Wait for a token and take it; see `BaseRateLimiter.acquire`."""
        if self._take():
            return True
        if not blocking:
            return False
        earlier = threading.Event()
        turn = self._turn(earlier.set)
        try:
            while (wait := turn.due - time.monotonic()) > 0:
                earlier.wait(wait)
                earlier.clear()
        except BaseException:
            self._give_up(turn)
            raise
        self._done(turn)
        return True

    async def aacquire(self, *, blocking: bool = True) -> bool:
        """Wait for a token and take it, without blocking the event loop; see `BaseRateLimiter.acquire`."""
        if self._take():
            return True
        if not blocking:
            return False
        loop, earlier = asyncio.get_running_loop(), asyncio.Event()
        turn = self._turn(lambda: loop.call_soon_threadsafe(earlier.set))
        try:
            while (wait := turn.due - time.monotonic()) > 0:
                timer = loop.call_later(wait, earlier.set)
                try:
                    await earlier.wait()
                finally:
                    timer.cancel()
                earlier.clear()
        except BaseException:
            self._give_up(turn)
            raise
        self._done(turn)
        return True

    def _take(self) -> bool:
        with self._lock:
            return self._bucket.take(time.monotonic())

    def _turn(self, wake: Callable[[], Any]) -> Turn:
        with self._lock:
            return self._bucket.turn(time.monotonic(), wake)

    def _done(self, turn: Turn) -> None:
        with self._lock:
            self._bucket.done(turn)

    def _give_up(self, turn: Turn) -> None:
        with self._lock:
            behind = self._bucket.give_up(turn, time.monotonic())
        for each in behind:
            try:
                each.wake()
            except RuntimeError:  # its event loop is closed: nobody waits there any more
                self._done(each)
