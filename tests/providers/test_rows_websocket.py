"""WebSockets in front of a provider: tokens as messages, and clients that go away (row 1.9).

The application is called as servers of ASGI call it, so that a client can go away in each way that a server reports.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from stepgraph.testing import Flag
from tests.providers.both import NAMES
from tests.providers.serving import AT_ONCE, model_of
from tests.providers.standin import Answer, Standin

PIECES = [f"{number} " for number in range(10)]


def app_of(model: Any) -> FastAPI:
    app = FastAPI()

    @app.websocket("/chat")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        while True:
            try:
                question = await socket.receive_text()
                async with aclosing(model.astream(question)) as chunks:
                    async for chunk in chunks:
                        await socket.send_text(chunk.content)
                await socket.send_json(None)
            except WebSocketDisconnect:
                return

    return app


class Client:
    """The server's side of one connection: what the application receives and sends."""

    def __init__(self, app: FastAPI) -> None:
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._is_gone = False
        scope = {"type": "websocket", "path": "/chat", "query_string": b"", "headers": [], "subprotocols": []}
        self._to_app.put_nowait({"type": "websocket.connect"})
        self.running = asyncio.ensure_future(app(scope, self._to_app.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        if self._is_gone:
            raise OSError("the client is gone")
        self._from_app.put_nowait(message)

    def ask(self, question: str) -> None:
        self._to_app.put_nowait({"type": "websocket.receive", "text": question})

    async def token(self) -> str:
        """Return the next text that is not empty."""
        while True:
            message = await asyncio.wait_for(self._from_app.get(), 10)
            if message.get("text"):
                return message["text"]

    def leave(self) -> None:
        self._is_gone = True
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1001})


@pytest.fixture(params=NAMES)
def app(request: pytest.FixtureRequest, standin: Standin) -> FastAPI:
    return app_of(model_of(standin, request.param))


async def test_tokens_are_messages_and_conversations_do_not_mix(app, standin):
    go_on = Flag()
    standin.answer_with(lambda ask: Answer(f"You said {ask.said}", at={2: go_on}))
    clients = [Client(app) for _ in range(AT_ONCE)]
    for number, client in enumerate(clients):
        client.ask(f"number {number}")
    await standin.await_for(lambda: standin.active == AT_ONCE)
    go_on.set()
    for number, client in enumerate(clients):
        assert [await client.token() for _ in range(5)] == ["You", " said", " number", f" {number}", "null"]
    for client in clients:
        client.leave()
        await asyncio.wait_for(client.running, 10)


async def test_tokens_arrive_while_the_provider_goes_on(app, standin):
    go_on = Flag()
    standin.answers.append(Answer(pieces=PIECES, at={4: go_on}))
    client = Client(app)
    client.ask("Count.")
    assert await client.token() == PIECES[0]
    assert standin.active == 1
    go_on.set()
    assert [await client.token() for _ in PIECES] == [*PIECES[1:], "null"]
    client.leave()
    await asyncio.wait_for(client.running, 10)


@pytest.mark.parametrize("how", ["sending fails", "the server cancels"])
async def test_a_client_that_goes_away_frees_the_provider_within_a_second(app, standin, how):
    go_on, never = Flag(), Flag()
    standin.answers.append(Answer(pieces=PIECES, at={5: go_on, 8: never}))
    client = Client(app)
    client.ask("Count.")
    assert await client.token() == PIECES[0]
    client.leave()
    if how == "sending fails":
        go_on.set()
        await asyncio.wait_for(client.running, 10)
    else:
        client.running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await client.running
    await standin.await_until_idle(1.0)
    assert [closed.request for closed in standin.closed_early] == [standin.last]
    never.set()
    go_on.set()
