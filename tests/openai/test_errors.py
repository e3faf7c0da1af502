"""Errors are the SDK's and ours at once."""

import asyncio
from typing import Any

import openai
import pytest

from stepgraph.language_models import errors
from stepgraph_openai import ChatOpenAI, OpenAIContextOverflowError, OpenAIMissingKeyError, OpenAIStreamCutError
from tests.chat_models.contract import Make, both_colours, call, stream
from tests.providers.standin import Answer, Cut, Failure, StreamError


@both_colours
@pytest.mark.parametrize("door", [call, stream])
@pytest.mark.parametrize("key", ["sk-wrong", ""])
def test_errors_are_the_sdks_too(make: Make, colour: str, door: Any, key: str) -> None:
    if not key:
        with pytest.raises(openai.OpenAIError, match="OPENAI_API_KEY"):
            make(api_key=key)
        return
    with pytest.raises(openai.AuthenticationError) as failed:
        door(make(api_key=key), colour, "Hi")
    assert failed.value.status_code == 401
    with pytest.raises(openai.NotFoundError, match="no-such-model") as missing:
        door(make(model="no-such-model"), colour, "Hi")
    assert isinstance(missing.value, errors.ModelNotFoundError)
    with pytest.raises(openai.APIConnectionError) as away:
        door(make(base_url="http://127.0.0.1:9/v1"), colour, "Hi")
    assert isinstance(away.value, errors.ModelConnectionError)
    assert not isinstance(away.value, errors.StreamCutError)


@both_colours
@pytest.mark.parametrize(
    ("status", "theirs", "ours"),
    [
        (400, openai.BadRequestError, errors.ModelInvalidRequestError),
        (403, openai.PermissionDeniedError, errors.ModelPermissionDeniedError),
        (409, openai.ConflictError, errors.ModelAPIError),
        (422, openai.UnprocessableEntityError, errors.ModelInvalidRequestError),
        (429, openai.RateLimitError, errors.ModelRateLimitError),
        (503, openai.InternalServerError, errors.ModelAPIError),
        (402, openai.APIStatusError, errors.ModelPermissionDeniedError),
        (413, openai.APIStatusError, errors.ModelInvalidRequestError),
    ],
)
def test_each_status_is_an_error_of_both(make: Make, colour: str, status: int, theirs: Any, ours: Any) -> None:
    with pytest.raises(theirs, match="Not so") as failed:
        call(make(Failure(status, "Not so."), max_retries=0), colour, "Hi")
    assert isinstance(failed.value, ours)


@both_colours
def test_messages_that_are_too_long(make: Make, colour: str) -> None:
    told = "This model's maximum context length is 8192 tokens."
    with pytest.raises(OpenAIContextOverflowError, match="8192") as failed:
        call(make(Failure(400, told, code="context_length_exceeded")), colour, "Hi")
    assert isinstance(failed.value, openai.BadRequestError)
    assert isinstance(failed.value, errors.ContextOverflowError)


@both_colours
def test_an_error_inside_a_stream(make: Make, colour: str) -> None:
    with pytest.raises(openai.APIError, match=r"It broke\.") as failed:
        stream(make(Answer("Hello", ends=StreamError(2, "server_error", "It broke."))), colour, "Hi")
    assert isinstance(failed.value, errors.ModelAPIError)


@both_colours
def test_a_cut_says_what_came_before(make: Make, colour: str) -> None:
    seen: list[str] = []

    async def read() -> None:
        async for each in model.astream("Hi"):
            seen.append(each.text)

    model = make(Answer("one two three", ends=Cut(3, clean=True)))

    def read_sync() -> None:
        for each in model.stream("Hi"):
            seen.append(each.text)

    with pytest.raises(OpenAIStreamCutError, match="before its end") as failed:
        asyncio.run(read()) if colour == "async" else read_sync()
    assert "".join(seen) == "one two"
    assert isinstance(failed.value, openai.APIConnectionError)


def test_no_key(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(OpenAIMissingKeyError, match="api_key=") as failed:
        ChatOpenAI(model="gpt-4o-mini")
    assert isinstance(failed.value, openai.OpenAIError)


@both_colours
def test_a_key_that_a_function_gives_is_not_in_an_error_that_repeats_it(make: Make, colour: str) -> None:
    key = make().openai_api_key.get_secret_value()

    async def later() -> str:
        return key

    model = make(Failure(400, f"never {key}"), api_key=later if colour == "async" else lambda: key)
    with pytest.raises(openai.BadRequestError, match="never") as failed:
        call(model, colour, "Hi")
    assert key not in f"{failed.value!r} {failed.value.body} {failed.value.response.text} {failed.value.__notes__}"
