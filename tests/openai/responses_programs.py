"""Programs for OpenAI's Responses API that run under two roots, stepgraph's and LangChain's, and what they bring.

`python -m tests.openai.responses_programs langchain > tests/openai/responses_golden.json`, where langchain-openai
(1.7.3) is installed, writes what theirs brought. What the two say in different words is said in one (see `plain`).
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any, Optional

from pydantic import BaseModel, Field

from tests.providers.standin.script import Answer, ToolCall, Usage
from tests.providers.standin.server import Standin

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
OBJECT = {"type": "object", "properties": {}}
G = {"title": "G", "description": "d", "type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}
RESPONSES = {"use_responses_api": True}


class Sum(BaseModel):
    """A sum."""

    a: int = Field(description="one")
    b: Optional[int] = None  # noqa: UP045 - as programs have it


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def called(id: str, **args: Any) -> dict[str, Any]:
    return {"name": "add", "args": args, "id": id, "type": "tool_call"}


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


THOUGHT = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "Hm.", "index": 0}],
    "encrypted_content": "enc",
    "index": 0,
}
CALLED = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "add", "arguments": '{"a": 1, "b": 2}'}
SEARCHED = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}}
FILES = {"id": "fs_1", "type": "file_search_call", "status": "completed", "queries": ["q"], "results": None}
RAN = {
    "id": "ci_1",
    "type": "code_interpreter_call",
    "status": "completed",
    "code": "1 + 1",
    "container_id": "k1",
    "outputs": [{"type": "logs", "logs": "2"}],
}
REMOTE = {
    "id": "mcp_1",
    "type": "mcp_call",
    "status": "completed",
    "name": "look",
    "server_label": "s",
    "arguments": '{"q":1}',
    "output": "found",
    "error": None,
    "approval_request_id": None,
}
LISTED = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "s", "tools": [], "error": None}
ASKS = {"id": "mcpr_1", "type": "mcp_approval_request", "server_label": "s", "name": "look", "arguments": "{}"}
DRAWN = {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": PNG, "output_format": "png"}
FREE = {"id": "ctc_1", "type": "custom_tool_call", "call_id": "c5", "name": "code", "input": "print(1)"}
CITED = {"type": "url_citation", "url": "https://a.org", "title": "A", "start_index": 0, "end_index": 3}
FILED = {"type": "file_citation", "file_id": "f1", "filename": "a.txt", "index": 3}


def conversations(of: Any) -> dict[str, list[Any]]:
    """Return conversations by name, made of the messages of a root."""
    system, human, ai, tool = of.SystemMessage, of.HumanMessage, of.AIMessage, of.ToolMessage
    asked, said = human("a"), ai("b")
    answer = tool("3", tool_call_id="c1")
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"}}
    pdf = {"type": "file", "base64": "aGk=", "mime_type": "application/pdf", "filename": "a.pdf"}
    bad = {"name": "add", "args": '{"a"', "id": "c1", "error": "x", "type": "invalid_tool_call"}
    return {
        "text": [human("hi", name="Ann")],
        "system": [system("be kind"), human("hi")],
        "developer": [system("be kind", additional_kwargs={"__openai_role__": "developer"}), human("hi")],
        "system_blocks": [system([text("be kind")]), human("hi")],
        "turns": [asked, said, human("c")],
        "roles": [of.ChatMessage("be kind", role="developer"), asked],
        "images": [
            human(
                [
                    text("what"),
                    image,
                    {"type": "image", "url": "https://a.org/a.png"},
                    {"type": "image", "base64": PNG, "mime_type": "image/png"},
                    {"type": "image", "source_type": "base64", "data": PNG, "mime_type": "image/png"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
                    {"type": "input_image", "image_url": "https://a.org/a.png", "detail": "auto"},
                ]
            )
        ],
        "files": [
            human(
                [
                    pdf,
                    {"type": "file", "url": "https://a.org/a.pdf"},
                    {"type": "file", "file_id": "f2"},
                    {"type": "file", "file": {"file_id": "f3"}},
                    {"type": "input_file", "file_id": "f4"},
                    text("x", extras={"prompt_cache_breakpoint": {"mode": "explicit"}}),
                ]
            )
        ],
        "tools": [
            asked,
            ai("let me", tool_calls=[called("c1", a=1, b=2), called("c2", a=3, b=4)]),
            answer,
            tool([{"type": "text", "text": "7"}], tool_call_id="c2", status="error"),
            human("and?"),
        ],
        "tools_silent": [asked, ai("", tool_calls=[called("c1", a=1)]), answer],
        "tools_images": [asked, ai("", tool_calls=[called("c1", a=1)]), tool([image, pdf], tool_call_id="c1")],
        "tools_json": [asked, ai("", tool_calls=[called("c1", a=1)]), tool([{"a": 1}], tool_call_id="c1")],
        "tools_invalid": [asked, ai("", invalid_tool_calls=[bad]), tool("no", tool_call_id="c1", status="error")],
        "back": [
            asked,
            ai([THOUGHT, {**CALLED, "index": 1}], tool_calls=[called("c1", a=1, b=2)], id="resp_1"),
            answer,
        ],
        "back_text": [asked, ai([text("b", id="msg_1", index=0, annotations=[CITED])]), human("c")],
        "back_parts": [asked, ai([text("b", id="msg_1"), text("c", id="msg_1", phase="final_answer")]), human("d")],
        "back_own_id": [asked, ai([text("b", id="lc_1")]), human("c")],
        "back_refusal": [asked, ai([{"type": "refusal", "refusal": "no", "id": "msg_1"}]), human("c")],
        "back_tools": [asked, ai([LISTED, SEARCHED, FILES, RAN, REMOTE, DRAWN, text("b", id="msg_1")]), human("c")],
        "approval": [
            asked,
            ai([ASKS]),
            human([{"type": "mcp_approval_response", "approve": True, "approval_request_id": "mcpr_1"}]),
        ],
        "of_others": [
            asked,
            ai(
                [
                    {"type": "thinking", "thinking": "hm", "signature": "s"},
                    text("b"),
                    {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}},
                ],
                tool_calls=[called("c1", a=1)],
            ),
            answer,
        ],
        "one_form": [
            asked,
            ai(
                [
                    {"type": "reasoning", "id": "rs_1", "reasoning": "Hm.", "extras": {"encrypted_content": "enc"}},
                    {"type": "reasoning", "id": "rs_1", "reasoning": "Oh."},
                    {"type": "server_tool_call", "name": "web_search", "id": "ws_1", "args": {"type": "search"}},
                    {"type": "server_tool_result", "tool_call_id": "ws_1", "status": "success"},
                    text("b", id="msg_1", annotations=[{**CITED, "type": "citation"}]),
                    {**called("c1", a=1), "extras": {"item_id": "fc_1"}},
                ],
                tool_calls=[called("c1", a=1)],
            ),
            answer,
        ],
    }


OPTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "chat": ({}, {}),
    "asked": (RESPONSES, {}),
    "declined": ({"use_responses_api": False}, {}),
    "limits": ({**RESPONSES, "temperature": 0.5, "max_tokens": 9, "top_p": 0.5}, {"max_tokens": 7}),
    "reasoning": ({"model": "o4-mini", "reasoning": {"effort": "low", "summary": "auto"}}, {}),
    "effort": ({**RESPONSES, "model": "o4-mini", "reasoning_effort": "low"}, {}),
    "effort_chat": ({"model": "o4-mini", "reasoning_effort": "low"}, {}),
    "temperature": ({**RESPONSES, "model": "gpt-5-mini", "temperature": 0.1}, {}),
    "include": ({"include": ["reasoning.encrypted_content"]}, {}),
    "truncation": ({"truncation": "auto"}, {}),
    "store": ({**RESPONSES, "store": False, "service_tier": "auto"}, {"user": "me"}),
    "version": ({"output_version": "responses/v1"}, {}),
    "text": ({}, {"text": {"verbosity": "low"}}),
    "verbosity": ({**RESPONSES, "verbosity": "low"}, {}),
    "verbosity_chat": ({"verbosity": "low"}, {}),
    "previous": ({}, {"previous_response_id": "resp_1"}),
    "pro": ({"model": "gpt-5-pro"}, {}),
    "codex": ({"model": "gpt-5-codex"}, {}),
    "json": (RESPONSES, {"response_format": {"type": "json_object"}}),
    "json_terse": ({**RESPONSES, "verbosity": "low"}, {"response_format": {"type": "json_object"}}),
}

BOUND: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "function": ([add], {}),
    "any": ([add], {"tool_choice": "any"}),
    "auto": ([add], {"tool_choice": "auto"}),
    "named": ([add], {"tool_choice": "add"}),
    "serial": ([add], {"parallel_tool_calls": False}),
    "strict": ([add], {"strict": True}),
    "model": ([Sum], {}),
    "openai": ([{"type": "function", "name": "f", "description": "d", "parameters": OBJECT}], {}),
    "web": ([{"type": "web_search"}], {}),
    "web_chosen": ([{"type": "web_search"}, add], {"tool_choice": "web_search"}),
    "files": ([{"type": "file_search", "vector_store_ids": ["v"]}, add], {}),
    "code": ([{"type": "code_interpreter", "container": {"type": "auto"}}], {}),
    "images": ([{"type": "image_generation", "quality": "low"}], {}),
    "mcp": ([{"type": "mcp", "server_label": "s", "server_url": "https://x", "require_approval": "never"}], {}),
    "form": ([add], {"response_format": G}),
}

ANSWERS: dict[str, Answer] = {
    "text": Answer("Hello you there", usage=Usage(input=20, output=4, cached=5, reasoning=2)),
    "nothing": Answer(""),
    "thought": Answer("Yes no", thinking="hm well\n\noh"),
    "calls": Answer(
        "let me", tool_calls=[ToolCall("add", {"a": 1, "b": 2}, id="c1"), ToolCall("add", {"a": 3, "b": 4}, id="c2")]
    ),
    "call": Answer(tool_calls=[ToolCall("add", {"a": 1, "b": 2}, id="c1")], thinking="hm"),
    "cited": Answer("See it", annotations=[CITED, FILED]),
    "refused": Answer(refusal="I will not"),
    "limited": Answer("cut here", finish="max_output_tokens"),
    "filtered": Answer("cut here", finish="content_filter"),
    "searched": Answer("Found", items=[SEARCHED], annotations=[CITED]),
    "files": Answer("Found", items=[FILES]),
    "ran": Answer("Two", items=[RAN]),
    "remote": Answer("Found", items=[LISTED, REMOTE]),
    "asks": Answer(items=[ASKS]),
    "drawn": Answer(items=[DRAWN]),
    "free": Answer(items=[FREE]),
    "parts": Answer(
        "rest",
        items=[
            {
                "id": "msg_7",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "phase": "commentary",
                "content": [
                    {"type": "output_text", "text": "one two", "annotations": [], "logprobs": []},
                    {"type": "output_text", "text": "three", "annotations": [], "logprobs": []},
                ],
            }
        ],
    ),
}


def run(standin: Standin, chat: Any, messages: Any, tool: Callable[..., Any]) -> dict[str, Any]:
    """Return what the programs bring under one root: its chat model, its messages, its tool decorator."""
    found: dict[str, Any] = {}

    def model(**fields: Any) -> Any:
        usual = {"model": "gpt-4o-mini", "base_url": standin.openai_url, "api_key": standin.key}
        return chat(**{**usual, "max_retries": 0, **fields})

    def sent() -> list[Any]:
        return [standin.last.path, standin.last.body]

    for name, conversation in conversations(messages).items():
        for store in (None, False):
            model(**RESPONSES, store=store).invoke(conversation)
            found[f"sent: {name}, store {store}"] = standin.last.body["input"]
    for name, (fields, more) in OPTIONS.items():
        model(**fields).invoke("hi, json", **more)
        found[f"asked: {name}"] = sent()
    past = [messages.HumanMessage("a"), messages.AIMessage("b", response_metadata={"id": "resp_1"})]
    model(use_previous_response_id=True).invoke([*past, messages.HumanMessage("c")])
    found["asked: goes on"] = sent()
    for name, (tools, more) in BOUND.items():
        given = [tool(each) if each is add else each for each in tools]
        model(**RESPONSES).bind_tools(given, **more).invoke("hi")
        found[f"bound: {name}"] = standin.last.body
        if name not in ("form", "openai"):  # which chat completions word otherwise
            model().bind_tools(given, **more).invoke("hi")
            found[f"chosen: {name}"] = standin.last.path
    list(model().bind_tools([{"type": "image_generation"}]).stream("hi"))
    found["bound: images, streamed"] = standin.last.body
    for method in ("function_calling", "json_schema", "json_mode"):
        for name, schema in {"model": Sum, "json": G}.items():
            asked = model(**RESPONSES).with_structured_output(schema, method=method)
            if method == "json_mode":
                standin.answers.append(Answer('{"a": 1, "b": 2, "x": "y"}'))
            result = asked.invoke("json")
            found[f"formed: {method}, {name}"] = [repr(result), standin.last.body]
    for name, answer in ANSWERS.items():
        asked = model(**RESPONSES, include=["reasoning.encrypted_content"])
        standin.answers += [answer, answer]
        whole = asked.invoke("hi")
        found[f"whole: {name}"] = _dumped(whole)
        chunks = list(asked.stream("hi"))
        shown = [[each.content, each.tool_call_chunks, each.chunk_position] for each in chunks]
        found[f"chunks: {name}"] = [each for each in shown if any(each)]
        summed = chunks[0] + chunks[1:]
        found[f"sum: {name}"] = _dumped(summed)
        if name not in ("drawn", "free", "asks", "nothing"):
            for way, message in {"whole": whole, "sum": summed}.items():
                results = [messages.ToolMessage("3", tool_call_id=each["id"]) for each in message.tool_calls]
                asked.invoke([messages.HumanMessage("hi"), message, *results, messages.HumanMessage("b")])
                found[f"back: {name}, {way}"] = standin.last.body["input"]
    return {key: plain(value) for key, value in json.loads(json.dumps(found)).items()}


def _dumped(message: Any) -> dict[str, Any]:
    names = ("type", "content", "tool_calls", "invalid_tool_calls", "usage_metadata", "response_metadata", "text")
    return {name: getattr(message, name) for name in names} | {"blocks": message.content_blocks}


def plain(value: Any) -> Any:
    """Return a result without what either says more of: what is nothing, and numbers of requests."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if each is not None and name != "stream"}
    return [plain(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1] == "langchain":
        from langchain_core import messages
        from langchain_core.tools import tool
        from langchain_openai import ChatOpenAI
    else:
        from stepgraph import messages
        from stepgraph.tools import tool
        from stepgraph_openai import ChatOpenAI
    with Standin() as running:
        print(json.dumps(run(running, ChatOpenAI, messages, tool), indent=1, sort_keys=True, ensure_ascii=False))
