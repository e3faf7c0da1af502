"""Every combinator times every method, alone and with a config and a handler."""

import asyncio

import pytest

from stepgraph.runnables import ConfigurableField, RunnableLambda
from tests.pregel.leftovers import nothing_left
from tests.runnables.combinators import COMBINATORS, OnlyInvoke, letters, ordered, upper
from tests.runnables.doors import ASYNC, SYNC, listed, run, streams
from tests.runnables.recording import RECORDERS, AsyncRecorder, Recorder

every_combinator = pytest.mark.parametrize("name", COMBINATORS)
every_door = pytest.mark.parametrize("door", [*SYNC, *ASYNC])


def _check(combinator, door, outputs):
    expected = combinator.expected(door)
    if streams(door):
        outputs = [ordered(chunks, combinator.by_key) for chunks in outputs]
        expected = [ordered(chunks, combinator.by_key) for chunks in expected]
    assert outputs == expected


@pytest.mark.parametrize("door", SYNC)
@pytest.mark.parametrize("name", [name for name, each in COMBINATORS.items() if each.sync])
def test_sync_door(name, door):
    combinator = COMBINATORS[name]
    inputs = [input for input, _ in combinator.outputs]
    _check(combinator, door, SYNC[door](combinator.make(), inputs, None))


@pytest.mark.parametrize("door", SYNC)
@pytest.mark.parametrize("name", [name for name, each in COMBINATORS.items() if not each.sync])
def test_sync_door_of_async_code_says_what_to_write(name, door):
    combinator = COMBINATORS[name]
    inputs = [input for input, _ in combinator.outputs]
    with pytest.raises((TypeError, NotImplementedError), match="ainvoke"):
        SYNC[door](combinator.make(), inputs, None)


@pytest.mark.parametrize("door", ASYNC)
@every_combinator
async def test_async_door(name, door):
    combinator = COMBINATORS[name]
    inputs = [input for input, _ in combinator.outputs]
    async with nothing_left(collect=False):
        outputs = await ASYNC[door](combinator.make(), inputs, None)
    _check(combinator, door, outputs)


def _check_heard(combinator, heard, door):
    heard.check()
    assert len(heard.roots) == (len(combinator.outputs) if combinator.runs else 0)
    assert len(heard.runs) >= combinator.runs * len(combinator.outputs)
    for run_ in heard.runs.values():
        assert {"mine", "yours"} <= set(run_.tags)
        assert run_.metadata.items() >= {("who", "Ann")}
    if "transform" not in door:
        expected = combinator.heard or [input for input, _ in combinator.outputs]
        assert [root.inputs for root in heard.roots] == list(expected)[: len(heard.roots)]


def _config(handler):
    return {"tags": ["mine", "yours"], "metadata": {"who": "Ann"}, "callbacks": [handler]}


@pytest.mark.parametrize("kind", [Recorder, AsyncRecorder])
@pytest.mark.parametrize("door", SYNC)
@pytest.mark.parametrize("name", [name for name, each in COMBINATORS.items() if each.sync])
def test_sync_door_with_a_config(name, door, kind):
    combinator, handler = COMBINATORS[name], kind()
    inputs = [input for input, _ in combinator.outputs]
    outputs = SYNC[door](combinator.make(), inputs, _config(handler))
    _check(combinator, door, outputs)
    if "batch" not in door:
        _check_heard(combinator, handler.heard, door)
    else:
        handler.heard.check()


@pytest.mark.parametrize("kind", RECORDERS)
@pytest.mark.parametrize("door", ASYNC)
@every_combinator
async def test_async_door_with_a_config(name, door, kind):
    combinator, handler = COMBINATORS[name], RECORDERS[kind]()
    inputs = [input for input, _ in combinator.outputs]
    async with nothing_left(collect=False):
        outputs = await ASYNC[door](combinator.make(), inputs, _config(handler))
    _check(combinator, door, outputs)
    if "batch" not in door:
        _check_heard(combinator, handler.heard, door)
    else:
        handler.heard.check()


@every_door
async def test_a_config_sets_attributes_and_chooses_alternatives(door):
    config = {"configurable": {"count": 2, "which": "twice"}}
    fields = OnlyInvoke().configurable_fields(count=ConfigurableField(id="count"))
    assert await run(door, fields, ["a"], config) == ([["AA"]] if streams(door) else ["AA"])
    alternatives = RunnableLambda(letters).configurable_alternatives(ConfigurableField(id="which"), twice=fields)
    assert await run(door, alternatives, ["ab"], config) == ([["ABAB"]] if streams(door) else ["ABAB"])
    assert await run(door, alternatives | upper, ["ab"], config) == ([["ABAB"]] if streams(door) else ["ABAB"])


@every_door
async def test_keyword_arguments_reach_the_function(door):
    def repeated(text, count=1):
        return text * count

    outputs = await run(door, RunnableLambda(repeated), ["ab", "c"], count=2)
    assert outputs == ([["abab"], ["cc"]] if streams(door) else ["abab", "cc"])


@every_door
async def test_keyword_arguments_reach_the_first_step_of_a_sequence_only(door):
    def repeated(text, count=1):
        return text * count

    chain = RunnableLambda(repeated) | RunnableLambda(repeated)
    outputs = await run(door, chain, ["ab", "c"], count=2)
    assert outputs == ([["abab"], ["cc"]] if streams(door) else ["abab", "cc"])


async def test_async_doors_run_one_loop_without_a_task_of_their_own():
    """What is awaited in a row runs in the task of the caller."""
    seen = []

    async def step(text):
        seen.append(asyncio.current_task())
        return text

    chain = RunnableLambda(step) | RunnableLambda(step) | step
    await chain.ainvoke("a")
    assert [chunk async for chunk in chain.astream("a")] == ["a"]
    assert set(seen) == {asyncio.current_task()}


@pytest.mark.parametrize("name", [name for name, each in COMBINATORS.items() if each.runs])
async def test_events(name):
    """Every run has a start and an end, those above it in order, and the root says what came of all."""
    combinator = COMBINATORS[name]
    for input, output in combinator.outputs:
        async with nothing_left(collect=False):
            events = await listed(combinator.make().astream_events(input, version="v2"))
        starts = [event["run_id"] for event in events if event["event"].endswith("_start")]
        ends = [event["run_id"] for event in events if event["event"].endswith(("_end", "_error"))]
        assert len(set(starts)) == len(starts) >= combinator.runs
        assert set(ends) <= set(starts)
        first, last = events[0], events[-1]
        assert (first["event"], last["event"]) == ("on_chain_start", "on_chain_end")
        assert first["run_id"] == last["run_id"]
        assert first["parent_ids"] == []
        assert all(event["parent_ids"][0] == first["run_id"] for event in events if event["run_id"] != first["run_id"])
        if not combinator.by_key and "graph" not in name:
            assert last["data"]["output"] == output
