"""A channel: a named piece of state and the rule by which writes change it.

A channel has two faces. The *rule* is pure: `fold(stored, writes)` returns the next stored value and touches
nothing, so a superstep that fails half-way has changed nothing (the kernel keeps all values in one dict and never
a channel's own). The *stateful face* (`update`, `get`, `checkpoint`, …) is what users of a single channel, and
channels that users write, deal with; it is derived here from the rule. A user's channel that overrides the
stateful face alone works too: `rule_of` wraps it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from typing_extensions import Self

from stepgraph.errors import EmptyChannelError, InvalidUpdateError
from stepgraph.types import Overwrite

__all__ = ["MISSING", "UNCHANGED", "BaseChannel", "ChannelRule", "is_overwrite", "rule_of", "single", "unwrapped"]

_OVERWRITE: Final = "__overwrite__"


class _Sentinel:
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __bool__(self) -> bool:
        return False


MISSING: Final[Any] = _Sentinel("MISSING")
"""No value: nothing stored, or nothing to read."""

UNCHANGED: Final[Any] = _Sentinel("UNCHANGED")
"""What a rule returns when the writes leave the stored value as it is."""

Value = TypeVar("Value")
Update = TypeVar("Update")


class ChannelRule(Protocol):
    """What the kernel asks of a channel; all of it pure."""

    @property
    def transient(self) -> bool:
        """Whether a superstep that does not write the channel clears it (`settle`)."""

    @property
    def deferred(self) -> bool:
        """Whether a write stays hidden until nothing else is left to run (`release`)."""

    @property
    def saved(self) -> bool:
        """Whether checkpoints keep the value."""

    def initial(self) -> Any:
        """Return the stored value before any write, `MISSING` for none."""

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the stored value after one superstep's writes, in order (at least one), or `UNCHANGED`."""

    def read(self, stored: Any) -> Any:
        """Return what readers see of `stored`, `MISSING` where there is nothing to see."""

    def settle(self, stored: Any) -> Any:
        """Return the stored value after a superstep without a write."""

    def spend(self, stored: Any) -> Any:
        """Return the stored value after the tasks that it triggered have run."""

    def release(self, stored: Any) -> Any:
        """Return the stored value once nothing else is left to run."""

    def keep(self, stored: Any) -> Any:
        """Return what a checkpoint keeps of `stored`."""

    def revive(self, kept: Any) -> Any:
        """Return the stored value that a checkpoint kept."""


class BaseChannel(Generic[Value, Update]):
    """A channel with a value of its own.

    Args:
        typ: The type of the value, for readers and for a default.
        key: The name of the channel in its graph.
    """

    __slots__ = ("key", "stored", "typ")

    transient: ClassVar[bool] = False
    deferred: ClassVar[bool] = False
    saved: ClassVar[bool] = True

    def __init__(self, typ: Any, key: str = "") -> None:
        self.typ: Any = typ
        self.key: str = key
        self.stored: Any = self.initial()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._settings() == other._settings()

    def __hash__(self) -> int:
        return hash(type(self))

    def _settings(self) -> tuple[Any, ...]:
        """Return what makes two channels of one class the same rule."""
        return ()

    @property
    def ValueType(self) -> Any:  # noqa: N802 - the name that users of channels know
        """The type of what `get` returns."""
        return self.typ

    @property
    def UpdateType(self) -> Any:  # noqa: N802
        """The type of one write."""
        return self.typ

    # The rule. Subclasses override what differs.

    def initial(self) -> Any:
        """Return the stored value before any write."""
        return MISSING

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        """Return the stored value after `writes`."""
        raise NotImplementedError(f"{type(self).__name__} must define fold() or update()")

    def read(self, stored: Any) -> Any:
        """Return what readers see of `stored`."""
        return stored

    def settle(self, stored: Any) -> Any:
        """Return the stored value after a superstep without a write."""
        return MISSING if self.transient else stored

    def spend(self, stored: Any) -> Any:
        """Return the stored value after the tasks that it triggered have run."""
        return stored

    def release(self, stored: Any) -> Any:
        """Return the stored value once nothing else is left to run."""
        return stored

    def keep(self, stored: Any) -> Any:
        """Return what a checkpoint keeps of `stored`."""
        return stored

    def revive(self, kept: Any) -> Any:
        """Return the stored value that a checkpoint kept."""
        return kept

    # The stateful face.

    def update(self, values: Sequence[Update]) -> bool:
        """Apply one superstep's writes.

        Args:
            values: The writes in order; empty for a superstep without one.

        Returns:
            Whether the channel changed.

        Raises:
            InvalidUpdateError: The channel cannot take these writes together.
        """
        if not values:
            return self._become(self.settle(self.stored))
        after = self.fold(self.stored, values)
        if after is UNCHANGED:
            return False
        self.stored = after
        return True

    def get(self) -> Value:
        """Return the value.

        Raises:
            EmptyChannelError: There is none.
        """
        value = self.read(self.stored)
        if value is MISSING:
            raise EmptyChannelError(f"channel {self.key!r} has no value yet")
        return value  # type: ignore[no-any-return]

    def is_available(self) -> bool:
        """Return whether `get` would return a value."""
        try:
            self.get()
        except EmptyChannelError:
            return False
        return True

    def consume(self) -> bool:
        """Tell the channel that the tasks it triggered have run; return whether it changed."""
        return self._become(self.spend(self.stored))

    def finish(self) -> bool:
        """Tell the channel that nothing else is left to run; return whether it changed."""
        return self._become(self.release(self.stored))

    def checkpoint(self) -> Any:
        """Return what a checkpoint keeps, `MISSING` for nothing."""
        return self.stored if self.saved else MISSING

    def from_checkpoint(self, checkpoint: Any) -> Self:
        """Return a channel like this one that goes on from `checkpoint`, or from the start with `MISSING`."""
        twin = copy.copy(self)
        twin.stored = checkpoint if self.saved and checkpoint is not MISSING else self.initial()
        return twin

    def copy(self) -> Self:
        """Return a channel like this one with the same value."""
        return copy.copy(self)

    def _become(self, after: Any) -> bool:
        changed = after is not self.stored
        self.stored = after
        return changed


