"""A chat over HTTP: answers as a whole, and streamed as server-sent events.

    uvicorn --app-dir docs/examples chat_server:app
    curl 'localhost:8000/chat?q=What+is+a+barrier'
    curl -N 'localhost:8000/stream?q=What+is+a+barrier'
    curl -N 'localhost:8000/graph?q=What+is+a+barrier'
    curl 'localhost:8000/connections'

The provider is a stand-in that opens a connection for each answer and needs a moment to close it, so that one sees what
becomes of it when a client goes away. The guide that belongs to it is docs/how-to/async.md.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import anyio
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from typing_extensions import TypedDict

from stepgraph.graph import START, StateGraph
from stepgraph.runnables import RunnableGenerator, RunnableLambda
from stepgraph.types import StreamWriter

LATENCY = 0.02
"""How many seconds the provider takes for a word."""


class Provider:
    """Stands for a provider of models.

    Attributes:
        open: How many connections there are.
        peak: How many there were at the most.
        closed: How many were closed in good order.
    """

    def __init__(self) -> None:
        self.open: int = 0
        self.peak: int = 0
        self.closed: int = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[None]:
        """Open a connection, and close it whatever happens."""
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):  # a server cancels again and again; closing is not to be disturbed
                await asyncio.sleep(LATENCY)
            self.open -= 1
            self.closed += 1

    async def answer(self, question: str) -> AsyncGenerator[str, None]:
        """Answer word by word; a question that begins with `go on` is answered for ever."""
        async with self.connection():
            yield "You asked: "
            while True:
                for word in question.split():
                    await asyncio.sleep(LATENCY)
                    yield f"{word} "
                if not question.startswith("go on"):
                    return


async def capitals(tokens: AsyncIterator[str]) -> AsyncIterator[str]:
    """Stands for a parser: it turns tokens into tokens."""
    async for token in tokens:
        yield token.upper()


class State(TypedDict, total=False):
    """What the graph keeps."""

    question: str
    answer: str


provider = Provider()
tidy = RunnableLambda(str.strip, run_inline=True)
chain: Any = tidy | RunnableLambda(provider.answer) | RunnableGenerator(capitals)


async def respond(state: State, writer: StreamWriter) -> State:
    """Answer, and show each token."""
    answer = ""
    async with aclosing(chain.astream(state["question"])) as tokens:
        async for token in tokens:
            writer(token)
            answer += token
    return {"answer": answer}


graph = StateGraph(State).add_node(respond).add_edge(START, "respond").compile()
app = FastAPI()


async def events(chunks: AsyncGenerator[str, None]) -> AsyncIterator[str]:
    """Turn chunks into server-sent events, and close them when the client goes away."""
    async with aclosing(chunks):
        async for chunk in chunks:
            yield f"data: {json.dumps(chunk)}\n\n"
    yield "event: end\ndata:\n\n"


@app.get("/chat")
async def chat(q: str) -> dict[str, str]:
    """Answer as a whole."""
    return {"answer": await chain.ainvoke(q)}


@app.get("/stream")
async def stream(q: str) -> StreamingResponse:
    """Answer token by token."""
    return StreamingResponse(events(chain.astream(q)), media_type="text/event-stream")


@app.get("/graph")
async def stream_graph(q: str) -> StreamingResponse:
    """Answer token by token, from within a graph."""
    tokens = graph.astream({"question": q}, stream_mode="custom")
    return StreamingResponse(events(tokens), media_type="text/event-stream")


@app.get("/connections")
async def connections() -> dict[str, int]:
    """Tell what became of the provider's connections."""
    return {"open": provider.open, "peak": provider.peak, "closed": provider.closed}
