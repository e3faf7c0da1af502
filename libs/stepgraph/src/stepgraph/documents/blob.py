"""Blob: raw content, in memory or in a file, that is still to become documents."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any, BinaryIO, TypeAlias

__all__ = ["Blob", "PathLike"]

PathLike: TypeAlias = str | PurePath


@dataclass(frozen=True, kw_only=True, repr=False)
class Blob:
    """Raw content. A file is read when somebody asks for its content, each time.

    Attributes:
        id: Tells blobs apart.
        metadata: What is known of it.
        data: The content, `None` where it is in a file.
        mimetype: What kind of content it is, such as `"application/pdf"`.
        encoding: How text is encoded in it.
        path: Where the file is, or where the content came from.

    Raises:
        ValueError: It has neither content nor a path.
    """

    id: str | None = None
    metadata: dict[Any, Any] = field(default_factory=dict)
    data: bytes | str | None = None
    mimetype: str | None = None
    encoding: str = "utf-8"
    path: PathLike | None = None

    def __post_init__(self) -> None:
        if self.data is None and self.path is None:
            raise ValueError("a Blob needs its content, data=…, or the path of a file, path=…; got neither")

    @classmethod
    def from_path(
        cls,
        path: PathLike,
        *,
        encoding: str = "utf-8",
        mime_type: str | None = None,
        guess_type: bool = True,
        metadata: dict[Any, Any] | None = None,
    ) -> Blob:
        """Return the blob of a file, which is not read yet.

        Args:
            path: Where it is.
            encoding: How text is encoded in it.
            mime_type: What kind of content it is.
            guess_type: Whether that is guessed by the name of the file where it is not given.
            metadata: What is known of it.
        """
        if mime_type is None and guess_type:
            mime_type = mimetypes.guess_type(str(path))[0]
        return cls(path=path, mimetype=mime_type, encoding=encoding, metadata=dict(metadata or {}))

    @classmethod
    def from_data(
        cls,
        data: str | bytes,
        *,
        encoding: str = "utf-8",
        mime_type: str | None = None,
        path: str | None = None,
        metadata: dict[Any, Any] | None = None,
    ) -> Blob:
        """Return the blob of some content; see `from_path`."""
        return cls(data=data, path=path, mimetype=mime_type, encoding=encoding, metadata=dict(metadata or {}))

    @property
    def source(self) -> str | None:
        """Where the content came from: what its metadata say of its `source`, else its path."""
        if "source" in self.metadata:
            return self.metadata["source"]  # type: ignore[no-any-return]
        return None if self.path is None else str(self.path)

    def as_string(self) -> str:
        """Return the content as text."""
        if self.data is None:
            return self._file.read_text(encoding=self.encoding)
        return self.data if isinstance(self.data, str) else self.data.decode(self.encoding)

    def as_bytes(self) -> bytes:
        """Return the content as bytes."""
        if self.data is None:
            return self._file.read_bytes()
        return self.data if isinstance(self.data, bytes) else self.data.encode(self.encoding)

    @contextmanager
    def as_bytes_io(self) -> Iterator[BinaryIO]:
        """Open the content for reading, for the time of a `with` block."""
        if self.data is not None:
            yield BytesIO(self.as_bytes())
            return
        with self._file.open("rb") as file:
            yield file

    @property
    def _file(self) -> Path:
        return Path(str(self.path))

    def __repr__(self) -> str:
        return f"Blob({self.source or f'{len(self.as_bytes())} bytes'})"
