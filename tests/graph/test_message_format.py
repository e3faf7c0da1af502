"""`add_messages(format="langchain-openai")` keeps messages in OpenAI's form, and each message its id."""

import json
from typing import Annotated

import pytest
from typing_extensions import TypedDict

from stepgraph import messages
from stepgraph.graph import START, StateGraph, add_messages
from stepgraph.graph import message_format as formats
from stepgraph.graph.message import REMOVE_ALL_MESSAGES
from stepgraph.messages import AIMessage, HumanMessage, RemoveMessage, ToolMessage
from tests.graph.message_formats import GOLDEN, OPENAI, formatted

THEIRS = json.loads(GOLDEN.read_text(encoding="utf-8"))
BLOCK = [{"type": "text", "text": "a"}]
RESULT = {"type": "tool_result", "tool_use_id": "7", "content": "r"}


class State(TypedDict):
    messages: Annotated[list, add_messages(format=OPENAI)]


class Question(TypedDict):
    messages: Annotated[list, add_messages(format=OPENAI)]


@pytest.mark.parametrize("name", THEIRS)
def test_messages_get_the_form_that_langgraph_gives_them(name):
    assert json.loads(json.dumps(formatted("stepgraph")[name])) == THEIRS[name]


def test_a_message_keeps_its_id_so_that_it_can_be_replaced_and_removed():
    first = add_messages([], [HumanMessage(BLOCK, id="1"), AIMessage(BLOCK, id="2")], format=OPENAI)
    assert [(each.id, each.content) for each in first] == [("1", "a"), ("2", "a")]
    second = add_messages(first, [HumanMessage("b", id="1"), RemoveMessage("2"), ("user", "c")], format=OPENAI)
    assert [each.content for each in second] == ["b", "c"]
    assert all(each.id for each in second)


def test_answers_of_tools_among_blocks_have_ids_of_their_own_and_are_replaced_too():
    message = HumanMessage([RESULT, *BLOCK], id="1")
    once = add_messages([], message, format=OPENAI)
    assert once == add_messages(once, message, format=OPENAI)
    assert [(type(each), each.id) for each in once] == [(HumanMessage, "1"), (ToolMessage, "1/1")]


def test_messages_that_were_there_before_get_the_form_too():
    assert [each.content for each in add_messages([HumanMessage(BLOCK)], [], format=OPENAI)] == ["a"]
    begun = add_messages([], [("user", "a")], format=OPENAI)
    begun.append(HumanMessage(BLOCK))
    assert [each.content for each in add_messages(begun, [("user", "b")], format=OPENAI)] == ["a", "a", "b"]


def test_all_may_be_removed():
    left = [HumanMessage(BLOCK)]
    assert [
        each.content for each in add_messages(left, [RemoveMessage(REMOVE_ALL_MESSAGES), ("user", "z")], format=OPENAI)
    ] == ["z"]


def test_what_is_in_the_form_already_is_not_formatted_again(monkeypatch):
    begun = add_messages([], [("user", str(number)) for number in range(10)], format=OPENAI)
    seen = []
    convert = messages.convert_to_openai_messages
    monkeypatch.setattr(messages, "convert_to_openai_messages", lambda given: seen.extend(given) or convert(given))
    for number in range(100):
        begun = add_messages(begun, [("user", str(number))], format=OPENAI)
    assert len(seen) == 100
    assert len(formats._made) <= 32


def test_a_graph_keeps_its_messages_so_and_two_schemas_may_say_the_same():
    builder = StateGraph(State, input_schema=Question)
    builder.add_node("a", lambda state: {"messages": [{"role": "assistant", "content": BLOCK}]})
    found = builder.add_edge(START, "a").compile().invoke({"messages": [HumanMessage(BLOCK)]})
    assert [(each.type, each.content) for each in found["messages"]] == [("human", "a"), ("ai", "a")]


def test_without_a_format_nothing_is_changed():
    assert add_messages([], [HumanMessage(BLOCK, id="1")], format=None) == [HumanMessage(BLOCK, id="1")]
    assert add_messages() is add_messages(format=None)


def test_a_format_that_there_is_none_of():
    for give in (lambda: add_messages(format="openai"), lambda: add_messages([], [("user", "x")], format="openai")):
        with pytest.raises(ValueError, match="format is 'langchain-openai' or None"):
            give()
