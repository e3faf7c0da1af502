"""FileCallbackHandler: writes to a file what runs do."""

from __future__ import annotations

import os
import threading
from typing import Literal

from typing_extensions import Self

from stepgraph.callbacks.narrator import Narrator

__all__ = ["FileCallbackHandler"]


class FileCallbackHandler(Narrator):
    """Writes to a file what `StdOutCallbackHandler` prints. Use it in a `with` block, or call `close`.

    Args:
        filename: The file; it is made where it is missing.
        mode: Whether to write to its end (`"a"`), from its start (`"w"`), or only to a new one (`"x"`).
        color: The colour of what runs say, for a terminal that shows the file; none by default.

    Raises:
        ValueError: There is no such mode, or no such colour.
        OSError: The file cannot be opened; with `"x"`, it is there already.
    """

    def __init__(
        self, filename: str | os.PathLike[str], mode: Literal["a", "w", "x"] = "a", color: str | None = None
    ) -> None:
        super().__init__(color)
        if mode not in ("a", "w", "x"):
            raise ValueError(f"mode is 'a', 'w' or 'x', got {mode!r}")
        self.filename: str = os.fspath(filename)
        self.mode: str = mode
        self._lock = threading.Lock()
        self._file = open(filename, mode, encoding="utf-8")  # noqa: SIM115 - open for as long as the handler is used

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        with self._lock:
            self._file.close()

    def _write(self, text: str) -> None:
        with self._lock:
            if self._file.closed:
                raise ValueError(f"{self.filename} is closed; run inside the handler's `with` block, or before close()")
            self._file.write(text)
            self._file.flush()
