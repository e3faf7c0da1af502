"""add_messages, MessagesState and push_message."""

import functools
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph import START, MessagesState, StateGraph, add_messages
from stepgraph.errors import InvalidUpdateError, ReducerError
from stepgraph.graph.message import REMOVE_ALL_MESSAGES, push_message
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage, RemoveMessage, SystemMessage, ToolMessage
from tests.graph.conftest import Door
from tests.graph.states import single


def said(*texts: str) -> list[Any]:
    """Messages whose ids are their positions, from 1."""
    return [HumanMessage(text, id=str(number)) for number, text in enumerate(texts, 1)]


A, B, C = said("a", "b", "c")


@pytest.mark.parametrize(
    ("left", "right", "merged"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([A], [], [A], id="nothing new"),
        pytest.param([A], [B, C], [A, B, C], id="appends"),
        pytest.param(A, B, [A, B], id="one message on either side"),
        pytest.param([A, B], [AIMessage("x", id="1")], [AIMessage("x", id="1"), B], id="replaces in place"),
        pytest.param([A], [AIMessage("x", id="2"), B], [A, B], id="the last of an id counts"),
        pytest.param([A, B, C], [RemoveMessage("2")], [A, C], id="removes"),
        pytest.param([A, B], [RemoveMessage("1"), C, RemoveMessage("2")], [C], id="removes several"),
        pytest.param(
            [A, B], [RemoveMessage("1"), AIMessage("x", id="1")], [AIMessage("x", id="1"), B], id="comes back"
        ),
        pytest.param([A], [B, RemoveMessage("2")], [A], id="removes what just came"),
        pytest.param([A, B], [RemoveMessage(REMOVE_ALL_MESSAGES)], [], id="removes all"),
        pytest.param([A, B], [RemoveMessage(REMOVE_ALL_MESSAGES), C], [C], id="starts over"),
        pytest.param(
            [A], [B, RemoveMessage(REMOVE_ALL_MESSAGES), C, RemoveMessage(REMOVE_ALL_MESSAGES), A], [A], id="last clear"
        ),
        pytest.param([], [RemoveMessage(REMOVE_ALL_MESSAGES)], [], id="nothing to remove"),
        pytest.param([A, B, HumanMessage("again", id="1")], [AIMessage("x", id="1")], None, id="doubled on the left"),
    ],
)
def test_merging(left: Any, right: Any, merged: Any):
    if merged is None:
        merged = [A, B, AIMessage("x", id="1")]
    assert add_messages(left, right) == merged


def test_merging_makes_a_new_list():
    left, right = [A], [B]
    merged = add_messages(left, right)
    assert merged is not left
    assert merged is not right
    assert (left, right) == ([A], [B])
    assert (merged[0], merged[1]) == (A, B)


def test_messages_without_an_id_get_one_of_their_own():
    message, other = AIMessage("x"), AIMessage("x")
    merged = add_messages([message], [other, "text"])
    assert merged[:2] == [message, other]
    ids = [each.id for each in merged]
    assert len(set(ids)) == 3
    assert all(isinstance(each, str) and len(each) == 32 for each in ids)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("hi", HumanMessage("hi", id="x")),
        (("ai", "hi"), AIMessage("hi", id="x")),
        ({"role": "system", "content": "hi"}, SystemMessage("hi", id="x")),
        ({"role": "user", "content": "hi", "id": "x"}, HumanMessage("hi", id="x")),
        (AIMessageChunk("hi", id="x", tool_calls=[{"name": "f"}]), AIMessage("hi", id="x", tool_calls=[{"name": "f"}])),
        (ToolMessage("4", tool_call_id="1", id="x"), ToolMessage("4", tool_call_id="1", id="x")),
    ],
    ids=repr,
)
def test_short_forms_and_chunks_become_messages(form: Any, message: Any):
    (merged,) = add_messages([], [form])
    merged.id = "x"
    assert merged == message
    assert type(merged) is type(message)


def test_any_object_with_type_content_and_id_is_a_message():
    foreign = SimpleNamespace(type="human", content="hi", id=None)
    (merged,) = add_messages([], foreign)
    assert merged is foreign
    assert foreign.id is not None
    assert add_messages([foreign], [SimpleNamespace(type="remove", content="", id=foreign.id)]) == []


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        ([A], None, "add_messages() merges two lists of messages; one side is None"),
        (None, [A], "add_messages() merges two lists of messages; one side is None"),
        ([A, B], [RemoveMessage("9")], "there is no message with id '9' to remove; ids are '1', '2'"),
        ([A], [RemoveMessage(REMOVE_ALL_MESSAGES), RemoveMessage("1")], "with id '1' to remove; ids are none"),
        ([], [("poet", "x")], "role 'poet' does not exist"),
    ],
)
def test_what_cannot_be_merged(left: Any, right: Any, message: str):
    with pytest.raises(ValueError, match=re.escape(message)):
        add_messages(left, right)


def test_without_arguments_it_is_a_reducer(run: Door):
    class State(TypedDict):
        chat: Annotated[list, add_messages()]

    assert isinstance(add_messages(), functools.partial)
    assert run(single(lambda state: {"chat": B}, state=State), {"chat": A}) == {"chat": [A, B]}


