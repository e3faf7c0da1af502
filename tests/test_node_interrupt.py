"""A node that raises `NodeInterrupt` stops the run, which goes on when somebody has seen to it."""

from typing import Any

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import NodeInterrupt
from stepgraph.graph import START, StateGraph
from stepgraph.types import Command

pytestmark = pytest.mark.filterwarnings("ignore:call stepgraph.types.interrupt")
THREAD: Any = {"configurable": {"thread_id": "1"}}


class State(TypedDict):
    text: str


def check(state: State) -> dict[str, str]:
    if len(state["text"]) > 5:
        raise NodeInterrupt(f"too long: {state['text']}")
    return {"text": state["text"] + "!"}


async def acheck(state: State) -> dict[str, str]:
    return check(state)


def graph_of(node: Any, **kwargs: Any) -> Any:
    return StateGraph(State).add_node("check", node).add_edge(START, "check").compile(**kwargs)


def asked(found: Any) -> list[Any]:
    return [each.value for each in found]


@pytest.mark.parametrize("node", [check, acheck])
async def test_the_run_stops_and_goes_on_after_an_edit(node):
    graph = graph_of(node, checkpointer=InMemorySaver())
    found = await graph.ainvoke({"text": "long text"}, THREAD)
    assert asked(found["__interrupt__"]) == ["too long: long text"]
    state = await graph.aget_state(THREAD)
    assert (state.next, asked(state.tasks[0].interrupts)) == (("check",), ["too long: long text"])

    again = await graph.ainvoke(None, THREAD)
    assert again["__interrupt__"] == found["__interrupt__"]
    await graph.aupdate_state(THREAD, {"text": "short"})
    assert await graph.ainvoke(None, THREAD) == {"text": "short!"}


def test_it_works_in_sync_runs_without_a_saver_and_below():
    assert asked(graph_of(check).invoke({"text": "long text"})["__interrupt__"]) == ["too long: long text"]
    graph = graph_of(graph_of(check), checkpointer=InMemorySaver())
    assert asked(graph.invoke({"text": "long text"}, THREAD)["__interrupt__"]) == ["too long: long text"]
    below = graph.get_state(THREAD, subgraphs=True).tasks[0].state
    graph.update_state(below.config, {"text": "short"})
    assert graph.invoke(None, THREAD) == {"text": "short!"}


def test_a_node_cannot_swallow_it():
    def careless(state: State) -> Any:
        try:
            return check(state)
        except Exception:
            return {"text": "swallowed"}

    assert "__interrupt__" in graph_of(careless).invoke({"text": "long text"})


def test_several_have_ids_of_their_own():
    builder = StateGraph(State)
    for name in "ab":
        builder.add_node(name, lambda state: check({"text": "long text"})).add_edge(START, name)
    ids = {each.id for each in builder.compile().invoke({"text": ""})["__interrupt__"]}
    assert len(ids) == 2
    assert "" not in ids
    assert NodeInterrupt("why").interrupts[0].id == ""
    assert NodeInterrupt("why", "mine").interrupts[0].id == "mine"


def test_an_answer_is_no_answer():
    graph = graph_of(check, checkpointer=InMemorySaver())
    graph.invoke({"text": "long text"}, THREAD)
    assert asked(graph.invoke(Command(resume="x"), THREAD)["__interrupt__"]) == ["too long: long text"]
    assert asked(graph.get_state(THREAD).tasks[0].interrupts) == ["too long: long text"]


def test_it_says_what_to_call_instead():
    with pytest.warns(DeprecationWarning, match="call stepgraph.types.interrupt"):
        NodeInterrupt("why")
