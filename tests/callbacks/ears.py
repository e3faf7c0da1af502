"""Handlers for tests: they note every event, in each of the ways in which a handler can be written."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from stepgraph.callbacks import AsyncCallbackHandler, AsyncCallbackManager, BaseCallbackHandler, CallbackManager
from stepgraph.callbacks.base import EVENTS

KINDS = ("sync", "inline", "async")
COLOURS = ("invoke", "ainvoke")


@dataclass
class Heard:
    """An event, and where its handler was called."""

    event: str
    args: tuple[Any, ...]
    facts: dict[str, Any]
    thread: int
    loop: asyncio.AbstractEventLoop | None


class Ear(BaseCallbackHandler):
    """Notes every event."""

    def __init__(self, events: list[Heard] | None = None) -> None:
        self.heard: list[Heard] = [] if events is None else events

    def note(self, event: str, args: tuple[Any, ...], facts: dict[str, Any]) -> None:
        loop = None
        with suppress(RuntimeError):
            loop = asyncio.get_running_loop()
        self.heard.append(Heard(event, args, facts, threading.get_ident(), loop))

    @property
    def events(self) -> list[str]:
        return [each.event for each in self.heard]

    def of(self, event: str) -> Heard:
        [found] = [each for each in self.heard if each.event == event]
        return found


class AsyncEar(Ear, AsyncCallbackHandler):
    """Notes every event, with coroutines."""


class InlineEar(Ear):
    """Notes every event, on the event loop of async runs."""

    run_inline = True


def _noting(event: str) -> Callable[..., None]:
    def method(self: Ear, *args: Any, **facts: Any) -> None:
        self.note(event, args, facts)

    return method


def _noting_async(event: str) -> Callable[..., Any]:
    async def method(self: Ear, *args: Any, **facts: Any) -> None:
        await asyncio.sleep(0)
        self.note(event, args, facts)

    return method


for _event in EVENTS:
    setattr(Ear, _event, _noting(_event))
    setattr(AsyncEar, _event, _noting_async(_event))


def ear(kind: str) -> Ear:
    """Return a handler of one of `KINDS`."""
    return {"sync": Ear, "inline": InlineEar, "async": AsyncEar}[kind]()


async def run(runnable: Any, door: str, input: Any, config: Any = None) -> Any:
    """Run through one of `COLOURS`; sync runs in this thread, on the running loop."""
    if door == "ainvoke":
        return await runnable.ainvoke(input, config)
    return runnable.invoke(input, config)


async def awaited(value: Any) -> Any:
    """Return what a method of a manager of either colour returns."""
    return await value if asyncio.iscoroutine(value) else value


def manager_of(door: str, *handlers: Any, **facts: Any) -> Any:
    """Return the manager for one of `COLOURS`."""
    kind = AsyncCallbackManager if door == "ainvoke" else CallbackManager
    return kind(list(handlers), list(handlers), **facts)
