"""Going back: runs, updates and answers at a checkpoint that the thread has moved past."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import CheckpointError
from stepgraph.types import Command, interrupt
from tests.pregel.states import chain
from tests.pregel.threads import history, named, state, thread, told, update


def three(colour, calls=None, **compiled):
    return chain(*(named(colour, name, calls) for name in "abc"), checkpointer=InMemorySaver(), **compiled)


async def at(colour, graph, node):
    """Return the config of the newest checkpoint that has `node` next."""
    return [snapshot.config for snapshot in await history(colour, graph) if node in snapshot.next][-1]


async def test_a_run_from_an_old_checkpoint_is_a_branch(colour):
    calls = []
    graph = three(colour, calls)
    await colour.invoke(graph, {"log": []}, thread())
    old = await at(colour, graph, "b")
    calls.clear()
    assert await colour.invoke(graph, None, old) == {"log": ["a", "b", "c"]}
    assert calls == ["b", "c"]
    snapshots = await history(colour, graph)
    assert told(snapshots)[5:] == [("fork", 2, ("b",)), ("loop", 3, ("c",)), ("loop", 4, ())]
    assert snapshots[5].parent_config == old


async def test_an_update_of_an_old_checkpoint_is_a_branch_to_go_on_from(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    fork = await update(colour, graph, {"log": ["b instead"]}, "b", await at(colour, graph, "b"))
    assert await colour.invoke(graph, None, fork) == {"log": ["a", "b instead", "c"]}


async def test_an_update_of_an_old_checkpoint_does_not_change_what_is_told_of_it(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    old = await at(colour, graph, "b")
    before = await state(colour, graph, old)
    await update(colour, graph, {"log": ["b instead"]}, "b", old)
    assert await state(colour, graph, old) == before


async def test_an_answered_question_can_be_answered_otherwise(colour):
    async def ask(state):
        return {"log": [interrupt("?")]}

    graph = chain(("ask", colour.node(ask)), checkpointer=InMemorySaver())
    await colour.invoke(graph, {"log": []}, thread())
    await colour.invoke(graph, Command(resume="yes"), thread())
    asked = await at(colour, graph, "ask")
    assert await colour.invoke(graph, Command(resume="no"), asked) == {"log": ["no"]}
    assert (await state(colour, graph, asked)).tasks[0].result == {"log": ["yes"]}


async def test_a_checkpoint_that_is_not_there_is_an_error(colour):
    graph = three(colour)
    await colour.invoke(graph, {"log": []}, thread())
    with pytest.raises(CheckpointError, match="nowhere"):
        await colour.invoke(graph, None, thread(checkpoint_id="nowhere"))
