"""Durability: what is safe before it is shown, how far saves fall behind, and what a failing saver does to a run."""

import asyncio
import threading

import pytest

from stepgraph.checkpoint.base import INTERRUPT
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import SaverError, SerializationError
from stepgraph.graph import START, StateGraph
from stepgraph.pregel.saving import BACKLOG
from stepgraph.testing import Fault, FaultySaver, RecordingSaver, Stall
from stepgraph.types import Command, interrupt
from tests.pregel.colours import Colour, turns, until_error
from tests.pregel.leftovers import nothing_left
from tests.pregel.states import Log, chain, fan
from tests.pregel.threads import history, state, thread, told

DURABILITIES = ["sync", "async", "exit"]
SAVES = ("put", "put_writes")


def named(colour, *names):
    def node(name):
        async def body(state):
            return {"log": [name]}

        return name, colour.node(body)

    return [node(name) for name in names]


def kept_in(saver):
    """Return what the head of the thread holds, and what tasks after it have written."""
    found = saver.get_tuple(thread())
    written = [value for _, channel, value in found.pending_writes or () if channel == "log"]
    return sum(written, found.checkpoint["channel_values"]["log"])


def two_and_a_join(colour, saver):
    builder = StateGraph(Log)
    for name, node in named(colour, "a", "b", "joined"):
        builder.add_node(name, node)
    builder.add_edge(START, "a").add_edge(START, "b").add_edge(["a", "b"], "joined")
    return builder.compile(checkpointer=saver)


async def test_sync_shows_nothing_that_is_not_saved(colour):
    saver = InMemorySaver()
    graph = two_and_a_join(colour, RecordingSaver(saver))
    shown = []
    async for chunk in colour.stream(graph, {"log": []}, thread(), stream_mode="updates", durability="sync"):
        shown += chunk
        assert set(shown) <= set(kept_in(saver))
    assert sorted(shown) == ["a", "b", "joined"]


async def test_sync_saves_a_question_before_it_is_shown(colour):
    async def ask(state):
        return {"log": [interrupt("?")]}

    saver = InMemorySaver()
    graph = chain(("ask", colour.node(ask)), checkpointer=RecordingSaver(saver))
    async for chunk in colour.stream(graph, {"log": []}, thread(), stream_mode="updates", durability="sync"):
        assert "__interrupt__" in chunk
        assert any(channel == INTERRUPT for _, channel, _ in saver.get_tuple(thread()).pending_writes)


async def test_whatever_save_fails_nothing_was_shown_that_is_not_kept(colour):
    for nth in range(1, 20):
        saver = InMemorySaver()
        faulty = FaultySaver(saver, Fault(nth=nth, only=SAVES, forever=True))
        stream = colour.stream(
            two_and_a_join(colour, faulty), {"log": []}, thread(), stream_mode="updates", durability="sync"
        )
        chunks, error = await until_error(stream)
        if error is None:
            break
        assert isinstance(error, SaverError)
        shown = {name for chunk in chunks for name in chunk}
        assert shown <= set(kept_in(saver) if saver.get_tuple(thread()) else ())
    assert nth > 4


async def test_sync_starts_no_superstep_before_the_last_one_is_saved(colour):
    saver, at_start = RecordingSaver(InMemorySaver()), []

    async def node(state):
        at_start.append(
            [(operation.name, operation.state) for operation in saver.operations if operation.name in SAVES]
        )
        return {"log": [1]}

    nodes = [("one", colour.node(node)), ("two", colour.node(node))]
    await colour.invoke(chain(*nodes, checkpointer=saver), {"log": []}, thread(), durability="sync")
    assert at_start == [[("put", "returned")] * 2, [("put", "returned")] * 3]


@pytest.mark.parametrize("steps", [1, 5])
async def test_exit_saves_once(colour, steps):
    saver = RecordingSaver(InMemorySaver())
    graph = chain(*named(colour, *map(str, range(steps))), checkpointer=saver)
    await colour.invoke(graph, {"log": []}, thread(), durability="exit")
    assert [name for name in saver.names if name in SAVES] == ["put"]
    assert told(await history(colour, graph)) == [("loop", steps, ())]


async def test_exit_keeps_the_head_it_followed_as_parent(colour):
    graph = chain(*named(colour, "a", "b"), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread(), durability="sync")
    before = await state(colour, graph)
    await colour.invoke(graph, {"log": []}, thread(), durability="exit")
    after = await state(colour, graph)
    assert after.parent_config == before.config
    assert after.values == {"log": ["a", "b", "a", "b"]}


