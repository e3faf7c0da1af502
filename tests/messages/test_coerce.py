"""The short forms in which users write messages."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from stepgraph.errors import NotAMessageError
from stepgraph.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    convert_to_messages,
    messages_from_dict,
    messages_to_dict,
)

FOREIGN = SimpleNamespace(type="human", content="x", id="1")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("hi", HumanMessage("hi")),
        (("human", "hi"), HumanMessage("hi")),
        (("user", "hi"), HumanMessage("hi")),
        (("ai", "hi"), AIMessage("hi")),
        (("assistant", "hi"), AIMessage("hi")),
        (("system", "hi"), SystemMessage("hi")),
        (("developer", "hi"), SystemMessage("hi", additional_kwargs={"__openai_role__": "developer"})),
        (("user", [{"type": "text", "text": "hi"}]), HumanMessage([{"type": "text", "text": "hi"}])),
        ({"role": "user", "content": "hi"}, HumanMessage("hi")),
        ({"type": "human", "content": "hi", "id": "1"}, HumanMessage("hi", id="1")),
        (
            {"role": "assistant", "content": "", "tool_calls": [{"name": "f"}]},
            AIMessage("", tool_calls=[{"name": "f", "type": "tool_call"}]),
        ),
        (
            {"role": "user", "content": "hi", "name": "Ann", "mood": "glad", "additional_kwargs": {"x": 1}},
            HumanMessage("hi", name="Ann", additional_kwargs={"mood": "glad", "x": 1}),
        ),
        (
            {"role": "tool", "content": "4", "tool_call_id": "1", "status": "error", "artifact": [4]},
            ToolMessage("4", tool_call_id="1", status="error", artifact=[4]),
        ),
        ({"role": "remove", "id": "1"}, RemoveMessage("1")),
        ({"role": "user", "content": "x", "tool_calls": []}, HumanMessage("x")),
        (SystemMessage("hi"), SystemMessage("hi")),
        (FOREIGN, FOREIGN),
    ],
    ids=repr,
)
def test_forms(form: Any, message: Any):
    assert convert_to_messages([form]) == [message]


def test_messages_stay_the_objects_that_they_are():
    message = HumanMessage("hi")
    assert convert_to_messages([message, FOREIGN]) == [message, FOREIGN]
    assert convert_to_messages(message)[0] is message


def test_calls_in_the_form_of_openais_api():
    def call(id: str, arguments: str) -> dict[str, Any]:
        return {"id": id, "type": "function", "function": {"name": "f", "arguments": arguments}}

    calls = [call("1", '{"x": 1}'), call("2", ""), call("3", "{x")]
    (message,) = convert_to_messages({"role": "assistant", "tool_calls": calls})
    assert message.tool_calls == [
        {"name": "f", "args": {"x": 1}, "id": "1", "type": "tool_call"},
        {"name": "f", "args": {}, "id": "2", "type": "tool_call"},
    ]
    (invalid,) = message.invalid_tool_calls
    assert (invalid["args"], invalid["id"]) == ("{x", "3")
    assert "the arguments are no JSON" in invalid["error"]


def test_whatever_is_iterated_and_what_a_prompt_has_made():
    prompt = SimpleNamespace(to_messages=lambda: [HumanMessage("hi")])
    assert convert_to_messages(prompt) == convert_to_messages(iter(["hi"])) == [HumanMessage("hi")]
    assert convert_to_messages((HumanMessage("a"), "b")) == [HumanMessage("a"), HumanMessage("b")]


def test_what_langchain_writes_is_read():
    written = AIMessageChunk(
        "x", id="1", tool_call_chunks=[{"name": "f", "args": "{", "id": "1", "index": 0}]
    ).to_json()
    assert convert_to_messages([written]) == [
        AIMessageChunk("x", id="1", tool_call_chunks=[{"name": "f", "args": "{", "id": "1", "index": 0}])
    ]
    unknown = {"lc": 1, "type": "constructor", "id": ["langchain", "AMessage"], "kwargs": {}}
    with pytest.raises(ValueError, match="'AMessage' is no class of messages"):
        convert_to_messages([unknown])


@pytest.mark.parametrize("form", [{"type": "human"}, {"data": {}}, {"type": "poet", "data": {}}], ids=repr)
def test_what_is_no_dict_of_a_message(form: Any):
    with pytest.raises(ValueError, match=r"'type' and 'data'|'poet' does not exist"):
        messages_from_dict([form])


def test_one_form_alone_is_a_list_of_one():
    assert convert_to_messages("hi") == convert_to_messages(("user", "hi")) == [HumanMessage("hi")]
    assert convert_to_messages([]) == []


@pytest.mark.parametrize(
    ("form", "error", "message"),
    [
        (
            ("usr", "hi"),
            ValueError,
            "role 'usr' does not exist; did you mean 'user'?; use one of 'human', 'user', 'ai'",
        ),
        ({"role": "poet", "content": "x"}, ValueError, "role 'poet' does not exist"),
        ({"content": "x"}, ValueError, "a message as a dict needs 'role' and 'content', got the keys 'content'"),
        ({"role": "user"}, ValueError, "a message as a dict needs 'role' and 'content', got the keys 'role'"),
        ({"role": 3, "content": "x"}, ValueError, "a message as a dict needs 'role' and 'content'"),
        ({"role": "remove"}, ValueError, "a message of role 'remove' needs 'id'"),
        ({"role": "tool", "content": "x"}, ValueError, "a message of role 'tool' needs 'tool_call_id'"),
        (("tool", "x"), ValueError, "a message of role 'tool' needs 'tool_call_id'"),
        (5, NotAMessageError, "or a str, a (role, content) pair or a dict with role and content; got int: 5"),
        (("user", "hi", "more"), NotAMessageError, "got tuple: ('user', 'hi', 'more')"),
        ((HumanMessage("a"), HumanMessage("b")), TypeError, "got tuple"),
    ],
    ids=repr,
)
def test_what_is_no_message(form: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=re.escape(message)):
        convert_to_messages([form])


def test_dumped_messages_are_read_where_messages_are_wanted():
    messages = [HumanMessage("Hi", id="1"), AIMessage("Hello", tool_calls=[{"name": "f", "args": {}, "id": "2"}])]
    assert convert_to_messages(messages_to_dict(messages)) == messages
