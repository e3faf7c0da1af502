"""langchain's own ChatOpenAI, against the same stand-in, gives the same messages; skipped where it is not installed."""

from typing import Any

import pytest

from stepgraph.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from stepgraph_openai import ChatOpenAI
from tests.chat_models.contract import COLOURS, Sum, add, call, stream, total
from tests.providers.standin import Answer, Standin, ToolCall, Usage

theirs = pytest.importorskip("langchain_openai")
their_messages = pytest.importorskip("langchain_core.messages")

CALLS = [ToolCall("add", {"a": 1, "b": 22}, id="c1"), ToolCall("add", {"a": 3, "b": 4}, id="c2")]
ANSWERS = {
    "text": Answer("Hello there, wörld"),
    "usage": Answer("Hello", usage=Usage(input=7, output=3, cached=4, reasoning=1)),
    "calls": Answer(tool_calls=CALLS),
    "text and calls": Answer("So:", tool_calls=CALLS),
    "broken call": Answer(tool_calls=[ToolCall("add", '{"a": 1, "b"', id="c1")]),
    "refusal": Answer(refusal="I will not."),
    "cut by its limit": Answer("Hello", finish="length"),
    "nothing": Answer(""),
}
INPUTS: dict[str, Any] = {
    "text": "Hi",
    "pairs": [("system", "Be kind."), ("human", "Hi"), ("ai", "Yes?"), ("human", "Hi!")],
    "dicts": [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Hi", "name": "Ann"}],
    "image": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What?"},
                {"type": "image_url", "image_url": {"url": "https://a.org/b.png"}},
                {"type": "image", "source_type": "base64", "data": "aGk=", "mime_type": "image/png"},
                {"type": "image", "url": "https://a.org/b.png"},
                {"type": "file", "base64": "aGk=", "mime_type": "application/pdf", "filename": "a.pdf"},
                {"type": "audio", "base64": "aGk=", "mime_type": "audio/wav"},
            ],
        }
    ],
}
# What is said of a message in one place by them, and in another, or not at all, by us.
ASIDE = ("id", "token_usage", "logprobs", "model_provider")


def make(which: Any, standin: Standin, **fields: Any) -> Any:
    usual = {"model": "gpt-4o-mini", "base_url": standin.openai_url, "api_key": standin.key, "max_retries": 0}
    return which(**{**usual, "stream_usage": True, **fields})


def seen(message: Any) -> dict[str, Any]:
    return {
        "content": message.content,
        "tool_calls": message.tool_calls,
        "invalid": [{key: each[key] for key in ("name", "args", "id")} for each in message.invalid_tool_calls],
        "usage": message.usage_metadata,
        "extras": {key: value for key, value in message.additional_kwargs.items() if value and key != "refusal"},
        "told": {key: value for key, value in message.response_metadata.items() if key not in ASIDE},
    }


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("door", [call, stream])
@pytest.mark.parametrize("name", ANSWERS)
def test_answers(standin: Standin, colour: str, door: Any, name: str) -> None:
    if name == "broken call" and door is stream:
        pytest.skip("they close what is open, and call the tool with that")
    found = []
    for which in (ChatOpenAI, theirs.ChatOpenAI):
        standin.answers.append(ANSWERS[name])
        theirs_is_asked = which is not ChatOpenAI  # in sync code: their connections outlive their event loop
        answer = door(make(which, standin).bind_tools([add]), "sync" if theirs_is_asked else colour, "Hi")
        found.append(seen(answer if door is call else total(answer)))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", INPUTS)
def test_requests(standin: Standin, name: str) -> None:
    sent = []
    for which in (ChatOpenAI, theirs.ChatOpenAI):
        for fields in ({}, {"temperature": 0.5, "max_tokens": 9, "stop": ["x"], "seed": 3}):
            make(which, standin, **fields).invoke(INPUTS[name])
            sent.append({key: value for key, value in standin.last.body.items() if key != "stream"})
    assert sent[:2] == sent[2:]


@pytest.mark.parametrize("choice", ["add", "any", "auto", "none", True, None])
@pytest.mark.parametrize("strict", [True, False, None])
def test_tools(standin: Standin, choice: Any, strict: Any) -> None:
    bound = [
        make(which, standin).bind_tools([add, Sum], tool_choice=choice, strict=strict).kwargs
        for which in (ChatOpenAI, theirs.ChatOpenAI)
    ]
    assert bound[0] == bound[1]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
@pytest.mark.parametrize("strict", [True, None])
@pytest.mark.parametrize("schema", [Sum, {"title": "Sum", "description": "A sum.", **Sum.model_json_schema()}])
def test_structured_output(standin: Standin, method: str, strict: Any, schema: Any) -> None:
    found = []
    for which in (ChatOpenAI, theirs.ChatOpenAI):
        model = make(which, standin).with_structured_output(schema, method=method, strict=strict)
        answer = model.invoke("Hi")
        body = {key: value for key, value in standin.last.body.items() if key != "stream"}
        found.append((answer, body))
    assert found[0] == found[1]


@pytest.mark.parametrize("colour", COLOURS)
def test_messages_of_theirs_are_taken(standin: Standin, colour: str) -> None:
    calls = [{"name": "add", "args": {"a": 1}, "id": "c1", "type": "tool_call"}]
    ours = [SystemMessage("Be kind."), HumanMessage("Hi"), AIMessage("", tool_calls=calls)]
    ours.append(ToolMessage("3", tool_call_id="c1"))
    given = [
        their_messages.SystemMessage("Be kind."),
        their_messages.HumanMessage("Hi"),
        their_messages.AIMessage("", tool_calls=calls),
        their_messages.ToolMessage("3", tool_call_id="c1"),
    ]
    sent = []
    for messages in (ours, given):
        call(make(ChatOpenAI, standin), colour, messages)
        sent.append(standin.last.body)
    assert sent[0] == sent[1]


@pytest.mark.filterwarnings("ignore:Unexpected type for token usage")
def test_several_prompts(standin: Standin) -> None:
    outputs = []
    for which, message in ((ChatOpenAI, HumanMessage), (theirs.ChatOpenAI, their_messages.HumanMessage)):
        result = make(which, standin).generate([[message("one")], [message("two")]])
        outputs.append(_said(result.llm_output))
        assert [each[0].text for each in result.generations] == ["one", "two"]
    assert outputs[0] == outputs[1]


def _said(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _said(each) for key, each in value.items() if each is not None}
