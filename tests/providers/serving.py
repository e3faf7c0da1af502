"""What the tests of servers share: a model that asks the stand-in, what views stream, an application that is served."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any

import httpx
import uvicorn

from stepgraph.chat_models import init_chat_model
from stepgraph.graph import START, MessagesState, StateGraph
from tests.providers.both import NAMES
from tests.providers.standin import Standin

__all__ = ["AT_ONCE", "asking", "events", "model_of", "said", "served", "talk_with"]

AT_ONCE = 20
"""How many requests are made at once."""


def model_of(standin: Standin, provider: str) -> Any:
    url = standin.openai_url if provider == "openai" else standin.anthropic_url
    return init_chat_model(NAMES[provider], base_url=url, api_key=standin.key)


def talk_with(model: Any) -> Any:
    """Return a graph whose one node asks a model."""

    async def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    return StateGraph(MessagesState).add_node(answer).add_edge(START, "answer").compile()


async def events(chunks: Any) -> AsyncIterator[str]:
    """Yield what a model, or a graph with `stream_mode="messages"`, streams as server-sent events."""
    async with aclosing(chunks):
        async for chunk in chunks:
            message = chunk[0] if isinstance(chunk, tuple) else chunk
            if message.content:
                yield f"data: {json.dumps(message.content)}\n\n"


def said(text: str) -> str:
    """Return what server-sent events add up to."""
    return "".join(json.loads(event.removeprefix("data: ")) for event in text.split("\n\n")[:-1])


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an application with one worker, in a thread with a loop of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        thread = threading.Thread(target=asyncio.run, args=(server.serve([listener]),))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
    assert not thread.is_alive()


@asynccontextmanager
async def asking(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Serve an application, and give a client that may ask it `AT_ONCE` times at once."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    with served(app) as address:
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30, limits=limits) as client:
            yield client
