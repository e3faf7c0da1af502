"""Caches and rate limiters: what was asked before is not asked again, and each request waits once for its turn."""

from typing import Any

import pytest
from pydantic import Field

from stepgraph.caches import InMemoryCache
from stepgraph.globals import set_llm_cache
from stepgraph.messages import AIMessage, HumanMessage
from stepgraph.rate_limiters import BaseRateLimiter
from tests.language_models.models import TEXT, AllHooks, Listener, OnlyGenerates, OnlyStreams


class Cache(InMemoryCache):
    def __init__(self):
        super().__init__()
        self.asked = []

    def lookup(self, prompt, llm_string):
        self.asked.append((prompt, llm_string))
        return super().lookup(prompt, llm_string)


@pytest.fixture
def process_cache():
    cache = Cache()
    set_llm_cache(cache)
    yield cache
    set_llm_cache(None)


async def test_the_cache_of_a_model():
    model = AllHooks(cache=Cache())
    first, second = model.invoke("hi"), model.invoke("hi")
    assert (first.content, second.content) == (TEXT, TEXT)
    assert (await model.ainvoke("hi")).content == TEXT
    assert (await model.agenerate([["hi"]])).generations[0][0].text == TEXT
    assert model.called == ["generate"]
    assert second.usage_metadata["total_cost"] == 0
    assert "total_cost" not in first.usage_metadata
    model.invoke("other")
    model.invoke("hi", stop=["x"])
    model.invoke("hi", temperature=1)
    assert model.called == ["generate"] * 4


def test_what_is_handed_out_can_be_edited():
    model = OnlyGenerates(cache=Cache())
    model.invoke("hi").content = "mine"
    assert model.invoke("hi").content == TEXT
    model.invoke("hi").content = "mine"
    model.invoke("hi").response_metadata["mine"] = 1
    assert model.invoke("hi").content == TEXT
    assert "mine" not in model.invoke("hi").response_metadata


async def test_the_cache_of_the_process(process_cache):
    model, silent, other = OnlyGenerates(), OnlyGenerates(cache=False), OnlyGenerates(cache=True)
    model.invoke("hi")
    await model.ainvoke("hi")
    other.invoke("hi")
    assert (model.called, other.called) == (["generate"], [])
    silent.invoke("hi")
    silent.invoke("hi")
    assert silent.called == ["generate"] * 2
    OnlyGenerates(cache=Cache()).invoke("hi")
    assert len(process_cache.asked) == 3


def test_a_cache_that_is_not_there():
    with pytest.raises(ValueError, match=r"has cache=True, and the process has no cache; call .*set_llm_cache"):
        OnlyGenerates(cache=True).invoke("hi")


def test_keys_leave_out_ids_and_hold_what_makes_up_a_model():
    class Warm(OnlyGenerates):
        temperature: float = 0
        api_key: str = "sk-1"

    cache = Cache()
    Warm(cache=cache).invoke([HumanMessage("hi", id="1"), AIMessage("yes", id="2")])
    again = Warm(cache=cache, api_key="sk-2")
    again.invoke([HumanMessage("hi", id="3"), AIMessage("yes")])
    assert again.called == []
    other = Warm(cache=cache, temperature=1)
    other.invoke([HumanMessage("hi"), AIMessage("yes")])
    assert other.called == ["generate"]
    assert "sk-" not in repr(cache.asked)


async def test_streams_are_neither_cached_nor_taken_from_a_cache():
    model = AllHooks(cache=Cache())
    list(model.stream("hi"))
    [chunk async for chunk in model.astream("hi")]
    assert model.cache.asked == []
    model.invoke("hi")
    assert [each for each in model.called if "closed" not in each] == ["stream", "astream", "generate"]


def test_what_was_streamed_for_a_handler_is_cached_whole():
    model = AllHooks(cache=Cache(), streaming=True)
    first, second = model.invoke("hi"), model.invoke("hi")
    assert type(second) is AIMessage
    assert first.content == second.content
    assert model.called == ["stream", "stream closed"]


