"""Complaint: what a user is told of a value that cannot be kept: its type, where it stands, what to do."""

from __future__ import annotations

from typing import Any

from stepgraph.serde.codec import Refused
from stepgraph.serde.locate import path_of, path_of_cycle

__all__ = ["failed", "refused"]


def refused(value: Any, refusal: Refused) -> str:
    """Say which part of `value` was refused, and why."""
    cls = type(refusal.value)
    name = cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
    path = path_of(value, refusal.value)
    at = f" at {_short(path)}" if path else ""
    return f"cannot keep the {name}{at}: it {refusal.reason}"


def failed(value: Any, error: Exception) -> str:
    """Say why packing `value` failed with `error`, which is the packer's or that of code of the value's."""
    kind = type(value).__qualname__
    if not (isinstance(error, ValueError) and "recursion" in str(error)):
        return f"cannot keep this {kind}: {type(error).__name__}: {error}"
    path = path_of_cycle(value)
    if path is None:
        return f"cannot keep this {kind}: it is nested too deeply, more than 500 lists or 100 objects; flatten it"
    return f"cannot keep a value that contains itself, at {_short(path)}; keep an id in place of the reference back"


def _short(path: str, most: int = 300) -> str:
    return path if len(path) <= most else f"{path[: most // 2]} … {path[-most // 2 :]}"
