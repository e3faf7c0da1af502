"""Standin: the server in a thread of its own, and what tests see of it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

from tests.providers.standin.anthropic_messages import AnthropicMessages
from tests.providers.standin.anthropic_wire import AnthropicCount
from tests.providers.standin.endpoint import KEY, MODELS, Rules
from tests.providers.standin.exchange import Exchange
from tests.providers.standin.ledger import ClosedEarly, Ledger, Request
from tests.providers.standin.openai_chat import OpenAIChat
from tests.providers.standin.openai_embeddings import OpenAIEmbeddings
from tests.providers.standin.openai_responses import OpenAIResponses
from tests.providers.standin.prompter import Item, Prompter
from tests.providers.standin.replies import Ask, reply
from tests.providers.standin.script import Answer
from tests.providers.standin.wire import Connection

PATIENCE = 10.0  # seconds for the thread to start, to empty itself, to end


class Standin:
    """Stands in for OpenAI, also as it is on Azure, and for Anthropic, on 127.0.0.1 and a free port; a context manager.

    Attributes:
        rules: What it takes for right: the key, the models, strictness.
        port: Where it listens, once it is started.
    """

    def __init__(self, port: int = 0) -> None:
        self.rules = Rules()
        self.port = port
        self._messages = AnthropicMessages()
        self._ledger = Ledger()
        self._prompter = Prompter()
        endpoints = [OpenAIChat(), OpenAIResponses(), OpenAIEmbeddings(), self._messages, AnthropicCount()]
        self._exchange = Exchange(endpoints, self._prompter, self._ledger, self.rules)
        self._connections: set[Connection] = set()
        self._started: threading.Event = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="standin", daemon=True)

    # Its life.

    def __enter__(self) -> Standin:
        self._thread.start()
        self._started.wait(PATIENCE)
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE)

    def reset(self) -> None:
        """End every connection and forget every record, script and rule: as new, at the same address."""
        self.answers.clear()
        self._loop.call_soon_threadsafe(self._drop_all)
        self.wait_for(lambda: self.open_connections == 0 and self.active == 0, PATIENCE)
        self._ledger.clear()
        self._messages.forget()
        self._prompter.fallback = reply
        self.rules.key, self.rules.models, self.rules.roles_alternate = KEY, set(MODELS), True
        self.rules.deployments = {}

    # Where it is.

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def openai_url(self) -> str:
        """The base URL for OpenAI's SDK."""
        return f"{self.url}/v1"

    @property
    def azure_url(self) -> str:
        """The endpoint for OpenAI's SDK on Azure, without a path; `/openai/v1` behind it is a base URL."""
        return self.url

    @property
    def anthropic_url(self) -> str:
        """The base URL for Anthropic's SDK."""
        return self.url

    @property
    def key(self) -> str:
        """The key that it takes."""
        return self.rules.key

    def environment(self) -> dict[str, str]:
        """Return the variables that lead SDKs and chat models here, past every proxy."""
        return {
            "OPENAI_API_KEY": self.key,
            "OPENAI_BASE_URL": self.openai_url,
            "OPENAI_API_BASE": self.openai_url,
            "ANTHROPIC_API_KEY": self.key,
            "ANTHROPIC_BASE_URL": self.anthropic_url,
            "ANTHROPIC_API_URL": self.anthropic_url,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    # What it answers.

    @property
    def answers(self) -> deque[Item]:
        """The script: one item for each request that passes the checks, in order."""
        return self._prompter.answers

    @answers.setter
    def answers(self, items: Iterable[Item]) -> None:
        if items is not self._prompter.answers:  # `+=` ends here too
            self._prompter.answers.clear()
            self._prompter.answers.extend(items)

    def answer_with(self, fallback: Callable[[Ask], Answer]) -> None:
        """Answer with this where the script is at its end."""
        self._prompter.fallback = fallback

    # What it saw.

    @property
    def requests(self) -> list[Request]:
        """Every request since the last reset."""
        return self._ledger.requests

    @property
    def last(self) -> Request:
        """The request that came last."""
        return self._ledger.requests[-1]

    @property
    def closed_early(self) -> list[ClosedEarly]:
        """The requests whose client went away before it had the answer."""
        return self._ledger.closed_early

    @property
    def faults(self) -> list[BaseException]:
        """What went wrong in the stand-in itself."""
        return self._ledger.faults

    @property
    def active(self) -> int:
        """How many requests are being answered."""
        return self._ledger.active

    @property
    def most_active(self) -> int:
        """How many were being answered at the same time, at most."""
        return self._ledger.most_active

    @property
    def open_connections(self) -> int:
        """How many connections are open, those that clients keep for later included."""
        return self._ledger.open_connections

    @property
    def most_connections(self) -> int:
        """How many were open at the same time, at most."""
        return self._ledger.most_connections

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return self._ledger.connections

    def counts(self) -> dict[str, int]:
        """Return the numbers alone; `GET /standin` says the same."""
        return self._ledger.counts()

    # Waiting. Each has a twin for coroutines and raises AssertionError when it takes too long.

    def wait_for(self, holds: Callable[[], Any], timeout: float = 5.0) -> None:
        """Block until it holds."""
        self._ledger.wait_for(holds, timeout)

    async def await_for(self, holds: Callable[[], Any], timeout: float = 5.0) -> None:
        """Wait until it holds."""
        await self._ledger.await_for(holds, timeout)

    def wait_until_idle(self, timeout: float = 5.0) -> None:
        """Block until no request is being answered."""
        self.wait_for(self._idle, timeout)

    async def await_until_idle(self, timeout: float = 5.0) -> None:
        """Wait until no request is being answered."""
        await self.await_for(self._idle, timeout)

    def wait_until_closed(self, timeout: float = 5.0) -> None:
        """Block until no connection is open."""
        self.wait_for(self._closed, timeout)

    async def await_until_closed(self, timeout: float = 5.0) -> None:
        """Wait until no connection is open."""
        await self.await_for(self._closed, timeout)

    def _idle(self) -> bool:
        return self._ledger.active == 0

    def _closed(self) -> bool:
        return self._ledger.open_connections == 0 and self._ledger.active == 0

    # Its thread.

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._emptied = asyncio.Event()
        server = await self._loop.create_server(self._connection, "127.0.0.1", self.port, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._end.wait()
        server.close()
        self._drop_all()
        if self._connections:
            await self._emptied.wait()

    def _connection(self) -> Connection:
        return Connection(self._exchange, self._opened, self._lost)

    def _opened(self, connection: Connection) -> None:
        self._connections.add(connection)
        self._ledger.opened()

    def _lost(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._ledger.closed()
        if self._end.is_set() and not self._connections:
            self._emptied.set()

    def _drop_all(self) -> None:
        for connection in self._connections:
            connection.end(reset=True)
