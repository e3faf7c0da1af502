"""Programs that run under two roots, stepgraph's and LangChain's, and what they bring.

`python -m tests.anthropic.programs langchain > tests/anthropic/golden.json`, where langchain-anthropic (1.7.7) is
installed, writes what theirs brought. What the two say in different words is said in one (see `plain`).
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any, Optional

from pydantic import BaseModel, Field

from tests.providers.standin.script import Answer, ToolCall, Usage, Verbatim
from tests.providers.standin.server import Standin

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
EPHEMERAL = {"type": "ephemeral"}
OBJECT = {"type": "object", "properties": {}}


class Sum(BaseModel):
    """A sum."""

    a: int = Field(description="one")
    b: Optional[int] = None  # noqa: UP045 - as programs have it


G = {"title": "G", "description": "d", "type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def called(id: str, **args: Any) -> dict[str, Any]:
    return {"name": "add", "args": args, "id": id, "type": "tool_call"}


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


def conversations(of: Any) -> dict[str, list[Any]]:
    """Return conversations by name, made of the messages of a root."""
    system, human, ai, tool = of.SystemMessage, of.HumanMessage, of.AIMessage, of.ToolMessage
    asked = human("a")
    bad = {"name": "add", "args": '{"a"', "id": "t9", "error": "x", "type": "invalid_tool_call"}
    cited = {"type": "char_location", "cited_text": "q", "document_index": 0, "document_title": None, "file_id": None}
    found = {"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "e", "page_age": None}
    searched = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}, "index": 0}
    use = {"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 0}}
    return {
        "text": [human("hi")],
        "system": [system("be kind"), human("hi")],
        "systems": [system("be kind"), system("be brief"), human("hi")],
        "system_blocks": [system([text("long", cache_control=EPHEMERAL)]), human("hi")],
        "system_mixed": [system("x"), system([text("long", cache_control=EPHEMERAL)]), human("hi")],
        "humans": [asked, human("b")],
        "humans_blocks": [asked, human([text("b"), "c"])],
        "prefill": [asked, ai("b  ")],
        "turns": [asked, ai("x"), human("b")],
        "tools": [
            asked,
            ai("let me", tool_calls=[called("t1", a=1, b=2), called("t2", a=3, b=4)]),
            tool("3", tool_call_id="t1"),
            tool("bad", tool_call_id="t2", status="error"),
            human("and?"),
        ],
        "tools_silent": [asked, ai("", tool_calls=[called("t1", a=1)]), tool("3", tool_call_id="t1")],
        "tools_blocks": [
            asked,
            ai([text("hm"), use], tool_calls=[called("t1", a=1, b=2)]),
            tool(
                [text("3"), {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}],
                tool_call_id="t1",
            ),
        ],
        "tools_cached": [
            asked,
            ai("", tool_calls=[called("t1", a=1)]),
            tool([text("3", cache_control=EPHEMERAL)], tool_call_id="t1"),
        ],
        "tools_results": [
            asked,
            ai("", tool_calls=[called("t1", a=1)]),
            tool([{"type": "tool_result", "tool_use_id": "t1", "content": "3"}], tool_call_id="t1"),
        ],
        "tools_ids": [asked, ai("", tool_calls=[called("call|x.1", a=1)]), tool("3", tool_call_id="call|x.1")],
        "tools_invalid": [asked, ai("", invalid_tool_calls=[bad]), tool("no", tool_call_id="t9", status="error")],
        "tools_streamed": [
            asked,
            ai(
                [text("hm", index=0), {**use, "input": {}, "partial_json": '{"a": 1}', "index": 1}],
                tool_calls=[called("t1", a=1)],
            ),
            tool("3", tool_call_id="t1"),
        ],
        "image_url": [human([text("what"), {"type": "image_url", "image_url": {"url": "https://x.org/a.png"}}])],
        "image_base64": [human([{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}])],
        "images": [
            human(
                [
                    {"type": "image", "url": "https://x.org/a.png"},
                    {"type": "image", "base64": PNG, "mime_type": "image/png"},
                    {"type": "image", "source_type": "base64", "data": PNG, "mime_type": "image/png"},
                    {"type": "image", "file_id": "f1"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
                ]
            )
        ],
        "files": [
            human(
                [
                    {"type": "file", "base64": "AAAA", "mime_type": "application/pdf", "extras": {"title": "T"}},
                    {"type": "file", "url": "https://x.org/a.pdf", "cache_control": EPHEMERAL},
                    {"type": "text-plain", "text": "abc", "mime_type": "text/plain"},
                    {"type": "file", "file_id": "f2"},
                ]
            )
        ],
        "thoughts": [
            asked,
            ai(
                [
                    {"type": "thinking", "thinking": "hm", "signature": "sig", "index": 0},
                    {"type": "redacted_thinking", "data": "xx", "index": 1},
                    text("yes", index=2),
                ]
            ),
            human("b"),
        ],
        "blanks": [human([text(" "), text("b", cache_control=EPHEMERAL)])],
        "citations": [
            asked,
            ai([text("x", citations=[{**cited, "start_char_index": 0, "end_char_index": 1}])]),
            human("b"),
        ],
        "server_tools": [
            asked,
            ai(
                [
                    searched,
                    {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [found], "index": 1},
                    text("x"),
                ]
            ),
            human("b"),
        ],
    }


OPTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sampling": ({"temperature": 0.5, "top_k": 3, "top_p": 0.9, "stop": ["x"]}, {}),
    "stop": ({"stop": ["x"]}, {"stop": ["y"]}),
    "thinking": ({"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 3000}, {}),
    "config": ({"output_config": {"effort": "high"}}, {}),
    "effort": ({"effort": "high"}, {}),
    "effort_old": ({"effort": "high", "model": "claude-opus-4-5"}, {}),
    "effort_thinking": ({"thinking": {"type": "disabled"}}, {"effort": "low"}),
    "betas": ({"betas": ["b-1"]}, {}),
    "mcp": ({"mcp_servers": [{"type": "url", "url": "https://x", "name": "m"}]}, {}),
    "cache": ({}, {"cache_control": EPHEMERAL}),
    "limit": ({}, {"max_tokens": 7}),
    "geo": ({"inference_geo": "us"}, {}),
    "old": ({"model": "claude-3-7-sonnet-latest"}, {}),
    "older": ({"model": "claude-sonnet-4-5"}, {}),
}

BOUND: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "function": ([add], {}),
    "any": ([add], {"tool_choice": "any"}),
    "auto": ([add], {"tool_choice": "auto"}),
    "named": ([add], {"tool_choice": "add"}),
    "dict": ([add], {"tool_choice": {"type": "tool", "name": "add"}}),
    "serial": ([add], {"parallel_tool_calls": False}),
    "any_serial": ([add], {"tool_choice": "any", "parallel_tool_calls": False}),
    "strict": ([add], {"strict": True}),
    "model": ([Sum], {}),
    "openai": ([{"type": "function", "function": {"name": "f", "description": "d", "parameters": OBJECT}}], {}),
    "native": ([{"name": "f", "description": "d", "input_schema": OBJECT, "cache_control": EPHEMERAL}], {}),
    "builtin": ([{"type": "web_search_20250305", "name": "web_search", "max_uses": 3}, add], {}),
    "builtin_beta": ([{"type": "memory_20250818", "name": "memory"}], {}),
    "json": ([G], {}),
}

THINKS = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 3000}
CITED = {
    "type": "char_location",
    "cited_text": "q",
    "document_index": 0,
    "document_title": "t",
    "start_char_index": 0,
    "end_char_index": 1,
}
FOUND = {"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "e"}
SEARCH = {"type": "web_search_20250305", "name": "web_search"}


def verbatim(*blocks: tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]) -> Verbatim:
    """Return an answer of blocks: each whole, as it starts, and what is added to it."""
    base = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5", "stop_sequence": None}
    used = {"input_tokens": 3, "output_tokens": 2, "server_tool_use": {"web_search_requests": 1}}
    body = {**base, "content": [whole for whole, _, _ in blocks], "stop_reason": "end_turn", "usage": used}
    start = {**base, "content": [], "stop_reason": None, "usage": {"input_tokens": 3, "output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, (_, started, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": started})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    events += [{"type": "message_delta", "delta": ended, "usage": used}, {"type": "message_stop"}]
    return Verbatim(body=body, events=events)


def said(words: str) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    return text(words), text(""), [{"type": "text_delta", "text": words}]


SEARCHED = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [FOUND]}
USE = {"type": "server_tool_use", "id": "s1", "name": "web_search"}

ANSWERS: dict[str, tuple[Any, dict[str, Any], list[Any]]] = {
    "text": (Answer("Hello you there", usage=Usage(input=20, output=4, cached=5, cache_written=6)), {}, []),
    "thinking": (Answer("Yes no", thinking="hm well", usage=Usage(input=20, output=4)), THINKS, []),
    "calls": (
        Answer("let me", tool_calls=[ToolCall("add", {"a": 1, "b": 2}, id="t1"), ToolCall("add", {"a": 3}, id="t2")]),
        {},
        [add],
    ),
    "call": (Answer(tool_calls=[ToolCall("add", {}, id="t1")]), {}, [add]),
    "text_with_tools": (Answer("just text"), {}, [add]),
    "limited": (Answer("cut here", finish="max_tokens"), {}, []),
    "redacted": (
        verbatim(
            ({"type": "redacted_thinking", "data": "xx"}, {"type": "redacted_thinking", "data": "xx"}, []), said("b")
        ),
        THINKS,
        [],
    ),
    "cited": (
        verbatim(
            said("a"),
            (
                text("b", citations=[CITED]),
                text("", citations=[]),
                [{"type": "citations_delta", "citation": CITED}, {"type": "text_delta", "text": "b"}],
            ),
        ),
        {},
        [add],
    ),
    "searched": (
        verbatim(
            (
                {**USE, "input": {"query": "x"}},
                {**USE, "input": {}},
                [{"type": "input_json_delta", "partial_json": '{"query": "x"}'}],
            ),
            (SEARCHED, SEARCHED, []),
            said("b"),
        ),
        {},
        [SEARCH],
    ),
}


def run(standin: Standin, chat: Any, messages: Any, tool: Callable[..., Any]) -> dict[str, Any]:
    """Return what the programs bring under one root: its chat model, its messages, its tool decorator."""
    found: dict[str, Any] = {}

    def model(**fields: Any) -> Any:
        usual = {"model": "claude-sonnet-5", "base_url": standin.anthropic_url, "api_key": standin.key}
        return chat(**{**usual, "max_retries": 0, **fields})

    for name, conversation in conversations(messages).items():
        model().invoke(conversation)
        found[f"sent: {name}"] = standin.last.body
    for name, (fields, more) in OPTIONS.items():
        model(**fields).invoke("hi", **more)
        found[f"asked: {name}"] = [standin.last.body, standin.last.headers.get("anthropic-beta")]
    for name, (tools, more) in BOUND.items():
        model().bind_tools([tool(each) if each is add else each for each in tools], **more).invoke("hi")
        body = standin.last.body
        found[f"bound: {name}"] = [body["tools"], body.get("tool_choice"), standin.last.headers.get("anthropic-beta")]
    for method in ("function_calling", "json_schema"):
        for name, schema in {"model": Sum, "json": G}.items():
            result = model().with_structured_output(schema, method=method).invoke("hi")
            found[f"formed: {method}, {name}"] = [repr(result), standin.last.body]
    for name, (answer, fields, tools) in ANSWERS.items():
        asked = model(**fields)
        if tools:
            asked = asked.bind_tools([tool(each) if each is add else each for each in tools])
        standin.answers += [answer, answer]
        found[f"whole: {name}"] = _dumped(asked.invoke("hi"))
        chunks = list(asked.stream("hi"))
        found[f"chunks: {name}"] = [[each.content, each.tool_call_chunks, each.chunk_position] for each in chunks]
        found[f"sum: {name}"] = _dumped(chunks[0] + chunks[1:])
    found["counted"] = model().get_num_tokens_from_messages([messages.HumanMessage("hi there")], tools=[tool(add)])
    return {key: plain(value) for key, value in json.loads(json.dumps(found)).items()}


def _dumped(message: Any) -> dict[str, Any]:
    names = ("type", "content", "tool_calls", "invalid_tool_calls", "usage_metadata", "response_metadata")
    return {name: getattr(message, name) for name in names}


def plain(value: Any, key: str = "") -> Any:
    """Return a result without what either says more of: what is nothing, ids, and what a stream used of caches."""
    if isinstance(value, dict):
        unsaid = {"response_metadata": ("id", "model", "usage"), "usage_metadata": ("input_token_details",)}
        kept = {name: each for name, each in value.items() if each is not None and name not in unsaid.get(key, ())}
        return {name: plain(each, name) for name, each in kept.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1] == "langchain":
        from langchain_anthropic import ChatAnthropic
        from langchain_core import messages
        from langchain_core.tools import tool
    else:
        from stepgraph import messages
        from stepgraph.tools import tool
        from stepgraph_anthropic import ChatAnthropic
    with Standin() as running:
        print(json.dumps(run(running, ChatAnthropic, messages, tool), indent=1, sort_keys=True, ensure_ascii=False))
