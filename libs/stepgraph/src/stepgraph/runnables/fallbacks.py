"""RunnableWithFallbacks: runnables that are tried one after another."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stepgraph.errors import NotADictError
from stepgraph.runnables.attempts import Attempt, Attempts, Plan
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.making import MAKERS
from stepgraph.runnables.parts import Part

__all__ = ["RunnableWithFallbacks"]


class RunnableWithFallbacks(Attempts[Input, Output]):
    """Tries runnables one after another until one does not fail; a stream, as long as it has shown nothing.

    Where all fail, the first error leaves. Attributes that a runnable does not have in general are those of the first.

    Args:
        runnable: The first one.
        fallbacks: The others.
        exceptions_to_handle: The exceptions after which the next one is tried.
        exception_key: The key under which the next one's input, a dict, holds the exception.
    """

    def __init__(
        self,
        runnable: Runnable[Any, Any],
        fallbacks: Sequence[Runnable[Any, Any]],
        exceptions_to_handle: tuple[type[BaseException], ...] = (Exception,),
        exception_key: str | None = None,
    ) -> None:
        if isinstance(fallbacks, Runnable) or not isinstance(fallbacks, (list, tuple)):
            raise TypeError(f"fallbacks are a list of runnables, got {type(fallbacks).__name__}: {fallbacks!r}")
        self.runnable: Runnable[Any, Any] = runnable
        self.fallbacks: list[Runnable[Any, Any]] = list(fallbacks)
        self.exceptions_to_handle: tuple[type[BaseException], ...] = exceptions_to_handle
        self.exception_key: str | None = exception_key
        self._derive()

    def _derive(self) -> None:
        self.fallbacks = [MAKERS.coerce(each) for each in self.fallbacks]
        self._parts = [Part(each) for each in self.runnables]

    @property
    def runnables(self) -> list[Runnable[Any, Any]]:
        """All of them, in the order in which they are tried."""
        return [self.runnable, *self.fallbacks]

    def __repr__(self) -> str:
        return f"{self.runnable!r}.with_fallbacks({self.fallbacks!r})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("runnable", "fallbacks"):
            raise AttributeError(name)
        own = getattr(self.runnable, name)
        if not inspect.ismethod(own):
            return own

        def on_all(*args: Any, **kwargs: Any) -> Any:
            """Do with the others too what makes another runnable of the first, such as `bind_tools`."""
            made = own(*args, **kwargs)
            if not isinstance(made, Runnable):
                return made
            others = [getattr(each, name)(*args, **kwargs) for each in self.fallbacks]
            return RunnableWithFallbacks(made, others, self.exceptions_to_handle, self.exception_key)

        return on_all

    def _plan(self) -> Plan:
        first: Exception | None = None
        told: Callable[[Any], Any] | None = None
        for part in self._parts:
            error = yield Attempt(part, told)
            first = first or error
            if not isinstance(error, self.exceptions_to_handle) or isinstance(error, NotADictError):
                raise error
            if self.exception_key is not None:
                told = _telling(self.exception_key, error)
        assert first is not None
        raise first

    def _pause(self, seconds: float) -> None:
        """Wait for nothing."""

    async def _apause(self, seconds: float) -> None:
        """Wait for nothing."""


def _telling(key: str, error: Exception) -> Callable[[Any], Any]:
    def told(input: Any) -> Any:
        if not isinstance(input, Mapping):
            raise NotADictError(  # which no fallback could do anything about
                f"with exception_key={key!r} the input must be a dict, got {type(input).__name__}: {input!r}"
            )
        return {**input, key: error}

    return told
