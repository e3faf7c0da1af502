"""Lists of messages, and what `add_messages(format="langchain-openai")` makes of them.

`python -m tests.graph.message_formats ROOT` prints that under a root, `langgraph` for instance; what it printed is kept
in `message_formats.json`.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).with_suffix(".json")
OPENAI = "langchain-openai"


def lists_of(root: str) -> dict[str, list[Any]]:
    """Return what is added to an empty list."""
    m = import_module(f"{root}.messages")
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    base64 = {"type": "base64", "media_type": "image/jpeg", "data": "1234"}
    result = {"type": "tool_result", "tool_use_id": "7", "content": "r"}
    return {
        "short form": [("user", "x")],
        "anthropic": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Here", "cache_control": {"type": "ephemeral"}},
                    {"type": "image", "source": base64},
                ],
            }
        ],
        "what was said besides": [
            m.AIMessage("hi", name="n", usage_metadata=usage, response_metadata={"a": 1}, additional_kwargs={"b": 1})
        ],
        "calls": [m.AIMessage("", tool_calls=[{"name": "f", "args": {"a": 1}, "id": "7", "type": "tool_call"}])],
        "calls among blocks": [
            m.AIMessage(
                [{"type": "text", "text": "t"}, {"type": "tool_use", "id": "1", "name": "f", "input": {"a": "é"}}]
            )
        ],
        "answer of a tool": [m.ToolMessage("res", tool_call_id="7", status="error", artifact=3, name="f")],
        "answers among blocks": [m.HumanMessage([result, {**result, "tool_use_id": "8"}])],
        "an answer and text": [m.HumanMessage([result, {"type": "text", "text": "and"}])],
        "texts": [m.SystemMessage([{"type": "text", "text": "a"}, "b"])],
        "thoughts": [
            m.AIMessage([{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "x"}])
        ],
        "a chunk": [m.AIMessageChunk("chunk", id="c1")],
        "a refusal": [m.AIMessage("", additional_kwargs={"refusal": "no"})],
        "several": [m.SystemMessage("s"), m.HumanMessage("h"), m.AIMessage("a")],
    }


def formatted(root: str) -> dict[str, Any]:
    """Return what is made of each, without the ids."""
    add_messages = import_module(f"{root}.graph.message").add_messages
    package = "langchain_core" if root == "langgraph" else root
    found = {}
    for name, given in lists_of(package).items():
        made = [(type(each).__name__, each.model_dump()) for each in add_messages([], given, format=OPENAI)]
        found[name] = [[cls, {key: value for key, value in dump.items() if key != "id"}] for cls, dump in made]
    return found


if __name__ == "__main__":
    print(json.dumps(formatted(sys.argv[1]), indent=1, sort_keys=True))
