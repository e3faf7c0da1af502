"""Frames: bodies, manifests and pending writes as bytes, for savers whose rows are kept in a database.

The frame is plain msgpack, with values inside that the serializer has encoded (and encrypted, where it does). The first
item of each is the format. An entry is a list, and its length says what it is: `[version]` is gone,
`[version, data]` stands inline, and one with a chain has six items.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stepgraph.checkpoint.records.rows import Body, Chain, Entry, Manifest, Trace
from stepgraph.errors import CorruptCheckpointError, NewerCheckpointError

__all__ = ["pack_body", "pack_manifest", "pack_writes", "unpack_body", "unpack_manifest", "unpack_writes"]

FORMAT: Final = 1


def pack_body(body: Body) -> bytes:
    """Return a body as bytes."""
    entries: dict[str, tuple[Any, ...]] = {}
    for channel, (version, data, chain) in body.entries.items():
        if chain is not None:
            entries[channel] = (version, *chain)
        else:
            entries[channel] = (version,) if data is None else (version, data)
    return _packed((FORMAT, body.v, body.updated, entries, body.seen, body.unseen))


def unpack_body(data: bytes) -> Body:
    """Return the body that `pack_body` packed.

    Raises:
        CorruptCheckpointError: `data` is damaged.
        NewerCheckpointError: A newer version packed it.
    """
    try:
        v, updated, entries, seen, unseen = _unpacked(data)
        if not (_are(int, v) and _are(list, unseen, updated or []) and _are(dict, entries, seen)):
            raise ValueError("its parts are not of the types that they should be")
        return Body(v, updated, {channel: _entry(*entry) for channel, entry in entries.items()}, seen, unseen)
    except (TypeError, ValueError, AttributeError) as error:
        raise CorruptCheckpointError(f"the row of a checkpoint is damaged: {error}") from error


def pack_manifest(manifest: Manifest) -> bytes:
    """Return a manifest as bytes."""
    traces = {
        channel: (seq, version, present) if chain is None else (seq, version, *chain)
        for channel, (seq, version, present, chain) in manifest.traces.items()
    }
    return _packed((FORMAT, traces, manifest.seen))


def unpack_manifest(data: bytes) -> Manifest:
    """Return the manifest that `pack_manifest` packed.

    Raises:
        CorruptCheckpointError: `data` is damaged.
        NewerCheckpointError: A newer version packed it.
    """
    try:
        traces, seen = _unpacked(data)
        if not _are(dict, traces, seen):
            raise ValueError("its parts are not of the types that they should be")
        return Manifest({channel: _trace(*trace) for channel, trace in traces.items()}, seen)
    except (TypeError, ValueError, AttributeError) as error:
        raise CorruptCheckpointError(f"the manifest of a checkpoint is damaged: {error}") from error


def pack_writes(writes: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the encoded writes of one slot as bytes."""
    return _packed((FORMAT, writes))


def unpack_writes(data: bytes) -> list[tuple[str, bytes]]:
    """Return the writes that `pack_writes` packed.

    Raises:
        CorruptCheckpointError: `data` is damaged.
        NewerCheckpointError: A newer version packed them.
    """
    try:
        (writes,) = _unpacked(data)
        return [(channel, value) for channel, value in writes]
    except (TypeError, ValueError) as error:
        raise CorruptCheckpointError(f"pending writes are damaged: {error}") from error


def _are(kind: type, *parts: Any) -> bool:
    return all(isinstance(part, kind) for part in parts)


def _entry(version: Any, data: bytes | None = None, *chain: Any) -> Entry:
    return Entry(version, None, Chain(*_typed(data, *chain))) if chain else Entry(version, data)


def _trace(seq: int, version: Any, present: Any, *chain: Any) -> Trace:
    if not chain:
        return Trace(seq, version, bool(present))
    return Trace(seq, version, True, Chain(*_typed(present, *chain)))


def _typed(shape: Any, length: int, depth: int, waste: int, size: int) -> tuple[str, int, int, int, int]:
    return str(shape), length, depth, waste, size


def _packed(frame: Any) -> bytes:
    from msgpack import packb

    packed: bytes = packb(frame)
    return packed


def _unpacked(data: bytes) -> list[Any]:
    """Return what follows the format."""
    from msgpack import unpackb
    from msgpack.exceptions import UnpackException

    try:
        frame = unpackb(data, strict_map_key=False)
    except (UnpackException, ValueError) as error:
        raise ValueError(f"expected msgpack, {error or 'which ended too soon'}") from error
    if not isinstance(frame, list) or not frame or not isinstance(frame[0], int):
        raise ValueError("expected a list with a format in front")
    if frame[0] > FORMAT:
        raise NewerCheckpointError(
            f"a row has format {frame[0]}, and this version of the engine reads up to {FORMAT}; upgrade stepgraph"
        )
    return frame[1:]
