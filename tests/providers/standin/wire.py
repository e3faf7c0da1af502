"""Connection: HTTP/1.1 on one TCP connection, as little of it as SDKs use, with every way to break it off.

When the client goes away, the task that answers is cancelled where it stands.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

LAST_CHUNK = b"0\r\n\r\n"
BLOCK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came: header names in lower case, the body undecoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return the head of a response."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Overloaded" if status == 529 else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(content: bytes) -> bytes:
    """Return a chunk of a chunked response."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def as_json(value: Any) -> bytes:
    """Return JSON as providers send it: compact, and not only ASCII."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


class Connection(asyncio.Protocol):
    """One client's connection: reads a request, has it answered, reads the next."""

    def __init__(
        self,
        answer: Callable[[Incoming, Connection], Awaitable[None]],
        opened: Callable[[Connection], None],
        closed: Callable[[Connection], None],
    ) -> None:
        self._answer = answer
        self._opened = opened
        self._closed = closed
        self._received = bytearray()
        self._more = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._opened(self)
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._more.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._task.cancel()
        self._closed(self)

    # What answers call.

    async def send(self, content: bytes) -> None:
        """Send, and wait while the client does not keep up."""
        self._transport.write(content)
        if not self._writable.is_set():
            await self._writable.wait()

    async def send_all(self, parts: Iterable[bytes], before_last: Callable[[], None]) -> None:
        """Send many parts in few writes, and call before the last of them."""
        block = bytearray()
        for part in parts:
            block += part
            if len(block) >= BLOCK:
                await self.send(bytes(block))
                block.clear()
        before_last()
        await self.send(bytes(block))

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a whole response."""
        await self.send(head(status, {**headers, "content-length": str(len(body))}) + body)

    def end(self, reset: bool = False) -> None:
        """End the connection: what was sent still arrives, unless it is reset."""
        if reset:
            self._transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            self._transport.abort()
        else:
            self._transport.close()

    # Reading.

    async def _serve(self) -> None:
        while not self._transport.is_closing():
            incoming = await self._read()
            await self._answer(incoming, self)
            if incoming.headers.get("connection", "").lower() == "close":
                self.end()

    async def _read(self) -> Incoming:
        end = await self._until(lambda: self._received.find(b"\r\n\r\n"))
        lines = bytes(self._received[:end]).decode("latin-1").split("\r\n")
        method, target, _version = lines[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        start, size = end + 4, int(headers.get("content-length", "0"))
        await self._until(lambda: 0 if len(self._received) >= start + size else -1)
        body = bytes(self._received[start : start + size])
        del self._received[: start + size]
        url = urlsplit(target)
        return Incoming(method, url.path, url.query, headers, body)

    async def _until(self, found: Callable[[], int]) -> int:
        while (position := found()) < 0:
            self._more.clear()
            await self._more.wait()
        return position
