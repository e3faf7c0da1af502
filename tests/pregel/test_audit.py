"""debug=True: nodes that edit what they were given are reported with the node and the key."""

import copy
import warnings

import pytest
from pydantic import BaseModel

from stepgraph.errors import StateMutationWarning
from stepgraph.graph import START, StateGraph
from stepgraph.types import RetryPolicy, Send
from tests.pregel.colours import in_each_mode
from tests.pregel.leftovers import nothing_left
from tests.pregel.states import Two, chain, fan


async def reported(colour, graph, input, **kwargs):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        warnings.simplefilter("always", StateMutationWarning)
        await colour.chunks(graph, input, **kwargs)
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize("modes", ["values", "custom", ["tasks", "updates"]])
async def test_an_edit_in_place_is_reported_with_node_and_key(colour, modes):
    async def edits(state):
        state["log"].append("edited")
        state["last"]["deep"].add(1)
        return {"log": []}

    graph = chain(("edits", colour.node(edits)), state=Two, debug=True)
    found = await reported(colour, graph, {"log": ["in"], "last": {"deep": set()}}, stream_mode=modes)
    assert len(found) == 2
    assert "node 'edits'" in found[0]
    assert {text.split("key ")[1].split(" ")[0] for text in found} == {"'log'", "'last'"}
    assert all("Return a new value" in text for text in found)


@in_each_mode
async def test_a_report_may_be_made_an_error(colour, modes):
    async def edits(state):
        state["last"].append(1)

    async def beside(state):
        await colour.pause()

    graph = fan(("beside", colour.node(beside)), ("edits", colour.node(edits)), state=Two, debug=True)
    async with nothing_left():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(StateMutationWarning, match="key 'last'"):
                await colour.chunks(graph, {"log": [], "last": []}, stream_mode=modes)


async def test_a_node_may_do_as_it_likes_with_its_own_dict(colour):
    async def replaces(state):
        state["log"] = "replaced"
        state["last"] = state.pop("log")
        state["new"] = 1
        return {"log": [1]}

    graph = chain(colour.node(replaces), state=Two, debug=True)
    assert await reported(colour, graph, {"log": ["in"], "last": 1}) == []


async def test_without_debug_nothing_is_copied_or_reported(colour):
    class Uncopied(list):
        def __deepcopy__(self, memo):
            raise AssertionError("copied")

    async def edits(state):
        state["last"].append("edited")

    graph = chain(colour.node(edits), state=Two)
    assert await reported(colour, graph, {"log": [], "last": Uncopied()}) == []


async def test_parallel_nodes_are_told_apart(colour):
    async def edits(state):
        state["last"].append(1)

    async def reads(state):
        assert isinstance(state["last"], list)

    graph = fan(
        ("reads", colour.node(reads)), ("sub", chain(("edits", colour.node(edits)), state=Two, debug=True)), state=Two
    )
    found = await reported(colour, graph, {"log": [], "last": []})
    assert len(found) == 1
    assert "node 'edits'" in found[0]


async def test_a_sibling_is_not_blamed_for_what_another_edited(colour):
    begun, edited = colour.gate(), colour.gate()

    async def edits(state):
        await begun.passed()
        state["last"].append(1)

    async def reads(state):
        begun.open()
        await edited.passed()

    graph = fan(("edits", colour.node(edits)), ("reads", colour.node(reads)), state=Two, debug=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", StateMutationWarning)
        async for _ in colour.stream(graph, {"log": [], "last": []}, stream_mode="updates"):
            edited.open()  # the first update is that of the node that edited
    assert ["node 'edits'" in str(warning.message) for warning in caught] == [True]


async def test_the_argument_of_a_send_is_watched_too(colour):
    async def edits(argument):
        argument["items"].append(1)

    graph = StateGraph(Two).add_node("edits", colour.node(edits))
    graph = graph.add_conditional_edges(START, lambda _: [Send("edits", {"items": []})], ["edits"]).compile(debug=True)
    (found,) = await reported(colour, graph, {"log": []})
    assert "node 'edits' edited the value of key 'items'" in found


async def test_instances_of_models_are_watched_too(colour):
    class State(BaseModel):
        items: list = []

    async def edits(state):
        state.items.append(1)

    (found,) = await reported(colour, chain(colour.node(edits), state=State, debug=True), {"items": []})
    assert "key 'items'" in found


async def test_what_cannot_be_copied_or_compared_is_left_out(colour):
    class Odd:
        def __deepcopy__(self, memo):
            raise TypeError("no copies")

    class Incomparable:
        def __eq__(self, other):
            raise TypeError("no comparing")

        __hash__ = None

        def __repr__(self):
            return "Incomparable()"

    async def reads(state):
        return {"log": [1]}

    graph = chain(colour.node(reads), state=Two, debug=True)
    for value in (Odd(), Incomparable(), {"odd": Odd()}):
        assert await reported(colour, graph, {"log": [], "last": value}) == []


async def test_a_node_that_edits_and_fails_is_still_its_own_error(colour):
    async def edits(state):
        state["log"].append(1)
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        await reported(colour, chain(colour.node(edits), state=Two, debug=True), {"log": []})


async def test_an_edit_before_a_retry_is_reported_once(colour):
    tries = []

    async def flaky(state):
        tries.append(1)
        state["log"].append("edited")
        if len(tries) == 1:
            raise ConnectionError
        return {"last": 1}

    graph = StateGraph(Two)
    graph.add_node("flaky", colour.node(flaky), retry_policy=RetryPolicy(initial_interval=0, jitter=False))
    graph = graph.add_edge(START, "flaky").compile(debug=True)
    assert len(await reported(colour, graph, {"log": []})) == 1


async def test_a_state_without_keys_is_watched(colour):
    async def edits(state):
        state.append(1)

    graph = StateGraph(list).add_node("edits", colour.node(edits)).add_edge(START, "edits").compile(debug=True)
    (found,) = await reported(colour, graph, ["in"])
    assert "node 'edits'" in found


async def test_the_result_is_the_same_with_and_without_debug(colour):
    async def adds(state):
        return {"log": [len(state["log"])], "last": copy.copy(state["log"])}

    nodes = [(name, colour.node(adds)) for name in "abc"]
    results = [
        await colour.chunks(chain(*nodes, state=Two, debug=debug), {"log": []}, stream_mode=["values", "updates"])
        for debug in (False, True)
    ]
    assert results[0] == results[1]
