"""A thread that an older graph saved, and a newer one that goes on with it."""

import asyncio
import operator
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import IncompleteJoinWarning, MigrationError
from stepgraph.graph import START, StateGraph
from stepgraph.types import Command, Send, interrupt, step

THREAD = {"configurable": {"thread_id": "1"}}


class State(TypedDict, total=False):
    log: Annotated[list[Any], operator.add]
    note: str


class NewState(TypedDict, total=False):
    log: Annotated[list[Any], operator.add]
    remark: str


class Shorter(TypedDict, total=False):
    log: Annotated[list[Any], operator.add]


@pytest.fixture(params=["sync", "async"])
def door(request):
    """Run in both colours."""

    def invoke(graph, input, **options):
        if request.param == "sync":
            return graph.invoke(input, THREAD, **options)
        return asyncio.run(graph.ainvoke(input, THREAD, **options))

    return invoke


@pytest.fixture
def saver():
    return InMemorySaver()


def chain(saver, *names, state=State, asks=(), **compiled):
    """Return a chain of nodes that log their names; those in `asks` log an answer too."""

    def node(name):
        return lambda state: {"log": [name, interrupt("?")] if name in asks else [name]}

    builder = StateGraph(state).add_sequence([(name, node(name)) for name in names]).add_edge(START, names[0])
    return builder.compile(checkpointer=saver, **compiled)


def joining(saver, left="left", joined="joined", **compiled):
    """Return a graph that runs the nodes its input names; `left` and `right` are joined."""

    def node(name):
        return lambda state: {"log": [name]}

    builder = StateGraph(State)
    for name in (left, "right", joined):
        builder.add_node(name, node(name))
    builder.add_conditional_edges(START, lambda state: state["note"], [left, "right"])
    return builder.add_edge([left, "right"], joined).compile(checkpointer=saver, **compiled)


def sending(saver, worker="worker", **compiled):
    """Return a graph that sends two tasks to a worker."""
    builder = StateGraph(State).add_node(worker, lambda state: {"log": [(worker, state["log"][0])]})
    builder.add_conditional_edges(START, lambda state: [Send(worker, {"log": [n]}) for n in (1, 2)], [worker])
    return builder.compile(checkpointer=saver, **compiled)


def test_the_node_that_is_next_was_renamed(door, saver):
    door(chain(saver, "a", "b"), {"log": []}, interrupt_before=["b"])
    graph = chain(saver, "a", "b2", renamed={"b": "b2"})
    assert graph.get_state(THREAD).next == ("b2",)
    assert door(graph, None) == {"log": ["a", "b2"]}


@pytest.mark.parametrize("by_id", [True, False])
def test_the_node_that_asks_was_renamed_and_is_answered(door, saver, by_id):
    door(chain(saver, "a", "b", asks=["b"]), {"log": []})
    graph = chain(saver, "a", "b2", asks=["b2"], renamed={"b": "b2"})
    (question,) = graph.get_state(THREAD).interrupts
    assert question.value == "?"
    answer = Command(resume={question.id: "!"} if by_id else "!")
    assert door(graph, answer) == {"log": ["a", "b2", "!"]}


def test_the_node_that_asks_was_renamed_and_asks_again(door, saver):
    door(chain(saver, "a", "b", asks=["b"]), {"log": []})
    graph = chain(saver, "a", "b2", asks=["b2"], renamed={"b": "b2"})
    assert [question.value for question in door(graph, None)["__interrupt__"]] == ["?"]
    assert door(graph, Command(resume="!")) == {"log": ["a", "b2", "!"]}


def test_nodes_may_change_their_names_with_one_another(door, saver):
    door(chain(saver, "a", "b"), {"log": []}, interrupt_before=["b"])
    graph = chain(saver, "b", "a", renamed={"a": "b", "b": "a"})
    assert graph.get_state(THREAD).next == ("a",)
    assert door(graph, None) == {"log": ["a", "a"]}


def test_a_node_that_is_gone_is_missed(door, saver):
    door(chain(saver, "a", "b"), {"log": []}, interrupt_before=["b"])
    graph = chain(saver, "a", "c")
    with pytest.raises(MigrationError, match="'b'") as caught:
        door(graph, None)
    assert caught.value.nodes == ("b",)
    assert door(chain(saver, "a", "b"), None) == {"log": ["a", "b"]}


def test_a_node_that_is_gone_on_purpose_is_not(door, saver):
    door(chain(saver, "a", "b"), {"log": []}, interrupt_before=["b"])
    graph = chain(saver, "a", "c", renamed={"b": None})
    assert door(graph, None) == {"log": ["a"]}


