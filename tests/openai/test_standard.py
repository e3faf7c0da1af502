"""What models said in standard blocks goes back to either API of OpenAI, whoever said it."""

from typing import Any

import pytest

from stepgraph.messages import AIMessage, HumanMessage
from stepgraph_openai import AzureChatOpenAI, ChatOpenAI
from stepgraph_openai.errors import OpenAIRefusalError
from stepgraph_openai.payload import as_dict
from stepgraph_openai.responses.items import as_items
from tests.chat_models.contract import both_colours, call, stream, total
from tests.providers.standin import Answer, Standin
from tests.providers.standin.script import ToolCall

V1 = {"output_version": "v1"}
CALL = {"type": "tool_call", "id": "c1", "name": "add", "args": {"a": 1}}
BAD = {"type": "invalid_tool_call", "id": "c2", "name": "add", "args": '{"a"', "error": "x"}
TEXT = {"type": "text", "text": "a"}


def said(*blocks: dict[str, Any], provider: str | None = "openai", **more: Any) -> AIMessage:
    return AIMessage([*blocks], response_metadata={**V1, "model_provider": provider}, **more)


# To the chat completions.


def test_one_text_is_text() -> None:
    assert as_dict(said({**TEXT, "index": 0, "id": "msg_1"})) == {"role": "assistant", "content": "a"}
    assert as_dict(said(TEXT, TEXT))["content"] == [TEXT, TEXT]
    marked = {**TEXT, "extras": {"prompt_cache_breakpoint": {"mode": "explicit"}}}
    assert as_dict(said(marked))["content"] == [{**TEXT, "prompt_cache_breakpoint": {"mode": "explicit"}}]
    assert as_dict(said())["content"] == ""


def test_what_chat_completions_cannot_take_is_left_out() -> None:
    blocks = [
        {"type": "reasoning", "reasoning": "hm", "id": "rs_1"},
        {"type": "server_tool_call", "id": "s1", "name": "web_search", "args": {}},
        {"type": "server_tool_result", "tool_call_id": "s1", "status": "success"},
        {"type": "image", "id": "ig_1", "base64": "AA"},
        {"type": "file", "url": "https://a.org/a.pdf"},
        {"type": "non_standard", "value": {"type": "redacted_thinking", "data": "x"}},
        {**TEXT, "annotations": [{"type": "citation", "url": "u"}]},
    ]
    for provider in ("openai", "anthropic", None):
        assert as_dict(said(*blocks, provider=provider)) == {"role": "assistant", "content": "a"}


def test_calls_and_refusals() -> None:
    found = as_dict(said(CALL, BAD, tool_calls=[CALL], invalid_tool_calls=[BAD]))
    assert [each["id"] for each in found["tool_calls"]] == ["c1", "c2"]
    assert found["content"] is None
    refused = {"type": "refusal", "refusal": "no"}
    assert as_dict(said({"type": "non_standard", "value": refused}))["content"] == [refused]
    assert as_dict(said(additional_kwargs={"refusal": "no"})) == {
        "role": "assistant",
        "refusal": "no",
        "content": None,
    }


def test_what_people_say_is_another_thing() -> None:
    image = {"type": "image", "url": "https://a.org/a.png"}
    found = as_dict(HumanMessage([image], response_metadata=V1))
    assert found["content"] == [{"type": "image_url", "image_url": {"url": "https://a.org/a.png"}}]


# To the Responses API.


def test_of_another_provider_texts_and_calls_are_left() -> None:
    theirs = said(
        {"type": "reasoning", "reasoning": "hm", "extras": {"signature": "s"}},
        {"type": "server_tool_call", "id": "srv_1", "name": "web_search", "args": {"query": "x"}},
        {"type": "server_tool_result", "tool_call_id": "srv_1", "extras": {"block_type": "web_search_tool_result"}},
        {"type": "non_standard", "value": {"type": "redacted_thinking", "data": "x"}},
        {**TEXT, "annotations": [{"type": "citation", "cited_text": "q", "extras": {"start_char_index": 0}}]},
        {**CALL, "extras": {"caller": {"type": "direct"}}},
        BAD,
        provider="anthropic",
        tool_calls=[CALL],
        invalid_tool_calls=[BAD],
    )
    text, called, bad = as_items([theirs])
    assert text["content"] == [{"type": "output_text", "text": "a", "annotations": []}]
    assert (called["type"], called["call_id"], called["arguments"]) == ("function_call", "c1", '{"a":1}')
    assert (bad["call_id"], bad["arguments"]) == ("c2", '{"a"')


def test_a_refusal_of_the_chat_completions() -> None:
    (item,) = as_items([said(additional_kwargs={"refusal": "no"})])
    assert item["content"] == [{"type": "refusal", "refusal": "no"}]


# Models.


@both_colours
@pytest.mark.parametrize("fields", [{}, {"use_responses_api": True}])
def test_answers(standin: Standin, fields: dict[str, Any], colour: str) -> None:
    answer = Answer("let me", tool_calls=[ToolCall("add", {"a": 1}, id="c1")])
    standin.answers += [answer, answer]
    model = ChatOpenAI(
        model="gpt-4o-mini", base_url=standin.openai_url, api_key=standin.key, output_version="v1", **fields
    )
    for found in (call(model, colour, "Hi"), total(stream(model, colour, "Hi"))):
        assert [block["type"] for block in found.content] == ["text", "tool_call"]
        assert (found.text, found.tool_calls) == ("let me", [CALL])
        assert found.response_metadata["output_version"] == "v1"
    assert {each.path.rpartition("/")[2] for each in standin.requests} == {"responses" if fields else "completions"}


def test_structured_output_that_is_refused(standin: Standin) -> None:
    schema = {"title": "G", "type": "object", "properties": {"x": {"type": "string"}}}
    for fields in ({}, {"use_responses_api": True}):
        standin.answers.append(Answer(refusal="I will not"))
        model = ChatOpenAI(
            model="gpt-4o-mini", base_url=standin.openai_url, api_key=standin.key, output_version="v1", **fields
        )
        with pytest.raises(OpenAIRefusalError, match="refused to answer in the form of the schema: I will not"):
            model.with_structured_output(schema, strict=False).invoke("Hi")


def test_forms_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(**fields: Any) -> ChatOpenAI:
        return ChatOpenAI(api_key="k", **fields)

    for version in (None, "v0", "v1", "responses/v1"):
        assert made(output_version=version).output_version == version
    with pytest.raises(ValueError, match=r"'V1' is not supported; .* both give blocks of the form"):
        made(output_version="V1")
    with pytest.raises(ValueError, match="'v0' is not supported"):
        made(output_version="v0", use_responses_api=True)
    monkeypatch.setenv("LC_OUTPUT_VERSION", "v0")
    assert made(use_responses_api=True).output_version == "v0"  # which others are told
    monkeypatch.setenv("LC_OUTPUT_VERSION", "v1")
    assert made().output_version == "v1"
    azure = AzureChatOpenAI(azure_endpoint="https://a.org", api_key="k", api_version="1", azure_deployment="d")
    assert azure.output_version == "v1"
