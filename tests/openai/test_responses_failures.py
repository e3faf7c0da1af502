"""OpenAI's Responses API where it fails, breaks off, or gives what is no answer."""

from typing import Any

import openai
import pytest

from stepgraph.language_models import errors
from tests.chat_models.contract import Make, both_colours, call, stream, total
from tests.providers.standin import Answer, Cut, Standin, StreamError, Verbatim

ASKED = {"use_responses_api": True}


@both_colours
@pytest.mark.parametrize("door", [call, stream])
@pytest.mark.parametrize(
    ("code", "kind", "theirs"),
    [
        ("server_error", errors.ModelAPIError, openai.APIError),
        ("rate_limit_exceeded", errors.ModelRateLimitError, openai.RateLimitError),
        ("invalid_prompt", errors.ModelInvalidRequestError, openai.BadRequestError),
        ("invalid_image_url", errors.ModelInvalidRequestError, openai.BadRequestError),
        ("context_length_exceeded", errors.ContextOverflowError, openai.APIError),
    ],
)
def test_responses_that_failed(make: Make, colour: str, door: Any, code: str, kind: type, theirs: type) -> None:
    body = {"id": "resp_1", "object": "response", "status": "failed", "error": {"code": code, "message": "No luck."}}
    events = [{"type": "response.created", "response": {"id": "resp_1"}}, {"type": "response.failed", "response": body}]
    with pytest.raises(kind, match=rf"{code}: No luck\.") as failed:
        door(make(Verbatim(body=body, events=events), **ASKED), colour, "Hi")
    assert isinstance(failed.value, theirs)
    assert "gpt-4o-mini" in "".join(failed.value.__notes__)


@both_colours
def test_errors_in_the_middle_of_streams(make: Make, standin: Standin, colour: str) -> None:
    model = make(
        Answer("a b c", ends=StreamError(5, "server_error", "Overloaded")),
        Answer("a b c", ends=StreamError(5, "rate_limit_exceeded", "Too much")),
        Answer("a b c", ends=Cut(6, clean=True)),
        Verbatim(events=[{"type": "error", "error": {"type": "server_error", "message": "Overloaded"}}]),
        **ASKED,
    )
    for kind, said in [
        (errors.ModelAPIError, "server_error: Overloaded"),
        (errors.ModelRateLimitError, "Too much"),
        (errors.StreamCutError, "the stream is over"),
        (errors.ModelAPIError, "Overloaded"),
    ]:
        with pytest.raises(kind, match=said):
            stream(model, colour, "Hi")
    standin.wait_until_idle(1.0)


@both_colours
def test_answers_that_are_not_whole(make: Make, colour: str) -> None:
    answer = Answer("cut", finish="max_output_tokens")
    model = make(answer, answer, **ASKED)
    for message in (call(model, colour, "Hi"), total(stream(model, colour, "Hi")).as_message()):
        assert (message.text, message.response_metadata["status"]) == ("cut", "incomplete")
        assert message.response_metadata["incomplete_details"] == {"reason": "max_output_tokens"}


@pytest.mark.parametrize(
    ("body", "said"), [(b"<html>Hello</html>", "a response as JSON.*<html>"), ({"choices": []}, "keys 'choices'")]
)
def test_what_is_no_answer(make: Make, body: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make(Verbatim(body=body), **ASKED).invoke("Hi")
