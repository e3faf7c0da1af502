"""Async views of Django in front of a provider: many requests on one worker, streams, lost clients (row 1.10)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import JsonResponse, StreamingHttpResponse
from django.test import AsyncClient, override_settings
from django.urls import path as url

from stepgraph.testing import Flag
from tests.providers.both import NAMES
from tests.providers.serving import AT_ONCE, asking, events, model_of, said, talk_with
from tests.providers.standin import Answer, Standin

both_streams = pytest.mark.parametrize("path", ["/stream", "/graph"])


def views_of(model: Any) -> type:
    """Return what Django takes for a module of URLs."""

    graph = talk_with(model)

    async def chat(request: Any) -> JsonResponse:
        return JsonResponse({"answer": (await model.ainvoke(request.GET["q"])).content})

    async def stream(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(events(model.astream(request.GET["q"])), content_type="text/event-stream")

    async def stream_graph(request: Any) -> StreamingHttpResponse:
        chunks = graph.astream({"messages": [("user", request.GET["q"])]}, stream_mode="messages")
        return StreamingHttpResponse(events(chunks), content_type="text/event-stream")

    class Urls:
        urlpatterns = (url("chat", chat), url("stream", stream), url("graph", stream_graph))

    return Urls


@pytest.fixture(params=NAMES)
def app(request: pytest.FixtureRequest, standin: Standin) -> Iterator[Any]:
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["127.0.0.1", "testserver"], LOGGING_CONFIG=None, SECRET_KEY="not one")
    application = get_asgi_application()
    with override_settings(ROOT_URLCONF=views_of(model_of(standin, request.param))):
        yield application


@pytest.fixture
async def client(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(app) as client:
        yield client


async def all_asked(get: Any, standin: Standin) -> list[Any]:
    """Ask many questions at once; the provider answers none before all are with it."""
    all_there = Flag()
    standin.answer_with(lambda ask: Answer(f"You said {ask.said}", before=all_there))
    asking = [asyncio.ensure_future(get(f"number {number}")) for number in range(AT_ONCE)]
    await standin.await_for(lambda: standin.active == AT_ONCE)
    all_there.set()
    return [answer.json() for answer in await asyncio.gather(*asking)]


EXPECTED = [{"answer": f"You said number {number}"} for number in range(AT_ONCE)]


async def test_requests_on_one_worker_are_with_the_provider_at_the_same_time(client, standin):
    answers = await all_asked(lambda question: client.get("/chat", params={"q": question}), standin)
    assert answers == EXPECTED
    assert (standin.most_active, len(standin.requests)) == (AT_ONCE, AT_ONCE)


@pytest.mark.usefixtures("app")
async def test_requests_of_djangos_own_client_too(standin):
    answers = await all_asked(lambda question: AsyncClient().get("/chat", {"q": question}), standin)
    assert answers == EXPECTED
    assert (standin.most_active, len(standin.requests)) == (AT_ONCE, AT_ONCE)


@both_streams
async def test_streams_side_by_side_do_not_mix(client, standin, path):
    go_on = Flag()
    standin.answer_with(lambda ask: Answer(f"You said {ask.said} and that is all", at={2: go_on}))
    asking = [asyncio.ensure_future(client.get(path, params={"q": f"number {n}"})) for n in range(AT_ONCE)]
    await standin.await_for(lambda: standin.active == AT_ONCE)
    go_on.set()
    answers = await asyncio.gather(*asking)
    assert [said(answer.text) for answer in answers] == [f"You said number {n} and that is all" for n in range(AT_ONCE)]


@both_streams
async def test_tokens_arrive_while_the_provider_goes_on(client, standin, path):
    go_on = Flag()
    standin.answers.append(Answer("one two three four five six", at={4: go_on}))
    async with client.stream("GET", path, params={"q": "Count."}) as response:
        chunks = response.aiter_text()
        text = await anext(chunks)
        assert said(text)
        assert standin.active == 1
        go_on.set()
        async for chunk in chunks:
            text += chunk
    assert said(text) == "one two three four five six"


@both_streams
async def test_a_client_that_goes_away_frees_the_provider_within_a_second(client, standin, path):
    never = Flag()
    standin.answers.append(Answer("one two three four five six", at={4: never}))
    async with client.stream("GET", path, params={"q": "Count."}) as response:
        assert said(await anext(response.aiter_text()))
    await standin.await_until_idle(1.0)
    (closed,) = standin.closed_early
    assert closed.request is standin.last
    never.set()


async def test_a_client_that_does_not_wait_for_its_answer_frees_the_provider_too(client, standin):
    never = Flag()
    standin.answers.append(Answer("late", before=never))
    asking = asyncio.ensure_future(client.get("/chat", params={"q": "Why?"}))
    await standin.await_for(lambda: standin.active == 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await standin.await_until_idle(1.0)
    assert len(standin.closed_early) == 1
    never.set()
