"""How the stand-in fails: errors in each provider's words, retries, connections that break off, clients that go."""

import asyncio
import time

import anthropic
import httpx2
import openai
import pytest

from stepgraph.testing import Flag
from tests.providers.standin import Answer, Cut, Drop, Failure, Standin
from tests.providers.standin_clients import CLAUDE, COLOURS, GPT, chat, claude, gpt, message

both_colours = pytest.mark.parametrize("colour", COLOURS)
both_providers = pytest.mark.parametrize(("provider", "sdk"), [(chat, openai), (message, anthropic)])
BROKEN = (httpx2.TransportError, openai.APIConnectionError, anthropic.APIConnectionError)


@both_colours
@both_providers
@pytest.mark.parametrize(
    ("status", "error", "kinds"),
    [
        (400, "BadRequestError", {"invalid_request_error"}),
        (401, "AuthenticationError", {"invalid_request_error", "authentication_error"}),
        (404, "NotFoundError", {"invalid_request_error", "not_found_error"}),
        (429, "RateLimitError", {"requests", "rate_limit_error"}),
        (500, "InternalServerError", {"server_error", "api_error"}),
        (529, "APIStatusError", {"server_error", "overloaded_error"}),
    ],
)
def test_errors(standin: Standin, colour: str, provider, sdk, status, error, kinds):
    standin.answers.append(Failure(status, "No luck.", retry_after=0.01 if status == 429 else None))
    with pytest.raises(getattr(sdk, error), match=r"No luck\.") as failed:
        provider(standin, colour)
    assert failed.value.status_code == status
    body = failed.value.response.json()["error"]
    assert (body["message"], body["type"] in kinds) == ("No luck.", True)
    assert failed.value.response.headers.get("retry-after") == ("0.01" if status == 429 else None)
    assert failed.value.request_id == "req_000001"
    assert (standin.last.status, standin.last.outcome, len(standin.requests)) == (status, "failed", 1)


@both_colours
@both_providers
def test_retries(standin: Standin, colour: str, provider, sdk):
    standin.answers += [Failure(429, retry_after=0.01), Failure(500, retry_after=0.01), Answer("Hello")]
    answer = provider(standin, colour, client={"max_retries": 2})
    assert "Hello" in str(answer)
    assert [request.status for request in standin.requests] == [429, 500, 200]
    assert [request.headers["x-stainless-retry-count"] for request in standin.requests] == ["0", "1", "2"]


@both_colours
@both_providers
@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_that_is_dropped(standin: Standin, colour: str, provider, sdk, reset):
    standin.answers += [Drop(reset=reset), Drop(reset=reset)]
    with pytest.raises(sdk.APIConnectionError):
        provider(standin, colour)
    assert (standin.last.status, standin.last.outcome) == (None, "broken off")
    provider(standin, colour, client={"max_retries": 1})
    assert [request.outcome for request in standin.requests] == ["broken off", "broken off", "answered"]


@both_providers
def test_a_proxys_page_in_place_of_an_answer(standin: Standin, provider, sdk):
    standin.answers.append(Failure(502, body="<html>Bad gateway</html>"))
    with pytest.raises(sdk.InternalServerError) as failed:
        provider(standin)
    assert failed.value.response.text == "<html>Bad gateway</html>"


@both_colours
@both_providers
@pytest.mark.parametrize("cut", [Cut(3), Cut(3, inside=True), Cut(3, reset=True), Cut(3, inside=True, reset=True)])
def test_a_stream_that_breaks_off(standin: Standin, colour: str, provider, sdk, cut):
    standin.answers.append(Answer("one two three four", ends=cut))
    with pytest.raises(BROKEN):
        provider(standin, colour, stream=True)
    assert (standin.last.outcome, standin.last.events) == ("broken off", 3)
    standin.wait_until_closed(1.0)
    assert standin.closed_early == []


@both_colours
@both_providers
def test_a_stream_that_ends_before_its_end(standin: Standin, colour: str, provider, sdk):
    standin.answers.append(Answer("one two three four", ends=Cut(3, clean=True)))
    assert len(provider(standin, colour, stream=True)) in (2, 3)  # the ping is not shown; no SDK complains


