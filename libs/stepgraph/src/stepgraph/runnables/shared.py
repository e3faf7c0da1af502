"""Shared: an iterator that one thread may be reading while another one closes it.

Branches that run in threads read what comes before them. When the consumer leaves, or a branch fails, they are not
waited for, and whoever closes the iterator meets a generator that is at work. Then the thread that reads closes it, as
soon as it has what it asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from typing_extensions import Self

from stepgraph.runnables.adapted import close

__all__ = ["Shared"]


class Shared(Iterator[Any]):
    """An iterator that may be closed at any time.

    Args:
        chunks: The iterator.
    """

    def __init__(self, chunks: Iterator[Any]) -> None:
        self._chunks = chunks
        self._lock = threading.Lock()
        self._closing = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        with self._lock:
            if self._is_closing():
                raise StopIteration
            try:
                return next(self._chunks)
            finally:
                if self._is_closing():
                    close(self._chunks)

    def close(self) -> None:
        """Close the iterator: here, or where it is read."""
        self._closing = True
        if self._lock.acquire(blocking=False):
            try:
                close(self._chunks)
            finally:
                self._lock.release()

    def _is_closing(self) -> bool:
        return self._closing