def test_a_finished_thread_misses_nothing(door, saver):
    door(chain(saver, "a", "b"), {"log": [], "note": "n"})
    graph = chain(saver, "x", state=Shorter)
    assert graph.get_state(THREAD).values == {"log": ["a", "b"]}
    assert door(graph, {"log": ["again"]}) == {"log": ["a", "b", "again", "x"]}


def test_a_state_that_misses_a_node_can_still_be_looked_at(saver):
    chain(saver, "a", "b").invoke({"log": []}, THREAD, interrupt_before=["b"])
    snapshot = chain(saver, "a", "c").get_state(THREAD)
    assert snapshot.values == {"log": ["a"]}


def test_a_key_was_renamed(door, saver):
    door(chain(saver, "a", "b"), {"log": [], "note": "n"}, interrupt_before=["b"])
    graph = chain(saver, "a", "b", state=NewState, renamed={"note": "remark"})
    assert graph.get_state(THREAD).values == {"log": ["a"], "remark": "n"}
    assert door(graph, None) == {"log": ["a", "b"], "remark": "n"}
    assert door(graph, {"log": ["again"]})["remark"] == "n"


def test_a_key_that_a_waiting_thread_needs_is_missed(door, saver):
    door(chain(saver, "a", "b"), {"log": [], "note": "n"}, interrupt_before=["b"])
    with pytest.raises(MigrationError, match="'note'") as caught:
        door(chain(saver, "a", "b", state=Shorter), None)
    assert caught.value.keys == ("note",)
    assert door(chain(saver, "a", "b", state=Shorter, renamed={"note": None}), None) == {"log": ["a", "b"]}


def test_a_key_that_is_new_is_absent(door, saver):
    door(chain(saver, "a", "b", state=Shorter), {"log": []}, interrupt_before=["b"])
    assert door(chain(saver, "a", "b"), None) == {"log": ["a", "b"]}


@pytest.mark.parametrize("renamed", [{"left": "left2"}, {"joined": "joined2"}, {"left": "left2", "joined": "joined2"}])
def test_a_half_filled_join_of_nodes_that_were_renamed(door, saver, renamed):
    with pytest.warns(IncompleteJoinWarning):
        door(joining(saver), {"note": "left", "log": []})
    left, joined = renamed.get("left", "left"), renamed.get("joined", "joined")
    graph = joining(saver, left=left, joined=joined, renamed=renamed)
    assert door(graph, {"note": "right"})["log"] == ["left", "right", joined]


def test_a_half_filled_join_one_of_whose_sources_is_gone_does_not_fire(door, saver):
    with pytest.warns(IncompleteJoinWarning):
        door(joining(saver), {"note": "left", "log": []})
    graph = joining(saver, left="other", renamed={"left": None})
    with pytest.warns(IncompleteJoinWarning):
        assert door(graph, {"note": "right"})["log"] == ["left", "right"]


def test_the_target_of_sends_was_renamed(door, saver):
    door(sending(saver), {"log": []}, interrupt_before=["worker"])
    graph = sending(saver, "worker2", renamed={"worker": "worker2"})
    assert graph.get_state(THREAD).next == ("worker2", "worker2")
    assert door(graph, None) == {"log": [("worker2", 1), ("worker2", 2)]}


def test_the_target_of_sends_is_gone(door, saver):
    door(sending(saver), {"log": []}, interrupt_before=["worker"])
    with pytest.raises(MigrationError, match="'worker'"):
        door(sending(saver, "other"), None)
    assert door(sending(saver, "other", renamed={"worker": None}), None) == {"log": []}


def test_a_node_that_ran_last_is_known_by_its_new_name(door, saver):
    door(chain(saver, "a", "b", "c"), {"log": []}, interrupt_before=["c"])
    graph = chain(saver, "a", "b2", "c", renamed={"b": "b2"})
    graph.update_state(THREAD, {"log": ["u"]})
    assert graph.get_state(THREAD).next == ("c",)
    assert door(graph, None) == {"log": ["a", "b", "u", "c"]}


def test_what_a_renamed_node_has_asked_and_done_is_still_known(door, saver):
    calls = []

    def node(state):
        return {"log": [step("count", lambda: calls.append(1) or len(calls)), interrupt("?")]}

    def graph(name, **compiled):
        builder = StateGraph(State).add_node(name, node).add_edge(START, name)
        return builder.compile(checkpointer=saver, **compiled)

    door(graph("old"), {"log": []})
    asked = graph("old").get_state(THREAD).interrupts
    new = graph("new", renamed={"old": "new"})
    assert new.get_state(THREAD).interrupts == asked
    assert door(new, Command(resume={asked[0].id: "!"})) == {"log": [1, "!"]}
    assert calls == [1]
