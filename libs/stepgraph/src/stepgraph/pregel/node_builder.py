"""NodeBuilder: builds a node for a hand-made `Pregel`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typing_extensions import Self

from stepgraph.errors import InvalidGraphError
from stepgraph.kernel.topology import Action, Node, Write
from stepgraph.pregel.action import action_of
from stepgraph.pregel.async_perform import call_in_thread
from stepgraph.pregel.reader import StateReader
from stepgraph.types import RetryPolicy

__all__ = ["NodeBuilder"]


class NodeBuilder:
    """Says what a node of a `Pregel` reads, does and writes.

    Example:
        >>> double = NodeBuilder().subscribe_only("a").do(lambda text: text + text).write_to("b")
    """

    __slots__ = ("_channels", "_functions", "_metadata", "_only", "_retry", "_tags", "_triggers", "_writes")

    def __init__(self) -> None:
        self._channels: list[str] = []
        self._only: str | None = None
        self._triggers: list[str] = []
        self._functions: list[Any] = []
        self._writes: list[tuple[str, Any]] = []
        self._tags: list[str] = []
        self._metadata: dict[str, Any] = {}
        self._retry: list[RetryPolicy] = []

    def subscribe_only(self, channel: str) -> Self:
        """Run whenever `channel` changes, with its bare value as the input.

        Raises:
            ValueError: The node subscribes to other channels already.
        """
        if self._channels or self._triggers:
            raise ValueError("subscribe_only() stands alone: the node already reads or subscribes to other channels")
        self._only = channel
        self._triggers = [channel]
        return self

    def subscribe_to(self, *channels: str, read: bool = True) -> Self:
        """Run whenever one of `channels` changes; with `read` they are part of the input, a dict.

        Raises:
            ValueError: The node is subscribed to one channel only.
        """
        self._refuse_only()
        self._triggers.extend(channel for channel in channels if channel not in self._triggers)
        if read:
            self._channels.extend(channel for channel in channels if channel not in self._channels)
        return self

    def read_from(self, *channels: str) -> Self:
        """Add channels to the input without running when they change.

        Raises:
            ValueError: The node is subscribed to one channel only.
        """
        self._refuse_only()
        self._channels.extend(channel for channel in channels if channel not in self._channels)
        return self

    def do(self, node: Any) -> Self:
        """Call a function of the input; several are called one after the other.

        Raises:
            TypeError: It cannot be called with one input.
        """
        self._functions.append(node)
        return self

    def write_to(self, *channels: str, **values: Any) -> Self:
        """Write the result to channels, or, by keyword, a constant or a function of the result.

        A function that returns `None` writes nothing.
        """
        self._writes.extend((channel, _result) for channel in channels)
        self._writes.extend(values.items())
        return self

    def meta(self, *tags: str, **metadata: Any) -> Self:
        """Add tags and metadata for streams and tracers."""
        self._tags.extend(tags)
        self._metadata.update(metadata)
        return self

    def add_retry_policies(self, *policies: RetryPolicy) -> Self:
        """Try again after errors that a policy matches."""
        self._retry.extend(policies)
        return self

    def build(self, name: str = "node") -> Node:
        """Return the node.

        Raises:
            InvalidGraphError: It subscribes to nothing.
        """
        if not self._triggers:
            raise InvalidGraphError(
                name, [f"node {name!r} subscribes to no channel, so it can never run; call subscribe_to()"]
            )
        return Node(
            name=name,
            action=_chained([action_of(function, name=name) for function in self._functions], name),
            triggers=tuple(self._triggers),
            reader=StateReader(self._only if self._only is not None else tuple(self._channels)),
            writer=_writer(tuple(self._writes)),
            retry=tuple(self._retry),
            metadata=dict(self._metadata),
            tags=tuple(self._tags),
        )

    def _refuse_only(self) -> None:
        if self._only is not None:
            raise ValueError(f"the node is subscribed to {self._only!r} only; use subscribe_to() for several channels")


def _result(value: Any) -> Any:
    return value


def _writer(entries: tuple[tuple[str, Any], ...]) -> Callable[[Any], list[Write]]:
    def writes(output: Any) -> list[Write]:
        values = [(channel, value(output) if callable(value) else value) for channel, value in entries]
        return [(channel, value) for channel, value in values if value is not None]

    return writes


def _chained(actions: list[Action], name: str) -> Action:
    """Return one action that passes each one's result to the next."""
    if len(actions) == 1:
        return actions[0]
    if not actions:
        return Action(name, _result, None)
    inject = tuple(dict.fromkeys(pair for action in actions for pair in action.inject))

    def wanted(action: Action, given: dict[str, Any]) -> dict[str, Any]:
        return {parameter: given[parameter] for parameter, _ in action.inject}

    def in_thread(value: Any, **given: Any) -> Any:
        for action in actions:
            assert action.sync is not None
            value = action.sync(value, **wanted(action, given))
        return value

    async def on_loop(value: Any, **given: Any) -> Any:
        for action in actions:
            if action.awaitable is not None:
                value = await action.awaitable(value, **wanted(action, given))
            else:
                value = await call_in_thread(action, value, wanted(action, given))
        return value

    if all(action.awaitable is None for action in actions):
        return Action(name, in_thread, None, inject)
    sync = in_thread if all(action.sync is not None for action in actions) else None
    return Action(name, sync, on_loop, inject)
