"""Dispatch: handing an event to handlers, in both colours.

Handlers that do not override an event are not asked. A handler that raises is logged with its name, unless its
`raise_error` lets the exception through; what is no `Exception` always goes through.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from stepgraph.callbacks.base import EVENTS, AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.callbacks.buffer import buffer_string
from stepgraph.callbacks.loop import wait_for
from stepgraph.execution.tasks import shielded
from stepgraph.execution.threads import in_thread

__all__ = ["ahandle_event", "handle_event", "hears", "send", "send_async"]

_Call: TypeAlias = "tuple[Any, Callable[..., Any], tuple[Any, ...]]"
"""A handler, its method, and what that is called with."""

_log: Final = logging.getLogger("stepgraph.callbacks")
_CHAT: Final = "on_chat_model_start"
_SILENT: Final = frozenset(
    getattr(kind, event) for kind in (BaseCallbackHandler, AsyncCallbackHandler) for event in EVENTS
)
"""The methods of the base classes, which do nothing."""


def hears(handlers: Sequence[Any], ignore: str) -> bool:
    """Return whether one of the handlers does not ignore a kind of events."""
    for handler in handlers:  # noqa: SIM110 - asked for each run: a generator would cost more than the rest
        if not getattr(handler, ignore, False):
            return True
    return False


def send(handlers: Sequence[Any], event: str, args: tuple[Any, ...], facts: Mapping[str, Any]) -> None:
    """Hand an event to handlers, one after another, in this thread.

    Coroutines of async handlers run on an event loop of the engine's own; this thread waits for each.

    Args:
        handlers: The handlers.
        event: The name of the method.
        args: Its positional arguments.
        facts: Its keyword arguments.
    """
    for handler in handlers:
        found = _method(handler, event, args)
        if found is None:
            continue
        method, given, _ = found
        try:
            result = method(*given, **facts)
            if result is not None and inspect.isawaitable(result):
                wait_for(result)
        except Exception as error:
            _report(handler, event, error)


async def send_async(handlers: Sequence[Any], event: str, args: tuple[Any, ...], facts: Mapping[str, Any]) -> None:
    """Hand an event to handlers and wait until all have dealt with it; see `send`.

    Inline handlers are called first, where we are. Then the coroutines of async handlers run side by side, and beside
    them, in one of the engine's threads, the other sync handlers, one after another.
    """
    awaiting: list[_Call] = []
    blocking: list[_Call] = []
    for handler in handlers:
        found = _method(handler, event, args)
        if found is None:
            continue
        method, given, is_async = found
        if is_async:
            if len(handlers) == 1:  # nothing is beside it
                try:
                    await method(*given, **facts)
                except Exception as error:
                    _report(handler, event, error)
                return
            awaiting.append((handler, method, given))
        elif getattr(handler, "run_inline", False):
            await _tell(handler, event, method, given, facts)
        else:
            blocking.append((handler, method, given))
    coroutines = [_tell(handler, event, method, given, facts) for handler, method, given in awaiting]
    if blocking:
        # Who is cancelled meanwhile waits: else the news of its end would overtake this.
        coroutines.append(shielded(_tell_in_thread(event, blocking, facts)))
    if len(coroutines) == 1:
        await coroutines[0]
    elif coroutines:
        await _all(coroutines)


def handle_event(
    handlers: Sequence[Any], event_name: str, ignore_condition_name: str | None, *args: Any, **kwargs: Any
) -> None:
    """Hand an event to handlers, for programs that do so themselves; see `send`.

    Args:
        handlers: The handlers.
        event_name: The name of the method.
        ignore_condition_name: The attribute by which a handler says that it does not want the event.
        args: The positional arguments of the method.
        kwargs: Its keyword arguments.
    """
    send(_wanting(handlers, ignore_condition_name), event_name, args, kwargs)


async def ahandle_event(
    handlers: Sequence[Any], event_name: str, ignore_condition_name: str | None, *args: Any, **kwargs: Any
) -> None:
    """Hand an event to handlers and wait until all have dealt with it; see `handle_event`."""
    await send_async(_wanting(handlers, ignore_condition_name), event_name, args, kwargs)


def _wanting(handlers: Sequence[Any], ignore: str | None) -> Sequence[Any]:
    return [each for each in handlers if not (ignore and getattr(each, ignore, False))]


def _method(handler: Any, event: str, args: tuple[Any, ...]) -> tuple[Callable[..., Any], tuple[Any, ...], bool] | None:
    """Return what to call on a handler, with what, and whether that is async; `None` where it wants nothing of it.

    Handlers that do not know chat models are told of one as of any language model.
    """
    ignore = EVENTS.get(event)
    if ignore and getattr(handler, ignore, False):
        return None
    method: Any = getattr(handler, event, None)
    kind = "silent" if method is None else _kind(getattr(method, "__func__", method))
    if kind != "silent":
        return (method if event != _CHAT else _OrAsText(handler, method)), args, kind == "async"
    if event != _CHAT or getattr(handler, "ignore_llm", False):
        return None
    method = getattr(handler, "on_llm_start", None)
    kind = "silent" if method is None else _kind(getattr(method, "__func__", method))
    return None if kind == "silent" else (method, _as_text(args), kind == "async")


def _as_text(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the arguments of `on_llm_start` for those of `on_chat_model_start`."""
    return args[0], [buffer_string(messages) for messages in args[1]]


