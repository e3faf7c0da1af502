"""Errors of the SDK, which are ours as well."""

from __future__ import annotations

import traceback

import anthropic
import pytest

from stepgraph.language_models import errors
from stepgraph_anthropic import (
    AnthropicAPIError,
    AnthropicConnectionError,
    AnthropicContextOverflowError,
    AnthropicInvalidRequestError,
    AnthropicOverloadedError,
    AnthropicRateLimitError,
    AnthropicStreamCutError,
    AnthropicTimeoutError,
)
from stepgraph_anthropic.errors import explained
from tests.anthropic.models import MODEL, both_colours, claude
from tests.chat_models.contract import call, stream
from tests.providers.standin import Answer, Cut, Drop, Failure, Standin, StreamError


@both_colours
@pytest.mark.parametrize("door", [call, stream])
@pytest.mark.parametrize(
    ("failure", "theirs", "ours"),
    [
        (Failure(400, "prompt is too long: 9 > 8"), anthropic.BadRequestError, AnthropicContextOverflowError),
        (Failure(400, "no"), anthropic.BadRequestError, AnthropicInvalidRequestError),
        (Failure(529), anthropic.OverloadedError, AnthropicOverloadedError),
        (Failure(429), anthropic.RateLimitError, AnthropicRateLimitError),
        (Failure(500), anthropic.InternalServerError, AnthropicAPIError),
        (Failure(502, body="<html>"), anthropic.InternalServerError, AnthropicAPIError),
        (Drop(), anthropic.APIConnectionError, AnthropicConnectionError),
        (Drop(reset=True), anthropic.APIConnectionError, AnthropicConnectionError),
    ],
)
def test_they_are_both(standin: Standin, colour: str, door, failure, theirs: type, ours: type):
    standin.answers.append(failure)
    with pytest.raises(theirs) as failed:
        door(claude(standin), colour, "Hi")
    assert type(failed.value) is ours
    assert isinstance(failed.value, errors.ModelError)
    assert f"model '{MODEL}' of Anthropic" in "".join(traceback.format_exception(failed.value))


@both_colours
@pytest.mark.parametrize(
    ("kind", "theirs", "ours"),
    [
        ("overloaded_error", anthropic.OverloadedError, errors.ModelAPIError),
        ("api_error", anthropic.InternalServerError, errors.ModelAPIError),
        ("rate_limit_error", anthropic.RateLimitError, errors.ModelRateLimitError),
        ("a_new_error", anthropic.APIStatusError, errors.ModelAPIError),
    ],
)
def test_in_the_middle_of_a_stream(standin: Standin, colour: str, kind: str, theirs: type, ours: type):
    standin.answers.append(Answer("one two three", ends=StreamError(after=4, kind=kind, message="Sorry")))
    with pytest.raises(theirs, match="Sorry") as failed:
        stream(claude(standin), colour, "Hi")
    assert isinstance(failed.value, ours)
    assert MODEL in "".join(traceback.format_exception(failed.value))
    standin.wait_until_idle(1.0)


@both_colours
def test_a_cut_stream_is_a_connection_error_of_the_sdk(standin: Standin, colour: str):
    for cut in (Cut(4, clean=True), Cut(4)):
        standin.answers.append(Answer("one two three", ends=cut))
        with pytest.raises(anthropic.APIConnectionError) as failed:
            stream(claude(standin), colour, "Hi")
        assert type(failed.value) is AnthropicStreamCutError


@both_colours
def test_an_answer_that_is_streamed_although_it_is_wanted_whole_can_be_cut_too(standin: Standin, colour: str):
    standin.answers.append(Answer("one two three", ends=Cut(4, clean=True)))
    with pytest.raises(errors.StreamCutError):
        call(claude(standin, streaming=True), colour, "Hi")


@both_colours
def test_nobody_is_there(colour: str, standin: Standin):
    with pytest.raises(AnthropicConnectionError) as failed:
        call(claude(standin, base_url="http://127.0.0.1:9"), colour, "Hi")
    assert not isinstance(failed.value, AnthropicTimeoutError)


@both_colours
@pytest.mark.parametrize("status", [402, 409, 413, 422, 431, 418])
def test_every_status_is_an_error_of_both(standin: Standin, colour: str, status: int):
    standin.answers.append(Failure(status, "Not so."))
    with pytest.raises(anthropic.APIStatusError, match="Not so") as failed:
        call(claude(standin), colour, "Hi")
    assert isinstance(failed.value, errors.ModelError)
    assert failed.value.status_code == status


def test_a_class_that_the_sdk_has_for_a_single_reason():
    class TooManyWordsError(anthropic.BadRequestError):
        pass

    error = TooManyWordsError.__new__(TooManyWordsError)
    Exception.__init__(error, "words")
    error.message, error.body, error.status_code = "words", None, 400
    with pytest.raises(TooManyWordsError) as failed, explained(MODEL, None):
        raise error
    assert failed.value is error
    assert isinstance(error, errors.ModelInvalidRequestError)


def test_errors_of_programs_are_left_alone():
    with pytest.raises(TypeError, match="of mine") as failed, explained(MODEL, None):
        raise TypeError("of mine")
    assert not isinstance(failed.value, errors.ModelError)