@both_providers
def test_a_body_that_breaks_off(standin: Standin, provider, sdk):
    standin.answers.append(Answer("one two three four", ends=Cut()))
    with pytest.raises(BROKEN):
        provider(standin)


@both_providers
def test_a_timeout(standin: Standin, provider, sdk):
    standin.answers.append(Answer("late", before=Flag()))
    with pytest.raises(sdk.APITimeoutError):
        provider(standin, client={"timeout": 0.05})
    standin.wait_until_idle(1.0)
    assert [early.events for early in standin.closed_early] == [0]
    assert standin.last.status is None


@pytest.mark.parametrize("provider", ["gpt", "claude"])
def test_a_client_that_goes_away_from_a_stream(standin: Standin, provider):
    flag = Flag()
    standin.answers.append(Answer("one two three four", at={4: flag}))
    with gpt(standin) if provider == "gpt" else claude(standin) as client:
        create = client.chat.completions.create if provider == "gpt" else client.messages.create
        stream = create(**(GPT if provider == "gpt" else CLAUDE), stream=True)
        next(stream)
        standin.wait_for(lambda: standin.last.events == 4)
        assert (standin.active, standin.open_connections) == (1, 1)
        left = time.monotonic()
        stream.close()
        standin.wait_until_closed(1.0)
    (early,) = standin.closed_early
    assert (early.request, early.events, early.when >= left) == (standin.last, 4, True)
    assert standin.last.outcome == "closed early"


@pytest.mark.parametrize("provider", ["gpt", "claude"])
async def test_a_coroutine_that_is_cancelled(standin: Standin, provider):
    standin.answers.append(Answer("late", before=Flag()))
    async with gpt(standin, "async") if provider == "gpt" else claude(standin, "async") as client:
        create = client.chat.completions.create if provider == "gpt" else client.messages.create
        task = asyncio.ensure_future(create(**(GPT if provider == "gpt" else CLAUDE)))
        await standin.await_for(lambda: standin.active == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await standin.await_until_closed(1.0)
    assert len(standin.closed_early) == 1


async def test_requests_at_the_same_time(standin: Standin):
    flag = Flag()
    standin.answer_with(lambda ask: Answer(ask.said, before=flag))
    async with gpt(standin, "async") as client:
        tasks = [asyncio.ensure_future(client.chat.completions.create(**GPT)) for _ in range(20)]
        await standin.await_for(lambda: standin.active == 20)
        flag.set()
        await asyncio.gather(*tasks)
        await standin.await_until_idle(1.0)
        assert (standin.most_active, standin.most_connections, standin.open_connections) == (20, 20, 20)
        await client.chat.completions.create(**GPT)
        assert standin.connections == 20  # a connection that was kept is used again
    await standin.await_until_closed(1.0)


def test_a_wait_that_takes_too_long_says_what_there_is(standin: Standin):
    chat(standin)
    with pytest.raises(AssertionError, match=r"within 0\.01 s: .*'requests': 1"):
        standin.wait_for(lambda: len(standin.requests) == 2, 0.01)


def test_pauses_of_a_stream(standin: Standin):
    flags = [Flag(), Flag()]
    standin.answers.append(Answer("one two", at={1: flags[0], 2: flags[1]}, between=0.001))
    with gpt(standin) as client, client.chat.completions.create(**GPT, stream=True) as stream:
        seen = [next(stream)]
        for flag in flags:
            standin.wait_for(lambda: standin.last.events == len(seen))
            flag.set()
            seen.append(next(stream))
        assert [chunk.choices[0].delta.content for chunk in [*seen, *stream]] == ["", "one", " two", None]


def test_a_script_that_sees_the_request(standin: Standin):
    standin.answers += [lambda request: Answer(request.body["model"]), lambda request: None]
    assert chat(standin).choices[0].message.content == "gpt-4o-mini"
    assert chat(standin).choices[0].message.content == "Hello there world"


def test_a_script_that_is_at_fault_is_not_silent(standin: Standin):
    standin.answers.append(lambda request: request.body["nothing"])
    with pytest.raises(openai.APIConnectionError):
        chat(standin)
    assert [type(fault) for fault in standin.faults] == [KeyError]
    standin.faults.clear()  # or else the fixture raises it
