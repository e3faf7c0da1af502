"""What of a state is saved: the values of channels of every kind, and of a long one what changed."""

import operator
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph.channels import Topic, UntrackedValue
from stepgraph.checkpoint.base import Delta
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.graph import START, StateGraph
from stepgraph.testing import RecordingSaver
from stepgraph.types import Command, Send
from tests.channels.test_stateful import Collected
from tests.pregel.states import chain
from tests.pregel.threads import history, state, thread


class Secret(TypedDict, total=False):
    token: Annotated[str, UntrackedValue(str)]
    log: Annotated[list[Any], operator.add]


class Bag(TypedDict, total=False):
    topic: Annotated[list[str], Topic(str, accumulate=True)]
    log: Annotated[list[Any], operator.add]


class Own(TypedDict, total=False):
    own: Annotated[list[Any], Collected]


async def test_channels_with_a_state_of_their_own_are_kept(colour):
    async def node(state):
        return {"topic": f"{len(state.get('topic', []))}"}

    graph = chain(("node", colour.node(node)), state=Bag, checkpointer=InMemorySaver())
    await colour.invoke(graph, {"topic": "in"}, thread())
    again = await colour.invoke(graph, {"topic": "again"}, thread())
    assert again["topic"] == ["in", "1", "again", "3"]


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
@pytest.mark.parametrize("wrapped", [RecordingSaver, lambda saver: saver], ids=["behind", "at once"])
async def test_a_users_channel_that_edits_its_value_in_place_is_kept_as_it_was(colour, durability, wrapped):
    async def node(state):
        return {"own": len(state["own"])}

    nodes = [(name, colour.node(node)) for name in "abcdef"]
    graph = chain(*nodes, state=Own, checkpointer=wrapped(InMemorySaver()))
    await colour.invoke(graph, {"own": "in"}, thread(), durability=durability)
    whole = ["in", 1, 2, 3, 4, 5, 6]
    assert (await state(colour, graph)).values == {"own": whole}
    if durability != "exit":
        kept = [snapshot.values.get("own", []) for snapshot in await history(colour, graph)]
        assert kept == [whole[:length] for length in range(8)]
    assert (await colour.invoke(graph, {"own": "again"}, thread(), durability=durability))["own"][:8] == [
        *whole,
        "again",
    ]


async def test_untracked_values_are_not_saved_and_not_restored(colour):
    seen = []

    async def log_in(state):
        return {"token": "hush"}

    async def node(state):
        seen.append(state.get("token"))
        return {"log": ["node"]}

    nodes = [("log_in", colour.node(log_in)), ("one", colour.node(node)), ("two", colour.node(node))]
    saver = InMemorySaver()
    graph = chain(*nodes, state=Secret, checkpointer=saver, interrupt_before=["two"])
    await colour.invoke(graph, {"log": []}, thread())
    await colour.invoke(graph, None, thread())
    assert seen == ["hush", None]
    assert all("hush" not in repr(found) for found in saver.list(thread()))


async def test_untracked_values_in_sends_are_not_saved(colour):
    async def first(state):
        return Command(goto=[Send("worker", {"token": "hush", "log": ["kept"]})])

    async def worker(state):
        return {"log": [*state["log"], state.get("token", "no token")]}

    builder = StateGraph(Secret).add_node("first", colour.node(first), destinations=("worker",))
    builder.add_node("worker", colour.node(worker)).add_edge(START, "first")
    saver = InMemorySaver()
    graph = builder.compile(checkpointer=saver, interrupt_before=["worker"])
    await colour.invoke(graph, {"log": []}, thread())
    assert all("hush" not in repr(found) for found in saver.list(thread()))
    assert (await colour.invoke(graph, None, thread()))["log"] == ["kept", "no token"]


async def test_of_a_long_list_what_was_added_is_handed_to_the_saver(colour):
    async def node(state):
        return {"log": ["added"]}

    saver = RecordingSaver(InMemorySaver())
    graph = chain(("node", colour.node(node)), checkpointer=saver)
    await colour.invoke(graph, {"log": list(range(1000))}, thread(), durability="sync")
    last = [operation.arguments for operation in saver.operations if operation.name == "put"][-1]
    assert last["deltas"]["log"] == Delta(kept=1000, edits={}, added=["added"])
    assert (await state(colour, graph)).values == {"log": [*range(1000), "added"]}


async def test_what_did_not_change_is_not_named_as_changed(colour):
    class Wide(TypedDict, total=False):
        log: Annotated[list[Any], operator.add]
        other: str

    async def node(state):
        return {"log": ["added"]}

    saver = RecordingSaver(InMemorySaver())
    graph = chain(("node", colour.node(node)), state=Wide, checkpointer=saver)
    await colour.invoke(graph, {"log": [], "other": "same"}, thread(), durability="sync")
    last = [operation.arguments for operation in saver.operations if operation.name == "put"][-1]
    assert "log" in last["new_versions"]
    assert "other" not in last["new_versions"]
    assert (await state(colour, graph)).values == {"log": ["added"], "other": "same"}
