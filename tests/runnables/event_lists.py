"""What tests of `astream_events` do with events, and two steps that have some."""

from __future__ import annotations

from typing import Any


async def one_more(number: int) -> int:
    return number + 1


async def counting(chunks: Any) -> Any:
    async for number in chunks:
        for each in range(number):
            yield each


async def events_of(runnable: Any, input: Any, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
    return [event async for event in runnable.astream_events(input, *args, **kwargs)]


async def consumed(events: Any) -> None:
    async for _ in events:
        pass


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [f"{event['event'].removeprefix('on_')} {event['name']}" for event in events]
