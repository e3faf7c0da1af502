"""Programs with `output_version="v1"` that run under two roots, stepgraph's and LangChain's, and what they bring.

`python -m tests.providers.standard_programs langchain > tests/providers/standard_golden.json`, where langchain-openai
(1.7.3) and langchain-anthropic (1.7.7) are installed, writes what theirs brought.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

from tests.anthropic import programs as anthropic
from tests.openai import responses_programs as responses
from tests.providers.standin.script import Answer, ToolCall
from tests.providers.standin.server import Standin

CHAT: dict[str, Answer] = {
    "text": Answer("Hello you there"),
    "nothing": Answer(""),
    "calls": Answer(
        "let me", tool_calls=[ToolCall("add", {"a": 1, "b": 2}, id="c1"), ToolCall("add", {"a": 3, "b": 4}, id="c2")]
    ),
    "call": Answer(tool_calls=[ToolCall("add", {"a": 1}, id="c1")]),
    "refused": Answer(refusal="I will not"),
}
UNSAID = ("usage", "model", "token_usage", "input_token_details", "created_at")
"""What one of the two says in another place, or reads in another way."""


def run(
    standin: Standin, openai: Any, claude: Any, messages: Any, tool: Callable[..., Any], version: str | None = "v1"
) -> dict[str, Any]:
    """Return what the programs bring under one root: its chat models, its messages, its tool decorator."""
    found: dict[str, Any] = {}
    usual = {"api_key": standin.key, "max_retries": 0}
    add = tool(responses.add)

    def chat(**fields: Any) -> Any:
        return openai(
            **{"model": "gpt-4o-mini", "base_url": standin.openai_url, "stream_usage": True, **usual, **fields}
        )

    def items(**fields: Any) -> Any:
        return chat(use_responses_api=True, include=["reasoning.encrypted_content"], **fields)

    def blocks(**fields: Any) -> Any:
        return claude(**{"model": "claude-sonnet-5", "base_url": standin.anthropic_url, **usual, **fields})

    asked: dict[str, tuple[Any, Answer]] = {f"chat: {name}": (chat, each) for name, each in CHAT.items()}
    asked |= {f"responses: {name}": (items, each) for name, each in responses.ANSWERS.items()}
    for name, (answer, fields, tools) in anthropic.ANSWERS.items():
        made = [add if callable(each) else each for each in tools]
        asked[f"anthropic: {name}"] = (_bound(blocks, fields, made), answer)

    for name, (make, answer) in asked.items():
        standin.answers += [answer, answer]
        model = make(output_version=version)
        whole = model.invoke("hi")
        chunks = list(model.stream("hi"))
        summed = chunks[0] + chunks[1:]
        found[f"whole: {name}"] = _dumped(whole)
        shown = [[each.content, each.tool_call_chunks, each.chunk_position] for each in chunks]
        found[f"chunks: {name}"] = [each for each in shown if any(each)]
        found[f"sum: {name}"] = _dumped(summed)
        for way, message in {"whole": whole, "sum": summed}.items():
            results = [messages.ToolMessage("3", tool_call_id=each["id"]) for each in message.tool_calls]
            past = [messages.HumanMessage("hi"), message, *results, messages.HumanMessage("b")]
            for other in (chat, items, blocks):
                found[f"{name}, {way}, to {other.__name__}"] = _sent(standin, other(), past)
    return {key: plain(value) for key, value in json.loads(json.dumps(found)).items()}


def _sent(standin: Standin, model: Any, past: list[Any]) -> Any:
    """Return what a conversation is to the API, or the name of the error, where the API does not take it."""
    try:
        model.invoke(past)
    except Exception as error:
        return type(error).__name__
    return standin.last.body.get("messages") or standin.last.body["input"]


def plain(value: Any) -> Any:
    """Return a result in the words of both: without what is nothing, and without the numbers of answers."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, str):
        return re.sub(r"(msg|rs|fc|resp)_\d{6}", r"\1_n", value)
    if not isinstance(value, dict):
        return value
    found = {key: plain(each) for key, each in value.items() if each is not None and key not in UNSAID}
    if isinstance(found.get("response_metadata"), dict):
        found["response_metadata"].pop("id", None)
    if found.get("arguments") and "call_id" in found:
        found["arguments"] = json.loads(found["arguments"])
    content = found.get("content")
    if "role" in found and isinstance(content, list) and len(content) == 1 and content[0].keys() == {"type", "text"}:
        found["content"] = content[0]["text"]
    return {key: each for key, each in found.items() if key != "extras" or each}


def _bound(make: Callable[..., Any], fields: dict[str, Any], tools: list[Any]) -> Callable[..., Any]:
    def made(**more: Any) -> Any:
        model = make(**fields, **more)
        return model.bind_tools(tools) if tools else model

    return made


def _dumped(message: Any) -> dict[str, Any]:
    names = ("type", "content", "tool_calls", "invalid_tool_calls", "usage_metadata", "response_metadata", "text")
    return {name: getattr(message, name) for name in names}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1] == "langchain":
        from langchain_anthropic import ChatAnthropic
        from langchain_core import messages
        from langchain_core.tools import tool
        from langchain_openai import ChatOpenAI
    else:
        from stepgraph import messages
        from stepgraph.tools import tool
        from stepgraph_anthropic import ChatAnthropic
        from stepgraph_openai import ChatOpenAI
    with Standin() as running:
        brought = run(running, ChatOpenAI, ChatAnthropic, messages, tool)
        print(json.dumps(brought, indent=1, sort_keys=True, ensure_ascii=False))
