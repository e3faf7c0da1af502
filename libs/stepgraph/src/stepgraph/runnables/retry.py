"""RunnableRetry: a runnable that is tried again when it fails."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from stepgraph.errors import listed
from stepgraph.runnables.attempts import Attempt, Attempts, Plan
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.parts import Part

__all__ = ["RunnableRetry"]

_WAITS: Final = {"initial": 1.0, "max": 60.0, "exp_base": 2.0, "jitter": 1.0}


class RunnableRetry(Attempts[Input, Output]):
    """Tries a runnable again when it fails; a stream, as long as it has shown nothing. The last error leaves.

    Args:
        bound: The runnable.
        retry_exception_types: The exceptions, or what says of one whether it is worth another attempt.
        wait_exponential_jitter: Whether to wait in between, longer each time.
        exponential_jitter_params: `initial`, `max`, `exp_base` and `jitter`, in seconds but for the base.
        max_attempt_number: How many attempts there are.
        kwargs: Passed along with each call.

    Raises:
        ValueError: There is no attempt, or a parameter does not exist.
    """

    def __init__(
        self,
        bound: Runnable[Any, Any],
        *,
        retry_exception_types: tuple[type[BaseException], ...] | Callable[[BaseException], bool] = (Exception,),
        wait_exponential_jitter: bool = True,
        exponential_jitter_params: Mapping[str, float] | None = None,
        max_attempt_number: int = 3,
    ) -> None:
        self.bound: Runnable[Any, Any] = bound
        self.retry_exception_types: tuple[type[BaseException], ...] | Callable[[BaseException], bool] = (
            retry_exception_types
        )
        self.wait_exponential_jitter: bool = wait_exponential_jitter
        self.exponential_jitter_params: Mapping[str, float] | None = exponential_jitter_params
        self.max_attempt_number: int = max_attempt_number
        self._derive()

    def _derive(self) -> None:
        params, attempts = self.exponential_jitter_params or {}, self.max_attempt_number
        if attempts < 1:
            raise ValueError(f"there must be at least 1 attempt, got {attempts}")
        unknown = set(params) - _WAITS.keys()
        if unknown:
            raise ValueError(f"exponential_jitter_params are {listed(_WAITS)}, got {sorted(unknown)}")
        self._waits = {**_WAITS, **params} if self.wait_exponential_jitter else None
        self._first = Part(self.bound)
        self._again = [Part(self.bound, f"retry:attempt:{number}") for number in range(2, attempts + 1)]

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        """Return what messages and handlers call it: the name of the runnable."""
        return self.bound.get_name(suffix, name=name or self.name)

    def __repr__(self) -> str:
        return f"{self.bound!r}.with_retry(stop_after_attempt={self.max_attempt_number})"

    def _plan(self) -> Plan:
        error = yield Attempt(self._first)
        for number, part in enumerate(self._again, start=1):
            if not self._is_worth(error):
                raise error
            error = yield Attempt(part, pause=self._wait(number))
        raise error

    def _is_worth(self, error: Exception) -> bool:
        worth = self.retry_exception_types
        return isinstance(error, worth) if isinstance(worth, (tuple, type)) else worth(error)

    def _wait(self, number: int) -> float:
        """Return how many seconds to wait after so many attempts."""
        waits = self._waits
        if waits is None:
            return 0.0
        exponential = waits["initial"] * waits["exp_base"] ** (number - 1)
        return max(0.0, min(waits["max"], exponential + random.uniform(0, waits["jitter"])))

    def _pause(self, seconds: float) -> None:
        if seconds:
            time.sleep(seconds)

    async def _apause(self, seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)