def test_a_state_of_messages(run: Door, chunks: Door):
    def replies(state: MessagesState) -> Any:
        return {"messages": AIMessage(f"{len(state['messages'])} so far", id="r")}

    graph = StateGraph(MessagesState).add_sequence([replies, ("again", replies)]).set_entry_point("replies").compile()
    assert run(graph, {"messages": [A]}) == {"messages": [A, AIMessage("2 so far", id="r")]}
    assert chunks(graph, {"messages": A}) == [
        {"replies": {"messages": AIMessage("1 so far", id="r")}},
        {"again": {"messages": AIMessage("2 so far", id="r")}},
    ]


def test_a_state_of_messages_can_have_more_keys(run: Door):
    class State(MessagesState):
        n: int

    graph = single(lambda state: {"messages": ("ai", "hi"), "n": len(state["messages"])}, state=State)
    result = run(graph, {"messages": "hello"})
    assert [(type(each), each.content) for each in result["messages"]] == [(HumanMessage, "hello"), (AIMessage, "hi")]
    assert result["n"] == 1


def test_parallel_nodes_add_messages_in_the_order_of_their_names(run: Door):
    graph = StateGraph(MessagesState)
    for name in "cab":
        graph.add_node(name, lambda state, name=name: {"messages": HumanMessage(name, id=name)}).add_edge(START, name)
    assert [each.content for each in run(graph.compile(), {"messages": []})["messages"]] == ["a", "b", "c"]


def test_a_message_that_cannot_be_removed_fails_the_superstep(run: Door):
    with pytest.raises(
        ReducerError, match="the reducer of key 'messages', written by 'node', raised ValueError: there is"
    ):
        run(single(lambda state: {"messages": RemoveMessage("9")}, state=MessagesState), {"messages": [A]})


def test_a_pushed_message_is_streamed_at_once_and_stored(run: Door, chunks: Door):
    def node(state: MessagesState, writer: Any) -> Any:
        assert push_message(AIMessage("pushed", id="p")) == AIMessage("pushed", id="p")
        writer("later")
        return {"messages": AIMessage("returned", id="q")}

    graph = single(node, state=MessagesState)
    assert run(graph, {"messages": [A]}) == {
        "messages": [A, AIMessage("pushed", id="p"), AIMessage("returned", id="q")],
    }
    shown = chunks(graph, {"messages": [A]}, stream_mode=["messages", "custom", "updates"])
    assert [(mode, chunk[0] if mode == "messages" else chunk) for mode, chunk in shown] == [
        ("messages", AIMessage("pushed", id="p")),
        ("custom", "later"),
        ("messages", AIMessage("returned", id="q")),
        (
            "updates",
            {"node": [{"messages": AIMessage("pushed", id="p")}, {"messages": AIMessage("returned", id="q")}]},
        ),
    ]


def test_a_pushed_message_that_is_returned_too_is_shown_and_stored_once(run: Door, chunks: Door):
    def node(state: MessagesState) -> Any:
        return {"messages": push_message(AIMessage("both", id="p"))}

    graph = single(node, state=MessagesState)
    assert run(graph, {"messages": []}) == {"messages": [AIMessage("both", id="p")]}
    assert [chunk[0] for chunk in chunks(graph, {"messages": []}, stream_mode="messages")] == [
        AIMessage("both", id="p")
    ]


def test_a_message_may_be_pushed_to_another_key_or_to_the_stream_only(run: Door, chunks: Door):
    class State(TypedDict):
        chat: Annotated[list, add_messages]

    def node(state: State) -> None:
        push_message(AIMessage("stored", id="1"), state_key="chat")
        push_message({"role": "ai", "content": "shown", "id": "2"}, state_key=None)

    graph = single(node, state=State)
    assert run(graph, {}) == {"chat": [AIMessage("stored", id="1")]}
    assert [chunk[0].content for chunk in chunks(graph, {}, stream_mode="messages")] == ["stored", "shown"]


def test_a_router_sees_what_its_node_pushed(run: Door):
    seen = []

    def node(state: MessagesState) -> None:
        push_message(AIMessage("pushed", id="p"))

    def router(state: MessagesState) -> str:
        seen.append(state["messages"])
        return "__end__"

    graph = StateGraph(MessagesState).add_node(node).add_edge(START, "node").add_conditional_edges("node", router)
    run(graph.compile(), {"messages": [A]})
    assert seen == [[A, AIMessage("pushed", id="p")]]


def test_a_pushed_message_needs_an_id(run: Door):
    with pytest.raises(
        ValueError, match=r"push_message\(\) needs a message with an id, so that it is shown and stored"
    ):
        run(single(lambda state: push_message("no id"), state=MessagesState), {"messages": []})


def test_a_pushed_message_needs_a_key_that_exists(run: Door):
    def node(state: MessagesState) -> None:
        push_message(AIMessage("x", id="p"), state_key="mesages")

    with pytest.raises(InvalidUpdateError, match=r"channel 'mesages', written by 'node', .*did you mean 'messages'"):
        run(single(node, state=MessagesState), {"messages": []})


def test_pushing_needs_a_running_node():
    with pytest.raises(RuntimeError, match=r"push_message\(\) was called outside of a running node; call it in a node"):
        push_message(AIMessage("x", id="p"))


@dataclass(frozen=True)
class Frozen:
    content: str
    id: str | None = None
    type: str = "human"


@pytest.mark.parametrize("message", [Frozen("x", "2"), Frozen("x")])
def test_a_message_that_takes_no_id_is_kept_as_it_is(message: Frozen):
    assert add_messages([A], [message]) == [A, message]
