"""What every channel's test asks: the rule, question by question, and the life of a stateful channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stepgraph.channels import BaseChannel
from stepgraph.channels.base import MISSING
from stepgraph.errors import EmptyChannelError


def value_of(channel: BaseChannel[Any, Any]) -> Any:
    """The value, `MISSING` for none; `get` and `is_available` agree."""
    try:
        value = channel.get()
    except EmptyChannelError:
        assert not channel.is_available()
        return MISSING
    assert channel.is_available()
    return value


def life(channel: BaseChannel[Any, Any], *calls: Sequence[Any] | str) -> list[tuple[bool, Any]]:
    """Call `update` with each list and the method of each name: pairs of what it returned and the value after it."""
    lived = []
    for call in calls:
        changed = getattr(channel, call)() if isinstance(call, str) else channel.update(call)
        lived.append((changed, value_of(channel)))
    return lived


def restored(channel: BaseChannel[Any, Any]) -> BaseChannel[Any, Any]:
    """A channel that goes on from the checkpoint of another."""
    return channel.from_checkpoint(channel.checkpoint())
