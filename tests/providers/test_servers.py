"""FastAPI in front of a provider: many requests on one worker, tokens as server-sent events, clients that go away."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from stepgraph.chat_models import init_chat_model
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.testing import Flag
from tests.providers.standin import Answer, Standin

AT_ONCE = 20
NAMES = {"openai": "openai:gpt-4o-mini", "anthropic": "anthropic:claude-sonnet-5"}


def model_of(standin: Standin, provider: str) -> Any:
    url = standin.openai_url if provider == "openai" else standin.anthropic_url
    return init_chat_model(NAMES[provider], base_url=url, api_key=standin.key)


def app_of(model: Any) -> FastAPI:
    app = FastAPI()

    async def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node(answer).add_edge(START, "answer").compile()

    async def events(chunks: Any) -> AsyncIterator[str]:
        async with aclosing(chunks):
            async for chunk in chunks:
                message = chunk[0] if isinstance(chunk, tuple) else chunk
                if message.content:
                    yield f"data: {json.dumps(message.content)}\n\n"

    @app.get("/chat")
    async def chat(q: str) -> dict[str, str]:
        return {"answer": (await model.ainvoke(q)).content}

    @app.get("/stream")
    async def stream(q: str) -> StreamingResponse:
        return StreamingResponse(events(model.astream(q)), media_type="text/event-stream")

    @app.get("/graph")
    async def stream_graph(q: str) -> StreamingResponse:
        chunks = graph.astream({"messages": [("user", q)]}, stream_mode="messages")
        return StreamingResponse(events(chunks), media_type="text/event-stream")

    return app


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
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


@pytest.fixture(params=NAMES)
async def client(request: pytest.FixtureRequest, standin: Standin) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=AT_ONCE)
    with served(app_of(model_of(standin, request.param))) as address:
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30, limits=limits) as client:
            yield client


def said(text: str) -> str:
    """Return what server-sent events add up to."""
    return "".join(json.loads(event.removeprefix("data: ")) for event in text.split("\n\n")[:-1])


async def test_requests_on_one_worker_are_with_the_provider_at_the_same_time(client, standin):
    all_there = Flag()
    standin.answer_with(lambda ask: Answer(f"You said {ask.said}", before=all_there))
    asking = [asyncio.ensure_future(client.get("/chat", params={"q": f"number {n}"})) for n in range(AT_ONCE)]
    await standin.await_for(lambda: standin.active == AT_ONCE)
    all_there.set()
    answers = await asyncio.gather(*asking)
    assert [answer.json()["answer"] for answer in answers] == [f"You said number {n}" for n in range(AT_ONCE)]
    assert standin.most_active == AT_ONCE
    assert len(standin.requests) == AT_ONCE


@pytest.mark.parametrize("path", ["/stream", "/graph"])
async def test_streams_side_by_side_do_not_mix(client, standin, path):
    go_on = Flag()
    standin.answer_with(lambda ask: Answer(f"You said {ask.said} and that is all", at={2: go_on}))
    asking = [asyncio.ensure_future(client.get(path, params={"q": f"number {n}"})) for n in range(AT_ONCE)]
    await standin.await_for(lambda: standin.active == AT_ONCE)
    go_on.set()
    answers = await asyncio.gather(*asking)
    expected = [f"You said number {n} and that is all" for n in range(AT_ONCE)]
    assert [said(answer.text) for answer in answers] == expected


@pytest.mark.parametrize("path", ["/stream", "/graph"])
async def test_a_client_that_goes_away_frees_the_provider_within_a_second(client, standin, path):
    never = Flag()
    standin.answers += [Answer("one two three four five six", at={4: never})]
    async with client.stream("GET", path, params={"q": "Count."}) as response:
        chunks = response.aiter_text()
        assert said(await chunks.__anext__())
    await standin.await_until_idle(1.0)
    (closed,) = standin.closed_early
    assert closed.request is standin.last
    never.set()
