"""Codec: values to bytes and back, with errors that name the channel, and bytes bound to the place where they are kept.

A place is thread, namespace, checkpoint and what the bytes are there. Each part is preceded by its length, so that no
two places look alike whatever the names hold.
"""

from __future__ import annotations

from typing import Any

from stepgraph.errors import CheckpointError, DeserializationError, SerializationError
from stepgraph.serde.base import Serializer

__all__ = ["Codec", "is_portable"]


class Codec:
    """Encodes and decodes what belongs to one checkpoint.

    Args:
        serde: The serializer.
        thread_id: The thread.
        checkpoint_ns: The namespace.
        checkpoint_id: The checkpoint.
    """

    __slots__ = ("_about", "_binds", "_place", "_serde")

    def __init__(self, serde: Serializer, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> None:
        self._serde: Serializer = serde
        self._about: tuple[str, str, str] = (thread_id, checkpoint_ns, checkpoint_id)
        self._binds: bool = getattr(serde, "binds_place", True)
        self._place: bytes = (
            b""
            if not self._binds
            else (
                f"{len(thread_id)}:{thread_id}{len(checkpoint_ns)}:{checkpoint_ns}{len(checkpoint_id)}:{checkpoint_id}"
            ).encode("utf-8", "surrogatepass")
        )

    def dump(self, channel: str, value: Any) -> bytes:
        """Return a channel's value, or a delta of it, as bytes."""
        try:
            if not self._binds:
                return self._serde.dumps(value)
            return self._serde.dumps(value, self._place + b"c" + channel.encode())
        except Exception as error:
            raise _unkept(error, f"channel {channel!r}") from error

    def load(self, channel: str, data: bytes) -> Any:
        """Return what `dump` encoded."""
        try:
            return self._serde.loads(data, self._place + b"c" + channel.encode())
        except Exception as error:
            raise self._unread(error, f"channel {channel!r}") from error

    def dump_metadata(self, metadata: Any) -> bytes:
        """Return metadata as bytes."""
        try:
            return self._serde.dumps(dict(metadata), self._place + b"m")
        except Exception as error:
            raise _unkept(error, "the metadata") from error

    def load_metadata(self, data: bytes) -> Any:
        """Return what `dump_metadata` encoded."""
        try:
            return self._serde.loads(data, self._place + b"m")
        except Exception as error:
            raise self._unread(error, "the metadata") from error

    def dump_write(self, task_id: str, slot: int, channel: str, value: Any) -> bytes:
        """Return a pending write as bytes."""
        try:
            place = self._place + b"w" + _task_place(task_id, slot, channel) if self._binds else b""
            return self._serde.dumps(value, place)
        except Exception as error:
            raise _unkept(error, f"the write to channel {channel!r} of task {task_id!r}") from error

    def load_write(self, task_id: str, slot: int, channel: str, data: bytes) -> Any:
        """Return what `dump_write` encoded."""
        try:
            return self._serde.loads(data, self._place + b"w" + _task_place(task_id, slot, channel))
        except Exception as error:
            raise self._unread(error, f"the write to channel {channel!r} of task {task_id!r}") from error

    def _unread(self, error: Exception, what: str) -> CheckpointError:
        thread_id, checkpoint_ns, checkpoint_id = self._about
        place = f"checkpoint {checkpoint_id!r} of thread {thread_id!r}"
        place += f", namespace {checkpoint_ns!r}" if checkpoint_ns else ""
        kind = type(error) if isinstance(error, CheckpointError) else DeserializationError
        return kind(f"{what} of {place} cannot be read: {error}")


def is_portable(serde: Serializer) -> bool:
    """Return whether bytes may be kept elsewhere as they are, because the serializer does not bind them to a place."""
    try:
        return bool(serde.loads(serde.dumps(True, b"here"), b"there"))
    except CheckpointError:
        return False


def _unkept(error: Exception, what: str) -> CheckpointError:
    kind = type(error) if isinstance(error, CheckpointError) else SerializationError
    return kind(f"{what} holds what cannot be kept: {error}")


def _task_place(task_id: str, slot: int, channel: str) -> bytes:
    return f"{len(task_id)}:{task_id}{slot}:{channel}".encode("utf-8", "surrogatepass")
