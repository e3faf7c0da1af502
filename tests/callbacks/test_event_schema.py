"""The annotations of the events that `astream_events` yields."""

from typing import Any, get_args, get_type_hints

from typing_extensions import is_typeddict

from stepgraph.callbacks import adispatch_custom_event
from stepgraph.runnables import RunnableLambda
from stepgraph.runnables.schema import CustomStreamEvent, EventData, StandardStreamEvent, StreamEvent


async def body(x: int) -> int:
    await adispatch_custom_event("mine", {"x": x})
    return x // 0 if x == 0 else x


async def events(x: int) -> list[Any]:
    found: list[Any] = []
    try:
        async for event in RunnableLambda(body).astream_events(x):
            found.append(event)
    except ZeroDivisionError:
        pass
    return found


async def test_every_event_is_as_it_is_annotated():
    assert get_args(StreamEvent) == (StandardStreamEvent, CustomStreamEvent)
    for event in [*await events(1), *await events(0)]:
        kind: Any = CustomStreamEvent if event["event"] == "on_custom_event" else StandardStreamEvent
        assert is_typeddict(kind)
        assert set(event) == set(get_type_hints(kind))
        if kind is StandardStreamEvent:
            assert set(event["data"]) <= set(get_type_hints(EventData))
