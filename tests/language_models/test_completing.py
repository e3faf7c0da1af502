"""Completing: what handlers hear of text models, what caches keep, and how often a turn is taken."""

import pytest

from stepgraph.caches import InMemoryCache
from stepgraph.runnables import RunnableLambda
from tests.language_models.test_caching import Turns
from tests.language_models.texts import PIECES, TEXT, AllHooks, AtOnce, OnlyCalls, SyncHooks, TextListener

STREAMED = ["start", *["token"] * 3, "end"]


def told(listener):
    return [what.generations[0][0].text for name, what in listener.heard if name == "end"]


async def test_start_tokens_and_end_in_order():
    listener = TextListener()
    config = {"callbacks": [listener]}
    list(AllHooks().stream("hi", config))
    async for _ in AllHooks().astream("hi", config):
        pass
    async for _ in SyncHooks().astream("hi", config):  # which reports from a thread
        pass
    assert listener.names == STREAMED * 3
    assert told(listener) == [TEXT] * 3
    listener.heard.clear()
    AllHooks().invoke("hi", config)
    await AllHooks().ainvoke("hi", config)
    assert listener.names == ["start", "end"] * 2


def test_handlers_hear_of_a_run_for_each_prompt():
    listener = TextListener()
    found = AtOnce(tags=["own"], metadata={"mine": 1}).generate(["a", "b"], callbacks=[listener], run_name="n")
    assert [what for name, what in listener.heard if name == "start"] == [["a"], ["b"]]
    assert told(listener) == ["a?", "b?"]
    assert [each.run_id for each in found.run] == listener.ids
    assert [facts["batch_size"] for facts in listener.facts] == [2, 2]
    facts = listener.facts[0]
    assert (facts["name"], facts["tags"]) == ("n", ["own"])
    assert (facts["metadata"]["mine"], facts["metadata"]["ls_model_type"]) == (1, "llm")
    assert facts["invocation_params"] == {"_type": "counted", "stop": None}


def test_each_prompt_may_have_handlers_of_its_own():
    first, second = TextListener(), TextListener()
    AtOnce().generate(["a", "b"], callbacks=[[first], [second]], tags=[["1"], ["2"]], run_name=["x", "y"])
    assert (told(first), told(second)) == (["a?"], ["b?"])
    assert [(each.facts[0]["tags"], each.facts[0]["name"]) for each in (first, second)] == [(["1"], "x"), (["2"], "y")]


async def test_a_failure_is_that_of_each_prompt():
    class Fails(AtOnce):
        def _generate(self, prompts, stop=None, run_manager=None, **kwargs):
            raise OSError("no")

    listener = TextListener()
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            Fails().generate(["a", "b"], callbacks=[listener])
        with pytest.raises(OSError, match="no"):
            await Fails().agenerate(["a", "b"], callbacks=[listener])
    assert listener.names == ["start", "start", "error", "error"] * 4


async def test_a_handler_that_fails_at_the_second_start_leaves_no_run_open():
    class Refuses(TextListener):
        def on_llm_start(self, serialized, prompts, **facts):
            super().on_llm_start(serialized, prompts, **facts)
            if prompts == ["b"]:
                raise OSError("no")

    listener = Refuses()
    model = AtOnce()
    with pytest.raises(OSError, match="no"):
        model.generate(["a", "b", "c"], callbacks=[listener])
    with pytest.raises(OSError, match="no"):
        await model.agenerate(["a", "b", "c"], callbacks=[listener])
    assert listener.names == ["start", "start", "error", "error"] * 2
    assert model.called == []


async def test_what_runs_inside_finds_its_parent():
    class Outer(AllHooks):
        def _call(self, *args, **kwargs):
            return OnlyCalls().invoke("inner")

        async def _astream(self, *args, **kwargs):
            await OnlyCalls().ainvoke("inner")
            async for chunk in super()._astream(*args, **kwargs):
                yield chunk

    given = TextListener()
    Outer().invoke("hi", {"callbacks": [given]})
    async for _ in Outer().astream("hi", {"callbacks": [given]}):
        pass
    assert given.parents == [None, given.ids[0], None, given.ids[2]]


