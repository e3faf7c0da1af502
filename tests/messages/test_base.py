"""Messages are plain objects, and anything with type, content and id is one."""

from types import SimpleNamespace
from typing import Any

import pytest

from stepgraph.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    MessageLike,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    is_message,
)
from stepgraph.messages.likeness import with_id


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (HumanMessage("x"), "human"),
        (SystemMessage("x"), "system"),
        (AIMessage("x"), "ai"),
        (AIMessageChunk("x"), "AIMessageChunk"),
        (ToolMessage("x", tool_call_id="1"), "tool"),
        (RemoveMessage("1"), "remove"),
    ],
)
def test_kinds(message: Any, kind: str):
    assert message.type == kind
    assert is_message(message)
    assert isinstance(message, MessageLike)


def test_a_message_starts_with_nothing_but_its_content():
    assert vars(AIMessage("hi")) == {
        "content": "hi",
        "id": None,
        "name": None,
        "additional_kwargs": {},
        "response_metadata": {},
        "tool_calls": [],
        "invalid_tool_calls": [],
        "usage_metadata": None,
    }


def test_messages_are_equal_by_what_they_say():
    assert HumanMessage("hi", id="1") == HumanMessage("hi", id="1")
    assert HumanMessage("hi", id="1") != HumanMessage("hi", id="2")
    assert HumanMessage("hi") != SystemMessage("hi")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("hi", "hi"),
        ([], ""),
        (["a", "b"], "ab"),
        ([{"type": "text", "text": "a"}, {"type": "image", "url": "x"}, "b"], "ab"),
    ],
)
def test_the_text_leaves_other_blocks_out(content: Any, text: str):
    assert HumanMessage(content).text == text


def test_chunks_add_up():
    first = AIMessageChunk("Hel", id="1", additional_kwargs={"a": 1}, tool_calls=[{"name": "f"}])
    second = AIMessageChunk("lo", name="bot", response_metadata={"model": "m"}, tool_calls=[{"name": "g"}])
    assert first + second == AIMessageChunk(
        "Hello",
        id="1",
        name="bot",
        additional_kwargs={"a": 1},
        response_metadata={"model": "m"},
        tool_calls=[{"name": "f"}, {"name": "g"}],
    )
    assert (first.content, second.content) == ("Hel", "lo")


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        ("a", ["b"], ["ab"]),
        (["a"], "b", ["ab"]),
        (["a"], [{"type": "text", "text": "b"}], ["a", {"type": "text", "text": "b"}]),
        ("", ["b"], ["b"]),
        (["a"], "", ["a"]),
    ],
)
def test_blocks_and_text_add_up(left: Any, right: Any, total: Any):
    assert (AIMessageChunk(left) + AIMessageChunk(right)).content == total


def test_a_chunk_adds_up_with_chunks_only():
    with pytest.raises(TypeError):
        AIMessageChunk("a") + AIMessage("b")  # type: ignore[operator]


def test_a_chunk_stands_for_a_whole_message():
    chunk = AIMessageChunk("hi", id="1", name="bot", tool_calls=[{"name": "f"}])
    assert chunk.as_message() == AIMessage("hi", id="1", name="bot", tool_calls=[{"name": "f"}])
    assert type(chunk.as_message()) is AIMessage


def test_a_removal_takes_an_id_and_no_content():
    assert (RemoveMessage("7").id, RemoveMessage(id="7", name="x").name) == ("7", "x")
    with pytest.raises(ValueError, match="RemoveMessage has no content; it takes the id of the message to remove"):
        RemoveMessage("7", content="x")


@pytest.mark.parametrize(
    ("candidate", "answer"),
    [
        (SimpleNamespace(type="human", content="x", id=None), True),
        (SimpleNamespace(type="human", content="x"), False),
        (SimpleNamespace(type="human", id="1"), False),
        (SimpleNamespace(content="x", id="1"), False),
        (SimpleNamespace(type=3, content="x", id="1"), False),
        ({"type": "human", "content": "x", "id": "1"}, False),
        ("text", False),
        (None, False),
        (HumanMessage, False),
    ],
)
def test_what_counts_as_a_message(candidate: object, answer: bool):
    assert is_message(candidate) is answer


def test_ids_differ():
    assert len({with_id(HumanMessage("x")) for _ in range(100)}) == 100
