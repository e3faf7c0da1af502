"""Caches of language models: two strings make a key, and the oldest answer makes room."""

import copy
import pickle
import threading

import pytest

from stepgraph.caches import BaseCache, InMemoryCache
from stepgraph.outputs import Generation

ANSWER = [Generation("yes")]


class Shelf(BaseCache):
    """Defines the sync methods alone."""

    def __init__(self):
        self.kept = {}
        self.in_main = []

    def lookup(self, prompt, llm_string):
        self.in_main.append(threading.current_thread() is threading.main_thread())
        return self.kept.get((prompt, llm_string))

    def update(self, prompt, llm_string, return_val):
        self.kept[prompt, llm_string] = return_val

    def clear(self, **kwargs):
        self.kept.clear()


async def test_async_twins_run_in_threads():
    cache = Shelf()
    await cache.aupdate("prompt", "model", ANSWER)
    assert await cache.alookup("prompt", "model") is ANSWER
    await cache.aclear()
    assert await cache.alookup("prompt", "model") is None
    assert cache.in_main == [False, False]


async def test_prompt_and_model_make_the_key():
    cache = InMemoryCache()
    cache.update("prompt", "model", ANSWER)
    assert cache.lookup("prompt", "model") is ANSWER
    assert await cache.alookup("prompt", "another") is None
    await cache.aupdate("prompt", "another", ANSWER)
    await cache.aclear()
    assert cache.lookup("prompt", "model") is cache.lookup("prompt", "another") is None


def test_the_oldest_makes_room():
    cache = InMemoryCache(maxsize=2)
    for prompt in ("1", "2", "1", "2", "3"):
        cache.update(prompt, "model", [Generation(prompt)])
    assert [cache.lookup(prompt, "model") for prompt in "123"] == [None, [Generation("2")], [Generation("3")]]
    cache.update("2", "model", ANSWER)
    assert cache.lookup("2", "model") is ANSWER
    assert cache.lookup("3", "model") == [Generation("3")]


@pytest.mark.parametrize("maxsize", [0, -1])
def test_it_keeps_one_at_least(maxsize):
    with pytest.raises(ValueError, match="maxsize must be greater than 0"):
        InMemoryCache(maxsize=maxsize)


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda cache: pickle.loads(pickle.dumps(cache))])
def test_copies_go_their_own_way(copied):
    cache = InMemoryCache(maxsize=1)
    cache.update("1", "model", ANSWER)
    twin = copied(cache)
    twin.update("2", "model", ANSWER)
    assert [cache.lookup(prompt, "model") for prompt in "12"] == [ANSWER, None]
    assert [twin.lookup(prompt, "model") for prompt in "12"] == [None, ANSWER]
