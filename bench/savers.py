"""Savers: an engine's checkpoint savers, which are imported only where a row asks for them, and files for them."""

from __future__ import annotations

import atexit
import importlib
import itertools
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.engine import Engine

__all__ = ["in_memory", "lasting_file", "new_file", "on_disk", "on_disk_async", "weight"]

_LASTING: Final = ExitStack()
_NUMBERS: Final = itertools.count()


def in_memory(engine: Engine) -> Any:
    """Return an empty saver in memory."""
    return importlib.import_module(f"{engine.root}.checkpoint.memory").InMemorySaver()


def on_disk(engine: Engine, path: Path, **settings: Any) -> AbstractContextManager[Any]:
    """Open a saver on a file, for sync code, as each engine does by itself."""
    module = importlib.import_module(f"{engine.root}.checkpoint.sqlite")
    return module.SqliteSaver.from_conn_string(str(path), **settings)  # type: ignore[no-any-return]


def on_disk_async(engine: Engine, path: Path) -> AbstractAsyncContextManager[Any]:
    """Open a saver on a file, for async code."""
    module = importlib.import_module(f"{engine.root}.checkpoint.sqlite.aio")
    return module.AsyncSqliteSaver.from_conn_string(str(path))  # type: ignore[no-any-return]


@contextmanager
def new_file() -> Iterator[Path]:
    """Give a place for a file that is deleted at the end, with what stands beside it."""
    with TemporaryDirectory(prefix="stepgraph-bench-") as folder:
        yield Path(folder) / "bench.sqlite"


def lasting_file() -> Path:
    """Return a place for a file that is deleted when the process ends."""
    folder = _LASTING.enter_context(TemporaryDirectory(prefix="stepgraph-bench-"))
    return Path(folder) / f"bench{next(_NUMBERS)}.sqlite"


def weight(path: Path) -> int:
    """Return the bytes of a database with its log."""
    return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*"))


atexit.register(_LASTING.close)
