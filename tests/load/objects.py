"""Objects with a form as JSON, and what `dumps` makes of them.

`python -m tests.load.objects ROOT` prints the forms under a root, such as `langchain_core`; what that printed is kept
in `golden.json`.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).with_name("golden.json")


class Odd:
    """Something without a form."""

    def __repr__(self) -> str:
        return "<odd>"


Odd.__module__ = "elsewhere.odds"


def messages_of(root: str) -> dict[str, Any]:
    """Return messages, whole ones and chunks."""
    m = import_module(f"{root}.messages")
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    calls: dict[str, Any] = {
        "tool_calls": [{"name": "f", "args": {"a": 1}, "id": "t1"}],
        "invalid_tool_calls": [{"type": "invalid_tool_call", "id": "t2", "name": "g", "args": "{", "error": "no"}],
    }
    chunk = {"name": "f", "args": '{"a"', "id": "i", "index": 0}
    besides = {"additional_kwargs": {"a": 1}, "response_metadata": {"b": [1, 2]}}
    return {
        "human": m.HumanMessage("hi"),
        "human, full": m.HumanMessage([{"type": "text", "text": "x"}, "y"], id="1", name="n", **besides),
        "human, empty": m.HumanMessage("", name=""),
        "human, chunk": m.HumanMessageChunk("s"),
        "ai": m.AIMessage("x"),
        "ai, full": m.AIMessage("é", id="7", usage_metadata=usage, **calls, **besides),
        "ai, chunk": m.AIMessageChunk("x", id="9", tool_call_chunks=[chunk]),
        "ai, last chunk": m.AIMessageChunk("x", chunk_position="last"),
        "system": m.SystemMessage("s"),
        "system, chunk": m.SystemMessageChunk("s"),
        "tool": m.ToolMessage("r", tool_call_id="1"),
        "tool, full": m.ToolMessage("r", tool_call_id="1", status="error", artifact={"x": 1}, name="f"),
        "tool, chunk": m.ToolMessageChunk("r", tool_call_id="1"),
        "function": m.FunctionMessage("r", name="f"),
        "function, chunk": m.FunctionMessageChunk(content="r", name="f"),
        "chat": m.ChatMessage("r", role="critic"),
        "chat, chunk": m.ChatMessageChunk(content="r", role="critic"),
        "remove": m.RemoveMessage(id="1"),
        "looks like a form": m.HumanMessage("a", additional_kwargs={"x": {"lc": 1, "type": "secret", "id": ["HOME"]}}),
    }


def others_of(root: str) -> dict[str, Any]:
    """Return all else that has a form."""
    m, d, o, a = (import_module(f"{root}.{name}") for name in ("messages", "documents", "outputs", "agents"))
    v, p = import_module(f"{root}.prompt_values"), import_module(f"{root}.prompts")
    template = p.PromptTemplate.from_template
    blocks = [{"type": "text", "text": "see {a}"}, {"type": "image_url", "image_url": {"url": "{u}"}}]
    return {
        "document": d.Document("t"),
        "document, full": d.Document("t", metadata={"a": 1}, id="d"),
        "text": v.StringPromptValue(text="x"),
        "chat": v.ChatPromptValue(messages=[m.HumanMessage("x")]),
        "chat, concrete": v.ChatPromptValueConcrete(messages=[m.HumanMessage("x")]),
        "generation": o.Generation(text=""),
        "generation, chunk": o.GenerationChunk(text="x", generation_info={"a": 1}),
        "chat generation": o.ChatGeneration(message=m.AIMessage("x")),
        "chat generation, chunk": o.ChatGenerationChunk(message=m.AIMessageChunk("x")),
        "prompt": template("Tell {x} of {y}"),
        "prompt, partial": template("Tell {x} of {y}").partial(x="1"),
        "prompt, mustache": template("Tell {{x}}", template_format="mustache"),
        "chat prompt": p.ChatPromptTemplate(
            [
                ("system", "You are {who}"),
                ("placeholder", "{history}"),
                p.MessagesPlaceholder("rest", optional=True, n_messages=3),
                ("human", "{q}"),
                m.AIMessage("fixed"),
            ]
        ),
        "chat prompt, image": p.ChatPromptTemplate([("human", blocks)]),
        "chat prompt, partial": p.ChatPromptTemplate([("human", "{a} {b}")]).partial(a="1"),
        "placeholder": p.MessagesPlaceholder("x"),
        "human template": p.HumanMessagePromptTemplate.from_template("x {y}"),
        "chat template": p.ChatMessagePromptTemplate.from_template("x {y}", role="critic"),
        "action": a.AgentAction("search", {"q": 1}, "log"),
        "action, with messages": a.AgentActionMessageLog("search", "q", "log", message_log=[m.AIMessage("x")]),
        "finish": a.AgentFinish({"output": 1}, "log"),
    }


def values_of(root: str) -> dict[str, Any]:
    """Return values of JSON, with and without such objects in them."""
    m = import_module(f"{root}.messages")
    return {
        "nested": {"messages": [m.HumanMessage("a"), m.AIMessage("b")], "n": (1, 2.5, None, True)},
        "number as a key": {1: 2},
        "looks like a form": {"lc": 1, "type": "constructor", "id": ["os", "system"], "kwargs": {}},
        "looks wrapped": {"__lc_escaped__": {"a": 1}},
    }


def formless() -> dict[str, Any]:
    """Return what has no form."""
    return {"object": Odd(), "class": Odd, "function": print, "set": {1}, "pairs as keys": {(1, 2): 3}}


def texts_of(root: str) -> dict[str, str]:
    """Return the text of each object."""
    dumps = import_module(f"{root}.load").dumps
    found = {}
    for kind, objects in (
        ("message", messages_of(root)),
        ("other", others_of(root)),
        ("value", values_of(root)),
        ("formless", formless()),
    ):
        found.update({f"{kind}: {name}": dumps(each, sort_keys=kind == "other") for name, each in objects.items()})
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(texts_of(sys.argv[1]), indent=1))
