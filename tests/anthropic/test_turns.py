"""Turns: what of messages the API is sent, where others have other words; the rest is in the golden file."""

from __future__ import annotations

from typing import Any

import pytest

from stepgraph.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from stepgraph_anthropic.turns import turns_of

HI = HumanMessage("Hi")


def sent(*messages: Any) -> list[Any]:
    return turns_of(messages)[1]


def content(*blocks: Any) -> Any:
    return sent(HumanMessage(list(blocks)))[0]["content"]


def test_turns_of_one_role_are_one():
    assert sent(HI, AIMessage("a"), AIMessage(""), AIMessage("b"), HumanMessage("c")) == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "user", "content": "c"},
    ]


def test_an_empty_answer_is_no_turn():
    assert sent(HI, AIMessage(""), HumanMessage("there")) == [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}]}
    ]
    assert sent(HI, AIMessage(" ")) == [{"role": "user", "content": "Hi"}]


def test_results_of_tools_and_what_is_said_next_are_one_turn():
    calls = [{"name": "f", "args": {}, "id": id} for id in ("1", "2")]
    turns = sent(
        HI, AIMessage("", tool_calls=calls), ToolMessage("a", tool_call_id="1"), ToolMessage("", tool_call_id="2")
    )
    assert [block["content"] for block in turns[2]["content"]] == ["a", ""]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]


def test_chunks_are_messages_too():
    chunk = AIMessageChunk(
        [{"type": "tool_use", "id": "t", "name": "f", "input": {}, "index": 0, "partial_json": '{"a": 1}'}],
        tool_call_chunks=[{"name": "f", "args": '{"a": 1}', "id": "t", "index": 0}],
        chunk_position="last",
    )
    assert sent(HI, chunk, ToolMessage("x", tool_call_id="t"))[1]["content"] == [
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}
    ]


def test_roles_of_chat_messages():
    system, turns = turns_of([ChatMessage("s", role="developer"), ChatMessage("a", role="user")])
    assert (system, turns) == ("s", [{"role": "user", "content": "a"}])


@pytest.mark.parametrize(
    "message", [FunctionMessage("x", name="f"), RemoveMessage(id="1"), ChatMessage("x", role="referee")]
)
def test_a_role_that_the_api_does_not_know(message: Any):
    with pytest.raises(ValueError, match="Anthropic's API has no role for a message of type"):
        sent(HI, message)


def test_system_messages_in_several_places():
    with pytest.raises(ValueError, match="got system messages in several places; put them together at the start"):
        sent(SystemMessage("a"), HI, SystemMessage("b"))
    with pytest.warns(UserWarning, match="was moved to the start"):
        system, _ = turns_of([HI, SystemMessage("b")])
    assert system == "b"
    with pytest.raises(ValueError, match="holds text blocks, got one of 'image'"):
        sent(SystemMessage([{"type": "image", "url": "https://x"}]))
    assert turns_of([SystemMessage(""), HI])[0] is None


def test_system_messages_in_their_place():
    later = SystemMessage("be brief")
    said = [SystemMessage("be kind"), HI, later, AIMessage("a"), HumanMessage("b"), later, later]
    turn = {"role": "system", "content": "be brief"}
    assert turns_of(said, later_systems=True) == (
        "be kind",
        [
            {"role": "user", "content": "Hi"},
            turn,
            {"role": "assistant", "content": "a"},
            {"role": "user", "content": "b"},
            turn,
            turn,
        ],
    )
    for wrong in ([SystemMessage("a"), HI, later, HI], [SystemMessage("a"), HI, AIMessage("a"), later]):
        with pytest.raises(ValueError, match="got system messages in several places"):
            turns_of(wrong, later_systems=True)
    with pytest.warns(UserWarning, match="was moved to the start"):
        assert turns_of([HI, later, HI], later_systems=True)[0] == "be brief"


def test_thoughts_in_the_common_form():
    signed = {"type": "reasoning", "reasoning": "hm", "extras": {"signature": "s"}}
    unsigned = {"type": "reasoning", "reasoning": "of another model"}
    assert sent(HI, AIMessage([signed, unsigned, {"type": "text", "text": "x"}]), HI)[1]["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "x"},
    ]


def test_calls_in_the_common_form_are_sent_once():
    call = {"type": "tool_call", "name": "f", "args": {"a": 1}, "id": "t"}
    message = AIMessage([{"type": "text", "text": "x"}, call], tool_calls=[{"name": "f", "args": {"a": 1}, "id": "t"}])
    assert [block["type"] for block in sent(HI, message)[1]["content"]] == ["text", "tool_use"]


def test_blocks_of_others():
    pdf = {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}}
    assert content(pdf) == [
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}}
    ]
    assert content({"type": "non_standard", "value": {"type": "container_upload", "file_id": "f"}}) == [
        {"type": "container_upload", "file_id": "f"}
    ]
    assert content({"type": "image", "url": "https://x", "extras": {"cache_control": {"type": "ephemeral"}}}) == [
        {"type": "image", "source": {"type": "url", "url": "https://x"}, "cache_control": {"type": "ephemeral"}}
    ]


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            {"type": "audio", "base64": "AAAA", "mime_type": "audio/wav"},
            "takes texts, images and documents, got .*audio",
        ),
        ({"text": "x"}, "must be text, or a dict with a key 'type', got"),
        ({"type": "image_url", "image_url": {"url": "ftp://x"}}, "must begin with http:// or https://"),
        ({"type": "image", "base64": "AAAA"}, "needs its 'mime_type'"),
        ({"type": "image"}, "needs one of 'url', 'base64' and 'file_id'"),
    ],
)
def test_blocks_that_cannot_be_sent(block: Any, said: str):
    with pytest.raises(ValueError, match=said):
        content(block)


def test_system_messages_keep_their_marks():
    marked = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
    system, _ = turns_of([SystemMessage([marked]), SystemMessage("b"), HI])
    assert system == [marked, {"type": "text", "text": "b"}]


def test_what_a_stream_brought_can_be_sent_back():
    streamed = [
        {"type": "thinking", "thinking": "", "signature": "s", "index": 0},
        {"type": "server_tool_use", "id": "s1", "name": "f", "input": {}, "partial_json": '{"q": 1}', "index": 1},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [], "index": 2},
        {"type": "compaction", "content": "short", "index": 3},
        {"type": "text", "text": "x", "index": 4, "citations": []},
    ]
    assert sent(HI, AIMessage(streamed), HI)[1]["content"] == [
        {"type": "thinking", "thinking": "", "signature": "s"},
        {"type": "server_tool_use", "id": "s1", "name": "f", "input": {"q": 1}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []},
        {"type": "compaction", "content": "short"},
        {"type": "text", "text": "x", "citations": []},
    ]
