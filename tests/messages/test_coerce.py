"""The short forms in which users write messages."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from stepgraph.messages import (
    AIMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    convert_to_messages,
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
        (("developer", "hi"), SystemMessage("hi")),
        (("user", [{"type": "text", "text": "hi"}]), HumanMessage([{"type": "text", "text": "hi"}])),
        ({"role": "user", "content": "hi"}, HumanMessage("hi")),
        ({"type": "human", "content": "hi", "id": "1"}, HumanMessage("hi", id="1")),
        (
            {"role": "assistant", "content": "", "tool_calls": [{"name": "f"}]},
            AIMessage("", tool_calls=[{"name": "f"}]),
        ),
        ({"role": "user", "content": "hi", "name": "Ann", "unknown": 1}, HumanMessage("hi", name="Ann")),
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
        (5, TypeError, "or a str, a (role, content) pair or a dict with role and content; got int: 5"),
        (("user", "hi", "more"), TypeError, "got tuple: ('user', 'hi', 'more')"),
        ((HumanMessage("a"), HumanMessage("b")), TypeError, "got tuple"),
    ],
    ids=repr,
)
def test_what_is_no_message(form: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=re.escape(message)):
        convert_to_messages([form])