class _StatefulRule:
    """The rule of a channel that defines the stateful face.

    What is stored is the channel itself; each question is asked of a deep copy, so that a superstep that fails has
    edited nothing. A channel that cannot be copied deeply, because it holds a lock or a connection, is copied as it
    says itself.
    """

    __slots__ = ("_channel",)

    transient = True
    deferred = True

    def __init__(self, channel: BaseChannel[Any, Any]) -> None:
        self._channel = channel

    @property
    def saved(self) -> bool:
        return self._channel.saved

    def initial(self) -> Any:
        return self._channel.from_checkpoint(MISSING)

    def fold(self, stored: Any, writes: Sequence[Any]) -> Any:
        channel = _copied(stored)
        return channel if channel.update(writes) else UNCHANGED

    def read(self, stored: Any) -> Any:
        try:
            return stored.get()
        except EmptyChannelError:
            return MISSING

    def settle(self, stored: Any) -> Any:
        channel = _copied(stored)
        return channel if channel.update(()) else stored

    def spend(self, stored: Any) -> Any:
        channel = _copied(stored)
        return channel if channel.consume() else stored

    def release(self, stored: Any) -> Any:
        channel = _copied(stored)
        return channel if channel.finish() else stored

    def keep(self, stored: Any) -> Any:
        return stored.checkpoint()

    def revive(self, kept: Any) -> Any:
        return self._channel.from_checkpoint(kept)


def _copied(channel: BaseChannel[Any, Any]) -> BaseChannel[Any, Any]:
    try:
        return copy.deepcopy(channel)
    except Exception:
        return channel.copy()


_STATEFUL_FACE: Final = ("update", "get", "is_available", "consume", "finish", "checkpoint", "from_checkpoint")


def rule_of(channel: BaseChannel[Any, Any]) -> ChannelRule:
    """Return the rule by which the kernel runs `channel`."""
    cls = type(channel)
    own = any(getattr(cls, face) is not getattr(BaseChannel, face) for face in _STATEFUL_FACE)
    return _StatefulRule(channel) if own else channel


def unwrapped(write: Any) -> Any:
    """Return the value of a write, which may be an `Overwrite`: where nothing is reduced it means no more."""
    if type(write) is Overwrite:
        return write.value
    return write[_OVERWRITE] if is_overwrite(write) else write


def is_overwrite(write: Any) -> bool:
    """Return whether a write is an `Overwrite`, or its form as a dict, `{"__overwrite__": value}`."""
    return type(write) is Overwrite or (type(write) is dict and len(write) == 1 and _OVERWRITE in write)


def single(channel: BaseChannel[Any, Any], writes: Sequence[Any]) -> Any:
    """Return the only write of a superstep.

    Raises:
        InvalidUpdateError: There are several.
    """
    if len(writes) != 1:
        raise InvalidUpdateError(
            f"{type(channel).__name__} takes one value per superstep and got {len(writes)}; annotate the key with a "
            "reducer, such as Annotated[list, operator.add], to combine them"
        )
    return writes[0]
