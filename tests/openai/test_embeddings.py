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
    with pytest.warns(UserWarning, match="ignores 'embedding_ctx_length'"):
        make(embedding_ctx_length=100)


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
