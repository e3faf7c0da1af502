"""`get_state` and `get_state_history`: how a thread looks from outside."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import MissingThreadError
from tests.pregel.states import chain
from tests.pregel.threads import history, named, state, thread, update


def three(colour, calls=None, **compiled):
    return chain(*(named(colour, name, calls) for name in "abc"), checkpointer=InMemorySaver(), **compiled)


async def test_an_empty_thread_has_an_empty_state(colour):
    snapshot = await state(colour, three(colour))
    assert (snapshot.values, snapshot.next, snapshot.tasks, snapshot.metadata) == ({}, (), (), None)
    assert await history(colour, three(colour)) == []


async def test_a_state_says_what_comes_next(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread(), interrupt_before=["b"])
    snapshot = await state(colour, graph)
    assert (snapshot.values, snapshot.next) == ({"log": ["a"]}, ("b",))
    assert [(task.name, task.result, task.error) for task in snapshot.tasks] == [("b", None, None)]


async def test_doors_are_shut_where_nothing_is_kept(colour):
    graph = chain(named(colour, "a"))
    with pytest.raises(ValueError, match="no checkpointer"):
        await state(colour, graph)
    with pytest.raises(ValueError, match="no checkpointer"):
        await update(colour, graph, {"log": []})


async def test_a_thread_must_be_named(colour):
    with pytest.raises(MissingThreadError):
        await state(colour, three(colour), {"configurable": {}})


async def test_the_history_says_what_each_task_did(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": ["in"]}, thread())
    results = [[task.result for task in snapshot.tasks] for snapshot in await history(colour, graph)]
    assert results == [[{"log": ["in"]}], [{"log": ["a"]}], [{"log": ["b"]}], [{"log": ["c"]}], []]


async def test_a_history_can_be_cut_and_filtered(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    whole = await history(colour, graph)
    assert await history(colour, graph, limit=2) == whole[-2:]
    assert await history(colour, graph, limit=0) == []
    assert await history(colour, graph, before=whole[2].config) == whole[:2]
    assert await history(colour, graph, filter={"step": 1}) == [whole[2]]


async def test_a_state_at_a_checkpoint_is_that_of_its_time(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    for snapshot in await history(colour, graph):
        assert await state(colour, graph, snapshot.config) == snapshot
