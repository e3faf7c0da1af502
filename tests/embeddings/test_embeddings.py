"""Embedding models: async twins in the engine's threads, and fakes that need no numpy."""

import threading

import pytest

from stepgraph.embeddings import DeterministicFakeEmbedding, Embeddings, FakeEmbeddings
from stepgraph.embeddings.base import aembed_documents, aembed_query


class Places(Embeddings):
    """Remembers in which threads it was asked."""

    def __init__(self):
        self.in_main = []

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text):
        self.in_main.append(threading.current_thread() is threading.main_thread())
        return [float(len(text))]


async def test_async_twins_run_in_threads():
    model = Places()
    assert await model.aembed_documents(["a", "bb"]) == [[1.0], [2.0]]
    assert await model.aembed_query("ccc") == [3.0]
    assert model.in_main == [False] * 3


async def test_a_model_may_lack_the_twins():
    class Duck:
        def embed_documents(self, texts):
            return [[1.0] for _ in texts]

        def embed_query(self, text):
            return [2.0]

    assert await aembed_documents(Duck(), ["a"]) == [[1.0]]
    assert await aembed_query(Duck(), "a") == [2.0]


async def test_deterministic_fakes():
    model = DeterministicFakeEmbedding(size=3)
    first = model.embed_query("hello")
    assert first == DeterministicFakeEmbedding(size=3).embed_documents(["x", "hello"])[1]
    assert first == await model.aembed_query("hello") == (await model.aembed_documents(["hello"]))[0]
    assert first != model.embed_query("hello!")
    assert first == pytest.approx(HELLO, abs=0.0)


HELLO = [-0.12332731042988598, -1.0612457923125476, -0.9964199461974204]
"""The same on every Python."""


def test_they_are_spread_as_random_vectors_are():
    numbers = [number for text in "abcdefgh" for number in DeterministicFakeEmbedding(size=500).embed_query(text)]
    mean = sum(numbers) / len(numbers)
    deviation = (sum((number - mean) ** 2 for number in numbers) / len(numbers)) ** 0.5
    assert abs(mean) < 0.1
    assert abs(deviation - 1) < 0.1


async def test_random_fakes():
    model = FakeEmbeddings(size=4)
    first, second = await model.aembed_documents(["a", "a"])
    assert len(first) == len(second) == 4
    assert first != second


@pytest.mark.parametrize("cls", [FakeEmbeddings, DeterministicFakeEmbedding])
def test_a_size_below_one(cls):
    with pytest.raises(ValueError, match="size is how many numbers a vector has, at least 1; got 0"):
        cls(size=0)