async def test_exit_saves_a_pause_and_goes_on(colour):
    async def ask(state):
        return {"log": [interrupt("?")]}

    graph = chain(*named(colour, "a"), ("ask", colour.node(ask)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread(), durability="exit")
    assert told(await history(colour, graph)) == [("loop", 1, ("ask",))]
    assert [question.value for question in (await state(colour, graph)).interrupts] == ["?"]
    answer = await colour.invoke(graph, Command(resume="!"), thread(), durability="exit")
    assert answer == {"log": ["a", "!"]}


async def test_async_is_all_there_when_the_run_ends(colour):
    saver = RecordingSaver(InMemorySaver())
    graph = chain(*named(colour, "a", "b"), checkpointer=saver)
    await colour.invoke(graph, {"log": []}, thread(), durability="async")
    assert {operation.state for operation in saver.operations if operation.name in SAVES} == {"returned"}
    assert [metadata for metadata, *_ in told(await history(colour, graph))] == ["input", "loop", "loop", "loop"]


async def test_async_runs_ahead_of_a_saver_that_waits_but_not_far():
    began, steps = [], 3 * BACKLOG

    async def node(state):
        began.append(1)
        return {"log": [1]}

    stall = Stall(nth=2, only=("put",))
    saver = FaultySaver(InMemorySaver(), stall)
    graph = chain(*((str(number), node) for number in range(steps)), checkpointer=saver)
    run = asyncio.create_task(graph.ainvoke({"log": []}, {**thread(), "recursion_limit": steps}, durability="async"))
    await stall.reached.await_set()
    await turns(100 * steps)
    assert 1 < len(began) <= BACKLOG + 2
    stall.release.set()
    assert len((await run)["log"]) == steps


def test_async_bounds_how_far_sync_runs_get_ahead():
    lags, steps, began, saved = [], 3 * BACKLOG, [], []

    class Slow(InMemorySaver):
        immediate = False

        def put(self, *args, **kwargs):
            threading.Event().wait(0.001)
            saved.append(1)
            return super().put(*args, **kwargs)

    def node(state):
        began.append(1)
        lags.append(len(began) - len(saved))
        return {"log": [1]}

    graph = chain(*((str(number), node) for number in range(steps)), checkpointer=Slow())
    graph.invoke({"log": []}, {**thread(), "recursion_limit": steps}, durability="async")
    assert max(lags) <= BACKLOG + 2
    assert len(saved) == steps + 2


@pytest.mark.parametrize("durability", DURABILITIES)
@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_a_failing_saver_fails_the_run(colour, durability, nth):
    saver = FaultySaver(InMemorySaver(), Fault(nth=1 if durability == "exit" else nth, only=("put",)))
    graph = chain(*named(colour, "a", "b"), checkpointer=saver)
    async with nothing_left():
        with pytest.raises(SaverError, match="told to fail"):
            await colour.invoke(graph, {"log": []}, thread(), durability=durability)


async def test_a_saver_that_fails_in_the_background_cancels_the_node_that_runs():
    stall = Stall(nth=3, only=("put",))
    saver = FaultySaver(InMemorySaver(), [stall, Fault(nth=3, only=("put",))])
    became = []

    async def quick(state):
        return {"log": ["quick"]}

    async def long(state):
        await stall.reached.await_set()
        stall.release.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            became.append("cancelled")
            raise

    graph = chain(quick, long, checkpointer=saver)
    async with nothing_left():
        with pytest.raises(SaverError):
            await graph.ainvoke({"log": []}, thread(), durability="async")
    assert became == ["cancelled"]


async def test_a_saver_that_fails_cancels_siblings_in_threads_too():
    colour = Colour("threads")
    stall = Stall(nth=2, only=("put",))
    saver = FaultySaver(InMemorySaver(), [stall, Fault(nth=2, only=("put",))])
    surfaced = threading.Event()

    def waits(state):
        stall.release.set()
        surfaced.wait(20)
        return {"log": ["waits"]}

    graph = fan(("waits", waits), *named(colour, "quick"), checkpointer=saver)
    try:
        with pytest.raises(SaverError):
            await graph.ainvoke({"log": []}, thread(), durability="async")
        assert not surfaced.is_set()
    finally:
        surfaced.set()


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_a_value_that_cannot_be_kept_is_an_error_that_names_its_key(colour, durability):
    async def node(state):
        return {"log": [lambda: None]}

    graph = chain(*named(colour, "a"), ("node", colour.node(node)), checkpointer=InMemorySaver())
    with pytest.raises(SerializationError, match="log"):
        await colour.invoke(graph, {"log": []}, thread(), durability=durability)
    if durability == "sync":
        assert (await state(colour, graph)).values == {"log": ["a"]}


@pytest.mark.parametrize("durability", DURABILITIES)
async def test_an_error_of_a_node_is_not_hidden_by_a_saver_that_works(colour, durability):
    async def node(state):
        raise LookupError("mine")

    graph = chain(*named(colour, "a"), ("node", colour.node(node)), checkpointer=RecordingSaver(InMemorySaver()))
    with pytest.raises(LookupError, match="mine"):
        await colour.invoke(graph, {"log": []}, thread(), durability=durability)
    assert (await state(colour, graph)).values == {"log": ["a"]}
    assert (await state(colour, graph)).next == ("node",)
