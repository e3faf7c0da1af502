"""Configs of calls: lists of them, limits in them, and how functions get at them."""

import pytest

from stepgraph.config import RunnableConfig, get_config
from stepgraph.runnables import RunnableGenerator, RunnableLambda, RunnableParallel, RunnablePassthrough
from tests.runnables.doors import ASYNC, SYNC, listed, run, streams
from tests.runnables.recording import AsyncRecorder, Recorder

AROUND = {"tags": ["a", "b"], "metadata": {"x": 1, "y": 1}, "configurable": {"user": "ada", "model": "m"}}


def seen(input):
    config = get_config()
    return {key: config.get(key) for key in ("tags", "metadata", "configurable")}


SEEN = RunnableLambda(seen)


# Lists of configs.


@pytest.mark.parametrize("door", ["batch", "abatch", "batch_as_completed", "abatch_as_completed"])
@pytest.mark.parametrize("bound", [False, True])
async def test_each_input_may_have_a_config_of_its_own(door, bound):
    handler = Recorder(inline=True)
    tags = RunnableLambda(lambda input, config: config.get("tags"), name="tags")
    made = tags.with_config(metadata={"m": 1}) if bound else tags
    configs = [{"tags": ["one"]}, None, {"tags": ["two"], "callbacks": [handler], "run_name": "second"}]
    assert await run(door, made, ["x", "y", "z"], configs) == [["one"], [], ["two"]]
    assert handler.heard.names == ["second"]


@pytest.mark.parametrize("door", ["batch", "abatch", "batch_as_completed", "abatch_as_completed"])
@pytest.mark.parametrize("count", [0, 1, 3])
async def test_configs_and_inputs_must_be_as_many(door, count):
    with pytest.raises(ValueError, match=f"one for each, got {count} configs for 2 inputs"):
        await run(door, SEEN, ["x", "y"], [{}] * count)


@pytest.mark.parametrize("door", ["batch", "abatch"])
async def test_no_inputs_no_outputs(door):
    assert await run(door, SEEN, []) == []
    assert await run(door, SEEN, [], {"max_concurrency": 1, "tags": ["t"]}) == []
    assert await run(door, SEEN.map(), [[]]) == [[]]
    assert await listed(SEEN.abatch_as_completed([])) == []


# How deep functions may return runnables.


@pytest.mark.parametrize("door", ["invoke", "ainvoke", "stream", "astream"])
@pytest.mark.parametrize(("config", "limit"), [(None, 25), ({"recursion_limit": 3}, 3), ({"tags": ["t"]}, 25)])
async def test_functions_that_return_runnables_for_ever_are_stopped(door, config, limit):
    calls = []

    def again(input):
        calls.append(input)
        return endless

    endless = RunnableLambda(again)
    with pytest.raises(RecursionError, match=f"'again' returned a runnable {limit} times over.*recursion_limit"):
        await run(door, endless, ["x"], config)
    assert len(calls) == limit + 1


@pytest.mark.parametrize("door", ["invoke", "ainvoke", "stream", "astream"])
async def test_functions_may_return_runnables_as_often_as_the_limit_says(door):
    def again(input):
        depth.append(input)
        return RunnablePassthrough() if len(depth) % 40 == 0 else RunnableLambda(again)

    depth = []
    expected = [["x"]] if streams(door) else ["x"]
    assert await run(door, RunnableLambda(again), ["x"], {"recursion_limit": 40}) == expected
    assert len(depth) == 40
    # What is called beside it counts anew.
    flat = RunnableLambda(lambda _: RunnablePassthrough())
    made = flat | flat | RunnableLambda(lambda _: flat)
    assert await run(door, made, ["x"], {"recursion_limit": 2}) == expected


# What functions ask for.


@pytest.mark.parametrize("door", [*SYNC, *ASYNC])
async def test_functions_get_the_config_they_ask_for(door):
    def by_name(input, config):
        return config["configurable"]["user"]

    def by_annotation(input, *, given: RunnableConfig | None = None):
        return given["configurable"]["user"]

    def items(input, config: RunnableConfig):
        yield config["configurable"]["user"]

    async def aby_name(input, config):
        return config["configurable"]["user"]

    expected = [["ada"]] if streams(door) else ["ada"]
    for function in [by_name, by_annotation, items] + ([aby_name] if door in ASYNC else []):
        for made in (RunnableLambda(function), RunnablePassthrough() | RunnableLambda(function)):
            assert await run(door, made, ["x"], AROUND) == expected


@pytest.mark.parametrize("door", ["invoke", "ainvoke"])
@pytest.mark.parametrize("given", [None, {}, {"tags": None}])
async def test_functions_that_ask_find_every_key_whatever_was_given(door, given):
    whole = {"tags": [], "metadata": {}, "callbacks": None, "configurable": {}}
    assert await run(door, RunnableLambda(lambda input, config: config), ["x"], given) == [whole]


async def test_generators_see_the_config_while_they_run():
    def transform(chunks):
        for _ in chunks:
            yield get_config()["configurable"]["user"]

    async def atransform(chunks):
        async for _ in chunks:
            yield get_config()["configurable"]["user"]

    made = RunnableGenerator(transform, atransform)
    assert list(made.stream("x", AROUND)) == ["ada"]
    assert await listed(made.astream("x", AROUND)) == ["ada"]
    assert await listed((RunnablePassthrough() | made).astream("x", AROUND)) == ["ada"]
    assert made.invoke("x", AROUND) == "ada"
    assert await made.ainvoke("x", AROUND) == "ada"


async def test_limits_are_inherited():
    given = {"max_concurrency": 3, "recursion_limit": 7}

    def limits(input):
        return get_config().get("max_concurrency"), get_config().get("recursion_limit")

    inner = RunnableLambda(limits)
    made = RunnablePassthrough() | RunnableLambda(lambda input: inner.invoke(input, {"tags": ["t"]}))
    assert made.invoke("x", given) == (3, 7)
    assert await made.ainvoke("x", {**given, "callbacks": [AsyncRecorder()]}) == (3, 7)
    assert await RunnableParallel(a=made, b=made.map()).ainvoke(["x"], given) == {"a": (3, 7), "b": [(3, 7)]}
