"""FastAPI in front of a provider: many requests on one worker, tokens as server-sent events, clients that go away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from stepgraph.testing import Flag
from tests.providers.both import NAMES
from tests.providers.serving import AT_ONCE, asking, events, model_of, said, talk_with
from tests.providers.standin import Answer, Standin


def app_of(model: Any) -> FastAPI:
    app = FastAPI()

    graph = talk_with(model)

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


@pytest.fixture(params=NAMES)
async def client(request: pytest.FixtureRequest, standin: Standin) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(app_of(model_of(standin, request.param))) as client:
        yield client


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
