"""Errors of models are copied, pickled, and handed over by other processes: they say the same, and hold no key."""

import copy
import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import anthropic
import httpx2
import openai
import pytest

import stepgraph_anthropic as ours_of_anthropic
import stepgraph_openai as ours_of_openai
from stepgraph.language_models import errors
from stepgraph.language_models.secrets import Secrets
from stepgraph_anthropic.errors import explained as explained_anthropic
from stepgraph_openai.errors import explained as explained_openai

KEY = "sk-1234567890"


def raised(error: Exception, explained: Any = explained_openai, cause: Exception | None = None) -> Any:
    with pytest.raises(errors.ModelError) as failed, explained("a-model", Secrets({"api_key": KEY})):
        raise error from cause
    return failed.value


def request() -> httpx2.Request:
    headers = {"Authorization": f"Bearer {KEY}", "X-Title": "app"}
    return httpx2.Request("POST", "http://host/v1?api-key=other", headers=headers, content=b"what was asked")


def response(status: int) -> httpx2.Response:
    headers = {"x-request-id": "req-1", "set-cookie": "session=1", "retry-after": "3", "x-ratelimit-limit-tokens": "9"}
    return httpx2.Response(status, headers=headers, json={"error": KEY}, request=request())


def refused(sdk: Any = openai, status: int = 429, kind: str = "RateLimitError") -> Any:
    body = {"message": f"no {KEY}", "code": "c", "type": "t", "error": {"type": "t", "details": {"error_code": "x"}}}
    return getattr(sdk, kind)(f"no {KEY}", response=response(status), body=body)


TWINS = [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))]


@pytest.mark.parametrize("twin_of", TWINS)
@pytest.mark.parametrize(("sdk", "explained"), [(openai, explained_openai), (anthropic, explained_anthropic)])
def test_an_answer_that_was_an_error(twin_of: Any, sdk: Any, explained: Any) -> None:
    error = raised(refused(sdk), explained)
    assert KEY.encode() not in pickle.dumps(error)
    twin = twin_of(error)
    assert type(twin) is type(error)
    assert isinstance(twin, (sdk.RateLimitError, errors.ModelRateLimitError))
    assert (str(twin), twin.args, twin.message) == ("no **********", error.args, error.message)
    assert (twin.status_code, twin.body, twin.request_id) == (429, error.body, error.request_id)
    assert twin.__notes__ == error.__notes__
    assert twin.response.status_code == 429
    assert twin.response.headers["retry-after"] == "3"
    assert twin.response.headers["x-ratelimit-limit-tokens"] == "9"
    assert twin.response.json() == {"error": "**********"}
    assert twin.request.headers["authorization"] == "**********"
    assert twin.request.headers["x-title"] == "app"
    assert str(twin.request.url) == "http://host/v1?api-key=**********"
    assert twin.request.content == b""
    assert pickle.loads(pickle.dumps(twin)).args == error.args


@pytest.mark.parametrize("twin_of", TWINS)
def test_an_error_that_has_no_answer(twin_of: Any) -> None:
    cause = httpx2.LocalProtocolError(f"Illegal header value b'Bearer {KEY}'", request=request())
    error = raised(openai.APIConnectionError(request=request()), cause=cause)
    assert KEY not in repr(error.__cause__)
    assert KEY not in str(error.__cause__.request.headers.raw)
    twin = twin_of(error)
    assert (type(twin), str(twin)) == (ours_of_openai.OpenAIConnectionError, "Connection error.")
    timeout = raised(anthropic.APITimeoutError(request=request()), explained_anthropic)
    assert type(twin_of(timeout)) is ours_of_anthropic.AnthropicTimeoutError


@pytest.mark.parametrize("twin_of", TWINS)
def test_a_class_that_was_made_of_two(twin_of: Any) -> None:
    error = raised(refused(anthropic, 529, "OverloadedError"), explained_anthropic)
    assert type(twin_of(error)) is type(error) is ours_of_anthropic.AnthropicOverloadedError
    single = raised(refused(anthropic, 413, "ContentTooLargeError"), explained_anthropic)
    assert type(single) is not anthropic.ContentTooLargeError
    assert type(twin_of(single)) is type(single)
    assert isinstance(twin_of(single), errors.ModelError)


@pytest.mark.parametrize("package", [ours_of_openai, ours_of_anthropic])
def test_every_class(package: Any) -> None:
    for name in package.__all__:
        kind = getattr(package, name)
        if isinstance(kind, type) and issubclass(kind, errors.ModelError):
            error = kind.__new__(kind)
            error.args = ("said",)
            error.message = "said"
            twin = pickle.loads(pickle.dumps(error))
            assert (type(twin), twin.args, twin.message) == (kind, ("said",), "said")


def test_a_class_of_a_programs_own() -> None:
    class Own(errors.ModelError):
        def __reduce__(self) -> Any:
            return str, ("mine",)

    assert copy.copy(Own()) == "mine"
    assert str(pickle.loads(pickle.dumps(errors.ModelRateLimitError("slow")))) == "slow"


def fail(sdk: str) -> None:
    explained = explained_openai if sdk == "openai" else explained_anthropic
    with explained("a-model", KEY):
        raise refused(openai if sdk == "openai" else anthropic)


def test_across_processes() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        for sdk in ("openai", "anthropic"):
            with pytest.raises(errors.ModelRateLimitError, match="no") as failed:
                pool.submit(fail, sdk).result(60)
            assert failed.value.status_code == 429
            assert failed.value.__notes__[0].startswith(("asked for the model 'a-model'", "model 'a-model'"))
            assert KEY not in str(failed.value.__cause__)


def test_a_process_that_knows_nothing_yet() -> None:
    single = raised(refused(anthropic, 413, "ContentTooLargeError"), explained_anthropic)
    program = "import pickle, sys; error = pickle.load(sys.stdin.buffer); print(type(error).__name__, error)"
    done = subprocess.run([sys.executable, "-c", program], input=pickle.dumps(single), capture_output=True, check=True)
    assert done.stdout.decode().split() == ["ContentTooLargeError", "no", "**********"]


def test_short_keys_are_taken_out_where_they_stand_alone() -> None:
    assert errors.scrubbed("expected x, got xx", "x") == "expected **********, got xx"
    assert errors.scrubbed("the model EMPTY", "EMPTY") == "the model **********"
