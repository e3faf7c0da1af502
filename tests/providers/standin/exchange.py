"""Exchange: one request from its check to the last byte of its answer, on the server's loop.

What became of a request is recorded before its last byte is sent: a client that has its answer finds the record whole.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.providers.standin.azure import azure
from tests.providers.standin.endpoint import Endpoint, Refused, Rules
from tests.providers.standin.ledger import KEY_HEADERS, REDACTED, Ledger, Outcome, Request
from tests.providers.standin.prompter import Prompter, listed
from tests.providers.standin.script import Cut, Drop, Failure, Pause, StreamError, Vectors, Verbatim
from tests.providers.standin.wire import LAST_CHUNK, Connection, Incoming, as_json, chunk, head

JSON = {"content-type": "application/json"}
STREAM = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "transfer-encoding": "chunked",
}


class Exchange:
    """Answers requests from the script, or from the requests themselves where the script has nothing to say."""

    def __init__(self, endpoints: Sequence[Endpoint], prompter: Prompter, ledger: Ledger, rules: Rules) -> None:
        self._prompter = prompter
        self._endpoints = {endpoint.path: endpoint for endpoint in endpoints}
        self._ledger = ledger
        self._rules = rules

    async def __call__(self, incoming: Incoming, connection: Connection) -> None:
        """Answer one request; whatever happens, the ledger learns what became of it."""
        if incoming.path == "/standin":
            await connection.respond(200, JSON, as_json(self._ledger.counts()))
            return
        endpoint = self._endpoints.get(incoming.path) or azure(incoming.path, incoming.query, self._endpoints)
        header, key = endpoint.key(incoming.headers) if endpoint is not None else (None, None)
        request = self._recorded(incoming, header, key)
        self._ledger.begin(request)
        outcome: Outcome = "failed"
        try:
            if endpoint is None or incoming.method != "POST":
                await self._respond(request, connection, 404, JSON, b'{"error":{"message":"Not found."}}', "refused")
                outcome = "refused"
            else:
                outcome = await self._answered(endpoint, request, key, connection)
        except asyncio.CancelledError:
            outcome = "closed early"
            raise
        except Exception as fault:
            self._ledger.faults.append(fault)
            connection.end(reset=True)
        finally:
            self._ledger.end(request, outcome)

    async def _answered(self, endpoint: Endpoint, request: Request, key: str | None, connection: Connection) -> Outcome:
        try:
            if not request.key_ok:
                raise endpoint.key_refusal(key)
            endpoint.check(request.body, request.headers, self._rules)
        except Refused as refused:
            await self._refuse(endpoint, request, connection, refused, outcome="refused")
            return "refused"
        item = self._prompter.next_item(endpoint, request)
        first = item[0] if isinstance(item, (list, tuple)) else item
        await pause(first.before)
        if isinstance(first, Drop):
            self._ledger.end(request, "broken off")
            connection.end(reset=first.reset)
            return "broken off"
        if isinstance(first, Failure):
            await self._fail(endpoint, request, connection, first)
            return "failed"
        if request.body.get("stream"):
            return await self._stream(endpoint, request, connection, item, first)
        return await self._whole(endpoint, request, connection, item, first)

    async def _whole(
        self, endpoint: Endpoint, request: Request, connection: Connection, item: Any, first: Any
    ) -> Outcome:
        if isinstance(first.ends if not isinstance(first, Vectors) else None, StreamError):
            await self._refuse(endpoint, request, connection, Refused(first.ends.message, 529, first.ends.kind))
            return "failed"
        if isinstance(first, Verbatim):
            body = first.body if isinstance(first.body, bytes) else as_json(first.body)
        else:
            body = as_json(endpoint.whole(listed(item, request), request.body, request.number))
        headers = {**endpoint.headers(request.number), **JSON, **getattr(first, "headers", {})}
        request.status = 200
        if getattr(first, "ends", None) is not None:
            part = head(200, {**headers, "content-length": str(len(body))}) + body[: len(body) // 2]
            self._ledger.end(request, "broken off")
            await connection.send(part)
            connection.end(reset=first.ends.reset)
            return "broken off"
        self._ledger.end(request, "answered")
        await connection.respond(200, headers, body)
        return "answered"

    async def _stream(
        self, endpoint: Endpoint, request: Request, connection: Connection, item: Any, first: Any
    ) -> Outcome:
        events = self._prompter.frames(endpoint, request, item, first)
        request.status = 200
        start = head(200, {**endpoint.headers(request.number), **STREAM, **first.headers})
        if first.hurries:
            request.events = len(events)
            await connection.send_all(
                [start, *events, LAST_CHUNK], before_last=lambda: self._ledger.end(request, "answered")
            )
            return "answered"
        await connection.send(start)
        ends = first.ends
        stop = len(events) if ends is None else min(ends.after, len(events))
        for index, event in enumerate(events[:stop]):
            await pause(first.at.get(index, 0.0))
            if index:
                await pause(first.between)
            self._ledger.sent(request, index + 1)
            if index == len(events) - 1 and ends is None:
                # The end goes with the last event: who has that may close the connection, and closes nothing early.
                self._ledger.end(request, "answered")
                event += LAST_CHUNK
            await connection.send(event)
        if ends is None:
            return "answered"
        await pause(first.at.get(stop, 0.0))
        self._ledger.end(request, "failed" if isinstance(ends, StreamError) else "broken off")
        if isinstance(ends, StreamError):
            await connection.send(chunk(endpoint.stream_error(ends, request.number)) + LAST_CHUNK)
            return "failed"
        await _cut(connection, ends, events[stop] if stop < len(events) else b"")
        return "broken off"

    async def _fail(self, endpoint: Endpoint, request: Request, connection: Connection, failure: Failure) -> None:
        headers = dict(failure.headers)
        if failure.retry_after is not None:
            headers["retry-after"] = f"{failure.retry_after:g}"
            headers["retry-after-ms"] = f"{failure.retry_after * 1000:g}"
        if failure.body is None:
            await self._refuse(endpoint, request, connection, endpoint.refusal_of(failure), headers)
            return
        body = failure.body if isinstance(failure.body, bytes) else failure.body.encode()
        headers = {"content-type": "text/html", **headers}
        await self._respond(request, connection, failure.status, headers, body)

    async def _refuse(
        self,
        endpoint: Endpoint,
        request: Request,
        connection: Connection,
        refused: Refused,
        headers: Mapping[str, str] | None = None,
        outcome: Outcome = "failed",
    ) -> None:
        body = as_json(endpoint.error(refused, request.number))
        all_headers = {**endpoint.headers(request.number), **JSON, **(headers or {})}
        await self._respond(request, connection, refused.status, all_headers, body, outcome)

    async def _respond(
        self,
        request: Request,
        connection: Connection,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        outcome: Outcome = "failed",
    ) -> None:
        request.status = status
        self._ledger.end(request, outcome)
        await connection.respond(status, headers, body)

    def _recorded(self, incoming: Incoming, header: str | None, key: str | None) -> Request:
        headers = {name: REDACTED if name in KEY_HEADERS else value for name, value in incoming.headers.items()}
        try:
            body = json.loads(incoming.body)
        except ValueError:
            body = incoming.body
        number = len(self._ledger.requests) + 1
        return Request(number, incoming.path, incoming.query, headers, body, header, key == self._rules.key)


async def pause(how: Pause) -> None:
    """Wait so long, or until the test says so."""
    if not isinstance(how, (int, float)):
        await how.await_set()
    elif how > 0:
        await asyncio.sleep(how)


async def _cut(connection: Connection, cut: Cut, next_event: bytes) -> None:
    """End the connection before the stream is complete."""
    if cut.inside and next_event:
        content = next_event.split(b"\r\n", 1)[1][:-2]
        await connection.send(chunk(content[: len(content) // 2]))
    if cut.clean:
        await connection.send(LAST_CHUNK)
    else:
        connection.end(reset=cut.reset)