async def test_a_stream_that_is_closed_early_is_closed_all_the_way_down():
    listener = TextListener()
    model = AllHooks()
    chunks = model.stream("hi", {"callbacks": [listener]})
    assert next(chunks) == PIECES[0]
    chunks.close()
    achunks = model.astream("hi", {"callbacks": [listener]})
    assert await anext(achunks) == PIECES[0]
    await achunks.aclose()
    assert model.called == ["stream", "stream closed", "astream", "astream closed"]
    assert listener.names == ["start", "token", "end"] * 2
    assert told(listener) == [PIECES[0]] * 2


async def test_a_stream_that_breaks_off_tells_what_there_was():
    class Breaks(SyncHooks):
        def _stream(self, *args, **kwargs):
            yield from list(super()._stream(*args, **kwargs))[:1]
            raise OSError("no")

    listener = TextListener()
    with pytest.raises(OSError, match="no"):
        list(Breaks().stream("hi", {"callbacks": [listener]}))
    with pytest.raises(OSError, match="no"):
        [each async for each in Breaks().astream("hi", {"callbacks": [listener]})]
    failures = [facts["response"].generations[0][0].text for facts in listener.facts if "response" in facts]
    assert failures == [PIECES[0]] * 2


# Caches.


async def test_known_prompts_are_not_asked_and_not_heard():
    listener, model = TextListener(), AtOnce(cache=InMemoryCache())
    config = {"callbacks": [listener]}
    assert model.invoke("a", config) == "a?"
    assert await model.ainvoke("a", config) == "a?"
    assert model.batch(["b", "a", "c"], config) == ["b?", "a?", "c?"]
    found = await model.agenerate(["c", "a"], callbacks=[listener])
    assert [each[0].text for each in found.generations] == ["c?", "a?"]
    assert (found.llm_output, found.run) == ({}, None)
    assert model.called == [["a"], ["b", "c"]]
    assert told(listener) == ["a?", "b?", "c?"]
    model.invoke("a", stop=["x"])
    model.invoke("a", temperature=1)
    assert model.called[2:] == [["a"]] * 2


def test_what_a_cache_gives_can_be_edited():
    model = AtOnce(cache=InMemoryCache())
    for _ in range(3):
        (generation,) = model.generate(["a"]).generations[0]
        assert (generation.text, generation.generation_info) == ("a?", {"n": 1})
        generation.text = "mine"
        generation.generation_info["n"] = 2


def test_a_cache_that_is_not_there():
    with pytest.raises(ValueError, match="AtOnce has cache=True, and the process has no cache"):
        AtOnce(cache=True).invoke("a")


def test_streams_are_neither_cached_nor_taken_from_a_cache():
    model = AllHooks(cache=InMemoryCache())
    list(model.stream("hi"))
    model.invoke("hi")
    assert model.called == ["stream", "stream closed", "call"]


# Turns.


@pytest.mark.parametrize("config", [None, {"tags": ["t"]}])
async def test_each_request_takes_one_turn(config):
    turns = Turns()
    model = AllHooks(rate_limiter=turns)
    model.invoke("hi", config)
    model.batch(["a", "b"], config)
    list(model.stream("hi", config))
    await model.abatch(["a", "b"], config)
    [each async for each in model.astream("hi", config)]
    assert [each for each, _ in turns.taken] == ["sync", "sync", "sync", "async", "async"]


async def test_a_run_id_is_that_of_the_first_prompt():
    from stepgraph.callbacks.ids import new_run_id  # noqa: PLC0415

    listener, given = TextListener(), new_run_id()
    AtOnce().batch(["a", "b"], {"callbacks": [listener], "run_id": given})
    assert listener.ids[0] == given
    assert listener.ids[1] != given
    outer = RunnableLambda(lambda each: AtOnce().invoke(each))
    await outer.ainvoke("x", {"run_id": given, "callbacks": [listener]})
    assert len(set(listener.ids)) == 3