def test_an_answer_from_a_cache_has_an_id_of_its_own():
    """In a thread the second answer must not take the place of the first."""
    model = OnlyGenerates(cache=Cache())
    assert len({model.invoke("hi").id for _ in range(3)} - {None}) == 3


def test_a_model_whose_fields_change_hits_its_cache():
    class Counting(OnlyGenerates):
        seen: list[str] = Field(default_factory=list)

        def _generate(self, messages, *args, **kwargs):
            self.seen.append(messages[-1].content)
            return super()._generate(messages, *args, **kwargs)

    model = Counting(cache=Cache())
    for _ in range(3):
        model.invoke("hi")
    assert model.seen == ["hi"]


def test_nothing_nested_reaches_handlers_or_keys():
    class Wrapping(OnlyGenerates):
        inner: Any = None
        headers: dict[str, str] = Field(default_factory=dict)

    listener, cache = Listener(), Cache()
    secret = "sk-SECRET"
    model = Wrapping(inner={"api_key": secret}, headers={"Authorization": secret}, cache=cache, callbacks=[listener])
    model.invoke("hi")
    assert secret not in repr(listener.heard)
    assert secret not in repr(vars(cache))


def test_handlers_hear_of_answers_from_a_cache():
    listener = Listener()
    model = OnlyGenerates(cache=Cache(), callbacks=[listener])
    model.invoke("hi")
    model.invoke("hi")
    assert listener.names == ["start", "end"] * 2
    assert listener.heard[-1][1].generations[0][0].text == TEXT


def test_errors_are_not_cached():
    class Fails(OnlyGenerates):
        def _generate(self, *args, **kwargs):
            self.called.append("generate")
            raise OSError("no")

    model = Fails(cache=Cache())
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            model.invoke("hi")
    assert model.called == ["generate"] * 2


# Rate limiters.


class Turns(BaseRateLimiter):
    def __init__(self):
        self.taken = []

    def acquire(self, *, blocking=True):
        self.taken.append(("sync", blocking))
        return True

    async def aacquire(self, *, blocking=True):
        self.taken.append(("async", blocking))
        return True


@pytest.mark.parametrize("config", [None, {"tags": ["t"]}])
async def test_each_request_takes_one_turn(config):
    turns = Turns()
    for model in (AllHooks(rate_limiter=turns), AllHooks(rate_limiter=turns, streaming=True), OnlyStreams()):
        model.rate_limiter = turns
        turns.taken.clear()
        model.invoke("hi", config)
        assert turns.taken == [("sync", True)]
        await model.ainvoke("hi", config)
        list(model.stream("hi", config))
        [chunk async for chunk in model.astream("hi", config)]
        assert turns.taken == [(each, True) for each in ("sync", "async", "sync", "async")]
        model.generate([["a"], ["b"]])
        await model.abatch(["a", "b"])
        assert len(turns.taken) == 8


def test_answers_from_a_cache_take_none():
    turns = Turns()
    model = OnlyGenerates(rate_limiter=turns, cache=Cache())
    model.invoke("hi")
    model.invoke("hi")
    assert len(turns.taken) == 1


def test_waiting_for_a_turn_is_part_of_the_run():
    listener = Listener()

    class Never(Turns):
        def acquire(self, *, blocking=True):
            raise TimeoutError("too long")

    model = AllHooks(rate_limiter=Never(), callbacks=[listener])
    with pytest.raises(TimeoutError):
        model.invoke("hi")
    with pytest.raises(TimeoutError):
        list(model.stream("hi"))
    assert listener.names == ["start", "error"] * 2


def test_headers_of_a_call_reach_neither_handlers_nor_keys():
    listener, cache = Listener(), Cache()
    model = OnlyGenerates(cache=cache, callbacks=[listener])
    for key in ("sk-ONE", "sk-TWO", "sk-ONE"):
        model.invoke("hi", extra_headers={"Authorization": key})
    assert "sk-" not in repr(listener.heard)
    assert "sk-" not in repr(vars(cache))
    assert model.called == ["generate"] * 2  # they still tell answers apart
