"""LangChain's blocks of data before version 1, which said by `source_type` where the data is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepgraph.messages.block_types import OLDER_KEYS
from stepgraph.messages.likeness import ensure_id

__all__ = ["from_v0", "is_v0"]


def is_v0(block: Mapping[str, Any]) -> bool:
    """Return whether a block is one of these."""
    return block.get("type") in ("image", "audio", "file") and block.get("source_type") in OLDER_KEYS


def from_v0(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return such a block in the form of today."""
    source = block["source_type"]
    before, now = OLDER_KEYS[source]
    if before not in block:
        return {"type": "non_standard", "value": dict(block)}
    made: dict[str, Any] = {"type": "text-plain" if source == "text" else block["type"], now: block[before]}
    if block.get("mime_type") or source == "text":
        made["mime_type"] = block.get("mime_type") or "text/plain"
    if source != "id" and "id" in block:
        made["id"] = block["id"]
    elif source == "id" and block["type"] == "file":
        made["id"] = ensure_id(None)
    said = ("type", "source_type", "mime_type", "id", before)
    extras = {key: value for key, value in block.items() if key not in said and value is not None}
    return {**made, "extras": extras} if extras else made
