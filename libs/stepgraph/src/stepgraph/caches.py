"""Caches of language models: what a model answered to a prompt, so that it need not be asked again.

An answer is kept under two strings: the prompt, and all that makes up the model that was asked.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeAlias

from stepgraph.execution.threads import in_thread
from stepgraph.outputs import Generation

__all__ = ["RETURN_VAL_TYPE", "BaseCache", "InMemoryCache"]

RETURN_VAL_TYPE: TypeAlias = Sequence[Generation]
"""An answer: one or several generations."""


class BaseCache(ABC):
    """Keeps the answers of language models. Async twins call the sync methods in the engine's threads."""

    @abstractmethod
    def lookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """Return the answer to a prompt, `None` where there is none.

        Args:
            prompt: The prompt as text.
            llm_string: The model, and what it was called with, as text.
        """

    @abstractmethod
    def update(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep the answer to a prompt; see `lookup`."""

    @abstractmethod
    def clear(self, **kwargs: Any) -> None:
        """Forget all answers."""

    async def alookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """See `lookup`."""
        return await in_thread(self.lookup, prompt, llm_string)  # type: ignore[no-any-return]

    async def aupdate(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """See `update`."""
        await in_thread(self.update, prompt, llm_string, return_val)

    async def aclear(self, **kwargs: Any) -> None:
        """See `clear`."""
        await in_thread(self.clear, **kwargs)


class InMemoryCache(BaseCache):
    """Keeps answers in memory, for all threads and event loops of the process.

    Args:
        maxsize: How many answers are kept; then the oldest makes room for the next. No bound by default.

    Raises:
        ValueError: `maxsize` is below 1.
    """

    def __init__(self, *, maxsize: int | None = None) -> None:
        if maxsize is not None and maxsize < 1:
            raise ValueError(f"maxsize must be greater than 0, or None for no bound; got {maxsize}")
        self._maxsize = maxsize
        self._cache: dict[tuple[str, str], RETURN_VAL_TYPE] = {}
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {"_maxsize": self._maxsize, "_cache": dict(self._cache)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def lookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """Return the answer to a prompt, `None` where there is none."""
        return self._cache.get((prompt, llm_string))

    def update(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep the answer to a prompt; one that is there already is replaced and stays as old as it was."""
        key = prompt, llm_string
        with self._lock:
            if self._maxsize is not None and key not in self._cache and len(self._cache) >= self._maxsize:
                del self._cache[next(iter(self._cache))]
            self._cache[key] = return_val

    def clear(self, **kwargs: Any) -> None:
        """Forget all answers."""
        with self._lock:
            self._cache = {}

    async def alookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """See `lookup`."""
        return self.lookup(prompt, llm_string)

    async def aupdate(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """See `update`."""
        self.update(prompt, llm_string, return_val)

    async def aclear(self, **kwargs: Any) -> None:
        """See `clear`."""
        self.clear(**kwargs)
