"""Messages as OpenAI takes them."""

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
    convert_to_messages,
)
from stepgraph_openai.payload import as_dict, as_dicts
from tests.chat_models.contract import Theirs

CALL = {"name": "add", "args": {"a": "ü"}, "id": "c1", "type": "tool_call"}
SENT_CALL = {"type": "function", "id": "c1", "function": {"name": "add", "arguments": '{"a": "ü"}'}}
BROKEN = {"name": "add", "args": '{"a', "id": "c2", "error": "…", "type": "invalid_tool_call"}
SENT_BROKEN = {"type": "function", "id": "c2", "function": {"name": "add", "arguments": '{"a'}}


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (HumanMessage("Hi", name="Ann"), {"role": "user", "content": "Hi", "name": "Ann"}),
        (SystemMessage("Be kind."), {"role": "system", "content": "Be kind."}),
        (convert_to_messages([("developer", "Be kind.")])[0], {"role": "developer", "content": "Be kind."}),
        (ChatMessage("Hi", role="critic"), {"role": "critic", "content": "Hi"}),
        (FunctionMessage("3", name="add"), {"role": "function", "content": "3", "name": "add"}),
        (AIMessage("Yes"), {"role": "assistant", "content": "Yes"}),
        (AIMessageChunk("Yes"), {"role": "assistant", "content": "Yes"}),
        (AIMessage(""), {"role": "assistant", "content": ""}),
        (AIMessage("", tool_calls=[CALL]), {"role": "assistant", "content": None, "tool_calls": [SENT_CALL]}),
        (AIMessage("So:", tool_calls=[CALL]), {"role": "assistant", "content": "So:", "tool_calls": [SENT_CALL]}),
        (
            AIMessage("", tool_calls=[CALL], invalid_tool_calls=[BROKEN]),
            {"role": "assistant", "content": None, "tool_calls": [SENT_CALL, SENT_BROKEN]},
        ),
        (
            AIMessage("", additional_kwargs={"tool_calls": [{**SENT_CALL, "index": 0}]}),
            {"role": "assistant", "content": None, "tool_calls": [SENT_CALL]},
        ),
        (
            AIMessage("", additional_kwargs={"function_call": {"name": "add", "arguments": "{}"}}),
            {"role": "assistant", "content": None, "function_call": {"name": "add", "arguments": "{}"}},
        ),
        (
            AIMessage("", additional_kwargs={"refusal": "No."}),
            {"role": "assistant", "content": None, "refusal": "No."},
        ),
        (
            AIMessage("", additional_kwargs={"audio": {"id": "a1", "data": "…"}}),
            {"role": "assistant", "content": None, "audio": {"id": "a1"}},
        ),
        (
            ToolMessage("3", tool_call_id="c1", name="add", artifact=3),
            {"role": "tool", "tool_call_id": "c1", "content": "3"},
        ),
        (
            Theirs("ai", "", tool_calls=[CALL], invalid_tool_calls=[]),
            {"role": "assistant", "content": None, "tool_calls": [SENT_CALL]},
        ),
        (Theirs("HumanMessageChunk", "Hi"), {"role": "user", "content": "Hi"}),
    ],
    ids=lambda value: None,
)
def test_messages(message: Any, sent: Any) -> None:
    assert as_dict(message) == sent


@pytest.mark.parametrize(
    ("block", "sent"),
    [
        ("Hi", {"type": "text", "text": "Hi"}),
        ({"type": "text", "text": "Hi", "annotations": [], "id": "x"}, {"type": "text", "text": "Hi"}),
        (
            {"type": "text", "text": "Hi", "extras": {"prompt_cache_breakpoint": {"mode": "explicit"}}},
            {"type": "text", "text": "Hi", "prompt_cache_breakpoint": {"mode": "explicit"}},
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://a.org/b.png", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "https://a.org/b.png", "detail": "low"}},
        ),
        (
            {"type": "image_url", "image_url": "https://a.org/b.png"},
            {"type": "image_url", "image_url": {"url": "https://a.org/b.png"}},
        ),
        (
            {"type": "image", "url": "https://a.org/b.png"},
            {"type": "image_url", "image_url": {"url": "https://a.org/b.png"}},
        ),
        (
            {"type": "image", "base64": "aGk=", "mime_type": "image/png"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        ),
        (
            {"type": "image", "source_type": "base64", "data": "aGk=", "mime_type": "image/png"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        ),
        (
            {"type": "image", "source_type": "url", "url": "https://a.org/b.png", "metadata": {"detail": "high"}},
            {"type": "image_url", "image_url": {"url": "https://a.org/b.png", "detail": "high"}},
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        ),
        (
            {"type": "audio", "base64": "aGk=", "mime_type": "audio/wav"},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
        ),
        (
            {"type": "file", "base64": "aGk=", "mime_type": "application/pdf", "filename": "a.pdf"},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "a.pdf"}},
        ),
        (
            {"type": "file", "base64": "aGk=", "mime_type": "application/pdf"},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "file.pdf"}},
        ),
        ({"type": "file", "file_id": "f1"}, {"type": "file", "file": {"file_id": "f1"}}),
        ({"type": "file", "source_type": "id", "id": "f1"}, {"type": "file", "file": {"file_id": "f1"}}),
        ({"type": "file", "file": {"file_id": "f1"}}, {"type": "file", "file": {"file_id": "f1"}}),
        ({"type": "text-plain", "text": "Hi", "mime_type": "text/plain"}, {"type": "text", "text": "Hi"}),
        ({"type": "new", "what": 1}, {"type": "new", "what": 1}),
    ],
    ids=lambda value: None,
)
def test_blocks(block: Any, sent: Any) -> None:
    assert as_dict(HumanMessage([block])) == {"role": "user", "content": [sent]}


def test_blocks_that_are_said_elsewhere() -> None:
    content = [
        {"type": "reasoning", "reasoning": "Hm."},
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "text", "text": "So:"},
        {"type": "tool_use", "id": "c1", "name": "add", "input": {}},
        {"type": "tool_call", **CALL},
    ]
    found = as_dict(AIMessage(content, tool_calls=[CALL]))
    assert found == {"role": "assistant", "content": [{"type": "text", "text": "So:"}], "tool_calls": [SENT_CALL]}


def test_messages_with_no_more_than_they_must_have() -> None:
    class Bare:
        id = None

        def __init__(self, type: str, content: str) -> None:
            self.type, self.content = type, content

    assert as_dict(Bare("ai", "Yes")) == {"role": "assistant", "content": "Yes"}
    assert as_dict(Bare("system", "Be kind.")) == {"role": "system", "content": "Be kind."}


def test_reasoning_models_have_instructions_of_the_developer() -> None:
    given = [SystemMessage("Be kind."), HumanMessage("Hi")]
    assert [each["role"] for each in as_dicts(given, "o3-mini")] == ["developer", "user"]
    assert [each["role"] for each in as_dicts(given, "gpt-4o")] == ["system", "user"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (RemoveMessage("m1"), "'remove' cannot be sent"),
        (HumanMessage([{"type": "image", "base64": "aGk="}]), "base64 and mime_type"),
        (HumanMessage([{"type": "audio", "url": "https://a.org/b.wav"}]), "audio for OpenAI needs base64"),
        (HumanMessage([{"type": "file", "url": "https://a.org/b.pdf"}]), "no file by its address"),
    ],
    ids=lambda value: None,
)
def test_what_cannot_be_sent(message: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        as_dict(message)
