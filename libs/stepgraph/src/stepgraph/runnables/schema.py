"""What `astream_events` yields, for those who annotate their programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from typing_extensions import NotRequired, TypedDict

__all__ = ["BaseStreamEvent", "CustomStreamEvent", "EventData", "StandardStreamEvent", "StreamEvent"]


class EventData(TypedDict, total=False):
    """What belongs to an event of a run; which of the keys are there depends on the event.

    Attributes:
        input: The input of the run: at its start if it is known then, else at its end.
        output: The output of the run, at its end.
        chunk: A part of the output.
        error: Why the run failed.
        tool_call_id: The call that a tool answers.
    """

    input: Any
    output: Any
    chunk: Any
    error: BaseException
    tool_call_id: str | None


class BaseStreamEvent(TypedDict):
    """What every event has.

    Attributes:
        event: What happened, such as `"on_chain_start"`.
        run_id: The run, as text.
        tags: The tags of the run.
        metadata: The metadata of the run.
        parent_ids: The runs above, the outermost first.
    """

    event: str
    run_id: str
    tags: NotRequired[list[str]]
    metadata: NotRequired[dict[str, Any]]
    parent_ids: Sequence[str]


class StandardStreamEvent(BaseStreamEvent):
    """What happened in a run.

    Attributes:
        name: What the run is called.
        data: What belongs to the event.
    """

    name: str
    data: EventData


class CustomStreamEvent(BaseStreamEvent):
    """What code inside a run told with `dispatch_custom_event`.

    Attributes:
        event: Always `"on_custom_event"`.
        name: What the code calls it.
        data: What belongs to it.
    """

    event: Literal["on_custom_event"]  # type: ignore[misc]
    name: str
    data: Any


StreamEvent: TypeAlias = StandardStreamEvent | CustomStreamEvent
"""An event of either sort."""
