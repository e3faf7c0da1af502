"""Files: the entries of a store as JSON, here as LangChain's class of the same name writes them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import uuid4

from stepgraph.vectorstores.table import Entry

__all__ = ["read_entries", "write_entries"]

_KEYS: Final = frozenset({"id", "vector", "text", "metadata"})


def write_entries(path: str | os.PathLike[str], entries: Mapping[str, Entry]) -> None:
    """Write entries to a file. One that is there already is replaced once all is written.

    Raises:
        TypeError: The metadata of an entry hold something that is no JSON; the message names it.
    """
    file = Path(path)
    text = json.dumps({id: _jsonable(entry) for id, entry in entries.items()}, indent=2, ensure_ascii=False)
    file.parent.mkdir(exist_ok=True, parents=True)
    draft = file.with_name(f"{file.name}.{uuid4().hex}.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def read_entries(path: str | os.PathLike[str]) -> dict[str, Entry]:
    """Return the entries that were written to a file.

    Raises:
        ValueError: The file holds something else.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not what dump() writes, it is not even JSON: {error}") from error
    if not isinstance(found, dict) or not all(
        isinstance(each, dict) and each.keys() >= _KEYS for each in found.values()
    ):
        raise ValueError(f"{path} is not what dump() writes: a dict of dicts with {', '.join(sorted(_KEYS))}")
    return found


def _jsonable(entry: Entry) -> Entry:
    try:
        json.dumps(entry["metadata"])
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"document {entry['id']!r} cannot be written to a file: its metadata are no JSON ({error})"
        ) from error
    return entry
