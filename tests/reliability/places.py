"""Places: the databases in which a life keeps its thread, each with its statements as points of the probe."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psycopg import AsyncCursor, Cursor

from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph_postgres import PostgresSaver
from tests.reliability.probe import Probe

_CHANGES = ("BEGIN", "INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE", "COMMIT", "CREATE", "WITH")


def opened(folder: Path, uri: str, probe: Probe) -> Any:
    """Return the saver of a life; from now on, for good, this process crosses a point before each statement that
    changes something."""

    def tell(statement: Any) -> None:
        text = (statement.decode() if isinstance(statement, bytes) else str(statement)).lstrip()
        change = next((change for change in _CHANGES if text.startswith(change)), None)
        if change is not None and text != "BEGIN":
            probe.cross(f"in a transaction, before {change}")

    if uri:
        _watch_postgres(tell)
        return PostgresSaver(uri)
    _watch_sqlite(tell)
    return SqliteSaver(folder / "saver.sqlite")


def _watch_sqlite(tell: Callable[[Any], None]) -> None:
    connect = sqlite3.connect

    def watched(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(tell)
        return connection

    sqlite3.connect = watched


def _watch_postgres(tell: Callable[[Any], None]) -> None:
    execute, aexecute = Cursor.execute, AsyncCursor.execute

    def watched(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        tell(query)
        return execute(self, query, *args, **kwargs)

    async def awatched(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        tell(query)
        return await aexecute(self, query, *args, **kwargs)

    Cursor.execute, AsyncCursor.execute = watched, awatched  # type: ignore[method-assign]
