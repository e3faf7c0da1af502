"""What Anthropic's models said in standard blocks goes back as they said it; of what others said, what can."""

from typing import Any

import pytest

from stepgraph.messages import AIMessage, HumanMessage
from stepgraph_anthropic import ChatAnthropic
from stepgraph_anthropic.turns import turns_of

CALLS = [{"type": "tool_call", "id": "t1", "name": "add", "args": {"a": 1}}]
BAD = [{"type": "invalid_tool_call", "id": "t2", "name": "add", "args": '{"a"', "error": "x"}]
RESULT = {"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "e"}


def text(said: str, *citations: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": said, **({"citations": [*citations]} if citations else {})}


def place(kind: str, title: str | None = "d", **more: Any) -> dict[str, Any]:
    name = "title" if kind == "search_result_location" else "document_title"
    return {"type": kind, "cited_text": "q", name: title, **more}


THEIRS: dict[str, list[dict[str, Any]]] = {
    "text": [text("a"), text("b")],
    "thought": [{"type": "thinking", "thinking": "hm", "signature": "s"}, text("a")],
    "hidden": [{"type": "redacted_thinking", "data": "xx"}, text("a")],
    "call": [text("a"), {"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1}}],
    "caller": [{"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1}, "caller": {"type": "direct"}}],
    "searched": [
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [RESULT]},
        text("a", {"type": "web_search_result_location", "cited_text": "q", "url": "u", "title": "t", "x": "e"}),
    ],
    "not searched": [
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": {"type": "e", "error_code": "max_uses"}},
    ],
    "ran": [
        {"type": "server_tool_use", "id": "s1", "name": "code_execution", "input": {"code": "1"}},
        {"type": "code_execution_tool_result", "tool_use_id": "s1", "content": {"type": "r", "stdout": "1"}},
    ],
    "remote": [
        {"type": "mcp_tool_use", "id": "m1", "name": "look", "server_name": "s", "input": {"q": 1}},
        {"type": "mcp_tool_result", "tool_use_id": "m1", "is_error": True, "content": [text("no")]},
        {"type": "mcp_tool_result", "tool_use_id": "m2", "is_error": False, "content": []},
    ],
    "letters": [text("a", place("char_location", document_index=0, start_char_index=0, end_char_index=1))],
    "nameless": [text("a", place("char_location", None, document_index=0, start_char_index=0, end_char_index=1))],
    "pages": [text("a", place("page_location", document_index=0, start_page_number=1, end_page_number=2))],
    "blocks": [text("a", place("content_block_location", document_index=0, start_block_index=0, end_block_index=1))],
    "results": [text("a", place("search_result_location", search_result_index=0, source="s", start_block_index=0))],
    "odd citation": [text("a", {"type": "odd_location", "at": 1})],
    "odd": [{"type": "container_upload", "file_id": "f1"}, text("a")],
}


def message(blocks: list[Any], provider: str | None = "anthropic", **more: Any) -> AIMessage:
    return AIMessage(blocks, response_metadata={"model_provider": provider, **more}, tool_calls=_calls(blocks))


def _calls(blocks: list[Any]) -> list[Any]:
    return CALLS if any(block["type"] in ("tool_use", "tool_call") for block in blocks) else []


def standard(blocks: list[Any]) -> AIMessage:
    return message(message(blocks).content_blocks, output_version="v1")


@pytest.mark.parametrize("name", THEIRS)
def test_it_goes_back_as_it_came(name: str) -> None:
    theirs, ours = message(THEIRS[name]), standard(THEIRS[name])
    assert ours.content != theirs.content or name == "text"
    after = HumanMessage("b")
    assert turns_of([ours, after]) == turns_of([theirs, after])


def test_calls_that_were_changed() -> None:
    ours = standard(THEIRS["call"])
    ours.tool_calls = [{**CALLS[0], "args": {"a": 2}}]
    _, (turn,) = turns_of([ours])
    assert turn["content"][1]["input"] == {"a": 2}


def test_calls_that_cannot_be_read() -> None:
    ours = AIMessage([*BAD, {"type": "text", "text": "a"}], invalid_tool_calls=BAD, response_metadata=V1)
    _, (turn,) = turns_of([ours])
    assert turn["content"] == [{"type": "tool_use", "id": "t2", "name": "add", "input": {}}, text("a")]
    nameless = AIMessage([{**BAD[0], "name": None}, {"type": "text", "text": "a"}], response_metadata=V1)
    assert turns_of([nameless])[1][0]["content"] == [text("a")]


V1 = {"output_version": "v1"}


def test_what_others_said() -> None:
    theirs = [
        {"type": "reasoning", "reasoning": "hm", "id": "rs_1", "extras": {"signature": "not ours"}},
        {"type": "text", "text": "a", "annotations": [{"type": "citation", "url": "u"}], "id": "msg_1"},
        {"type": "server_tool_call", "id": "ws_1", "name": "web_search", "args": {}},
        {"type": "server_tool_result", "tool_call_id": "ws_1", "status": "success"},
        {"type": "image", "id": "ig_1", "base64": "AA"},
        {"type": "file", "url": "https://a.org/a.pdf"},
        {"type": "non_standard", "value": {"type": "mcp_approval_request", "id": "1"}},
        {"type": "non_standard", "value": {"type": "refusal", "refusal": "no"}},
        {**CALLS[0], "extras": {"item_id": "fc_1"}},
    ]
    _, (turn,) = turns_of([message(theirs, "openai", output_version="v1")])
    called = {"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1}}
    assert turn["content"] == [text("a"), text("no"), called]


def test_a_message_that_a_program_made() -> None:
    made = AIMessage(content_blocks=[{"type": "text", "text": "a"}, CALLS[0]], response_metadata=V1)
    called = {"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1}}
    assert turns_of([made])[1][0]["content"] == [text("a"), called]
    unknown = AIMessage([{"type": "server_tool_result", "tool_call_id": "1"}, text("a")], response_metadata=V1)
    assert turns_of([unknown])[1][0]["content"] == [text("a")]


def test_forms_that_there_are() -> None:
    for version in (None, "v0", "v1"):
        assert ChatAnthropic(model="claude-sonnet-5", api_key="k", output_version=version).output_version == version
    with pytest.raises(ValueError, match=r"output_version='responses/v1' is not supported: .*'v0', or None"):
        ChatAnthropic(model="claude-sonnet-5", api_key="k", output_version="responses/v1")


def test_forms_of_other_providers_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_OUTPUT_VERSION", "responses/v1")
    assert ChatAnthropic(model="claude-sonnet-5", api_key="k").output_version == "responses/v1"  # which says nothing
