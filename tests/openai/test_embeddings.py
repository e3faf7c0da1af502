"""OpenAIEmbeddings: vectors of texts."""

import asyncio
import math
import pickle
from typing import Any

import openai
import pytest

from stepgraph.language_models import errors
from stepgraph_openai import OpenAIEmbeddings
from tests.chat_models.contract import Make, both_colours
from tests.providers.standin import Failure, Standin, Vectors, Verbatim


@pytest.fixture
def make(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setenv("OPENAI_API_KEY", standin.key)

    def made(*answers: Any, **fields: Any) -> OpenAIEmbeddings:
        standin.answers += answers
        return OpenAIEmbeddings(**{"base_url": standin.openai_url, "max_retries": 0, **fields})

    return made


def embed(model: Any, colour: str, texts: list[str], **kwargs: Any) -> list[list[float]]:
    if colour == "sync":
        return model.embed_documents(texts, **kwargs)
    return asyncio.run(model.aembed_documents(texts, **kwargs))


@both_colours
def test_texts_that_share_words_are_near(make: Make, standin: Standin, colour: str) -> None:
    model = make()
    one, two, three = embed(model, colour, ["the cat sat", "the cat ran", "stocks fell"])
    assert len(one) == 1536
    assert all(type(number) is float for number in one)
    assert math.isclose(sum(each * each for each in one), 1, rel_tol=1e-5)
    assert math.sumprod(one, two) > math.sumprod(one, three) + 0.5 if hasattr(math, "sumprod") else True
    assert standin.last.body["model"] == "text-embedding-ada-002"
    assert standin.last.body["encoding_format"] == "base64"
    query = model.embed_query("the cat sat") if colour == "sync" else asyncio.run(model.aembed_query("the cat sat"))
    assert query == one


@both_colours
def test_batches(make: Make, standin: Standin, colour: str) -> None:
    texts = [f"text {number}" for number in range(5)]
    whole = embed(make(), colour, texts)
    assert embed(make(chunk_size=2), colour, texts) == whole
    assert [len(request.body["input"]) for request in standin.requests] == [5, 2, 2, 1]
    assert embed(make(), colour, texts, chunk_size=3) == whole
    assert embed(make(), colour, []) == []


def test_parameters(make: Make, standin: Standin) -> None:
    model = make(model="text-embedding-3-small", dimensions=8, model_kwargs={"user": "me"})
    assert len(model.embed_query("x")) == 8
    assert (standin.last.body["dimensions"], standin.last.body["user"]) == (8, "me")
    assert model.embed_query("x", encoding_format="float") == pytest.approx(model.embed_query("x"))
    with pytest.raises(ValueError, match="extra"):
        make(dimension=8)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("embedding_ctx_length", 100, "texts are sent as they are, and not split"),
        ("check_embedding_ctx_length", True, "texts are sent as they are, and not split"),
        ("tiktoken_model_name", "x", "texts are sent as they are, and not split"),
        ("deployment", "x", "Azure"),
        ("retry_max_seconds", 3, "max_retries"),
        ("skip_empty", True, "an empty text is sent"),
        ("show_progress_bar", True, "nothing is printed"),
    ],
)
def test_what_is_ignored_is_said_with_its_reason(make: Make, name: str, value: Any, why: str) -> None:
    with pytest.warns(UserWarning, match=f"OpenAIEmbeddings ignores '{name}': .*{why}"):
        make(**{name: value})


def test_what_is_done_anyway_is_no_warning(make: Make, standin: Standin) -> None:
    off = ("check_embedding_ctx_length", "skip_empty", "show_progress_bar", "tiktoken_enabled")
    model = make(**dict.fromkeys(off, False), deployment=None, headers={"X-Title": "app", "X-Two": "2"})
    model.embed_query("a")
    assert (standin.last.headers["x-title"], standin.last.headers["x-two"]) == ("app", "2")
    make(headers={"X-Title": "app"}, default_headers={"X-Title": "mine"}).embed_query("a")
    assert standin.last.headers["x-title"] == "mine"


@both_colours
def test_vectors_come_in_the_order_of_the_texts(make: Make, colour: str) -> None:
    data = [{"index": 1, "embedding": [2.0]}, {"index": 0, "embedding": [1.0]}]
    model = make(Verbatim(body={"data": data}), Vectors([[0.5]]), Verbatim(body={"error": "no"}))
    assert embed(model, colour, ["a", "b"]) == [[1.0], [2.0]]
    with pytest.raises(ValueError, match="expected 2 vectors from 'text-embedding-ada-002', got 1"):
        embed(model, colour, ["a", "b"])
    with pytest.raises(ValueError, match="got a response without any"):
        embed(model, colour, ["a"])


@both_colours
@pytest.mark.parametrize(
    ("body", "got"),
    [
        (b"<html>Welcome</html>", "got a response without any: '<html>Welcome</html>'"),
        ({"data": None}, "got a response without any"),
        ({"data": [{"embedding": None, "index": 0}]}, "got 0"),
    ],
)
def test_what_is_no_answer(make: Make, colour: str, body: Any, got: str) -> None:
    with pytest.raises(ValueError, match=f"expected 1 vectors from 'text-embedding-ada-002', {got}"):
        embed(make(Verbatim(body=body)), colour, ["Hi"])


@both_colours
def test_one_text_is_no_list(make: Make, colour: str) -> None:
    with pytest.raises(TypeError, match="texts are a list of texts, got one: 'Hi'; put it in a list"):
        embed(make(), colour, "Hi")


@both_colours
def test_errors(make: Make, colour: str) -> None:
    with pytest.raises(openai.RateLimitError) as failed:
        embed(make(Failure(429)), colour, ["a"])
    assert isinstance(failed.value, errors.ModelRateLimitError)
    assert "text-embedding-ada-002" in "".join(failed.value.__notes__)
    with pytest.raises(openai.AuthenticationError):
        embed(make(api_key="sk-wrong"), colour, ["a"])


def test_keys_and_copies(make: Make, standin: Standin) -> None:
    model = make()
    twin = pickle.loads(pickle.dumps(model))
    assert twin.embed_query("x") == model.embed_query("x")
    assert all(standin.key not in text for text in (repr(model), str(model.model_dump()), repr(pickle.dumps(model))))


def test_loops_one_after_another(make: Make, standin: Standin) -> None:
    model = make()
    for _ in range(3):
        assert len(asyncio.run(model.aembed_query("x"))) == 1536
        standin.wait_until_closed(1.0)