class _OrAsText:
    """A method for chat models; where it says that it is not implemented, `on_llm_start` gets the messages as text."""

    def __init__(self, handler: Any, method: Any) -> None:
        self.__func__ = getattr(method, "__func__", method)
        self._handler = handler
        self._method = method

    def __call__(self, *args: Any, **facts: Any) -> Any:
        try:
            result = self._method(*args, **facts)
        except NotImplementedError:
            return self._told(args, facts)
        return self._awaited(result, args, facts) if inspect.isawaitable(result) else result

    async def _awaited(self, result: Awaitable[Any], args: tuple[Any, ...], facts: Mapping[str, Any]) -> None:
        try:
            await result
        except NotImplementedError:
            told = self._told(args, facts)
            if inspect.isawaitable(told):
                await told

    def _told(self, args: tuple[Any, ...], facts: Mapping[str, Any]) -> Any:
        if getattr(self._handler, "ignore_llm", False):
            return None
        return self._handler.on_llm_start(*_as_text(args), **facts)


@lru_cache(maxsize=4096)
def _kind(function: Any) -> Literal["silent", "sync", "async"]:
    """Classify the function behind a method; those of the base classes, LangChain's too, do nothing."""
    if function in _SILENT or getattr(function, "__module__", None) == "langchain_core.callbacks.base":
        return "silent"
    return "async" if inspect.iscoroutinefunction(function) else "sync"


async def _tell(handler: Any, event: str, method: Any, args: tuple[Any, ...], facts: Mapping[str, Any]) -> None:
    """Call a handler where we are, and await what it returns."""
    try:
        result = method(*args, **facts)
        if result is not None and inspect.isawaitable(result):
            await result
    except Exception as error:
        _report(handler, event, error)


async def _tell_in_thread(event: str, calls: Sequence[_Call], facts: Mapping[str, Any]) -> None:
    for handler, awaitable in await in_thread(_tell_all, event, calls, facts):
        try:
            await awaitable
        except Exception as error:
            _report(handler, event, error)


def _tell_all(event: str, calls: Sequence[_Call], facts: Mapping[str, Any]) -> list[tuple[Any, Awaitable[Any]]]:
    """Call sync handlers; return what is still to be awaited, of those that turn out to be async after all."""
    left: list[tuple[Any, Awaitable[Any]]] = []
    for handler, method, args in calls:
        try:
            result = method(*args, **facts)
        except Exception as error:
            _report(handler, event, error)
        else:
            if result is not None and inspect.isawaitable(result):
                left.append((handler, result))
    return left


async def _all(coroutines: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run coroutines side by side and wait for all of them; then raise what one of them raised."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.wait(tasks)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise
    for task in tasks:
        task.result()


def _report(handler: Any, event: str, error: Exception) -> None:
    if getattr(handler, "raise_error", False):
        raise error
    _log.warning(
        "callback handler %s failed in %s: %s: %s",
        type(handler).__name__,
        event,
        type(error).__name__,
        error,
        exc_info=error,
    )
