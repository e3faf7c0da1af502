"""What programs with agents find at either root, and a model that answers as they say."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.parity.roots import Root

LANGGRAPH, STEPGRAPH = "langgraph", "stepgraph"


class Roots:
    """The two distributions that such programs import, which are one here.

    Attributes:
        core: What has messages, tools, models.
        graph: What has graphs and agents.
        states: What has the states of agents.
        new_saver: Makes a checkpointer.
        new_store: Makes a store.
    """

    def __init__(self, package: str) -> None:
        self.core = Root("langchain_core" if package == LANGGRAPH else package)
        self.graph = Root(package)
        self.states = import_module(f"{package}.prebuilt.chat_agent_executor")
        self.new_saver = import_module(f"{package}.checkpoint.memory").InMemorySaver
        self.new_store = import_module(f"{package}.store.memory").InMemoryStore

    def ai(self, content: str = "", *calls: tuple[str, dict[str, Any]], **kwargs: Any) -> Any:
        """Return an answer; calls get ids that count up."""
        made = [{"name": name, "args": args, "id": f"call_{number}"} for number, (name, args) in enumerate(calls, 1)]
        return self.core.messages.AIMessage(content, tool_calls=made, **kwargs)

    def model(self, *answers: Any) -> Any:
        """Return a model that gives these answers, and keeps what it was asked in `asked`."""
        core = self.core
        script, asked = list(answers), []

        class Scripted(core.language_models.BaseChatModel):
            @property
            def _llm_type(self) -> str:
                return "scripted"

            def _generate(self, messages, stop=None, run_manager=None, **kwargs):
                asked.append([[each.type, each.content] for each in messages])
                found = script.pop(0)
                found = found(messages) if callable(found) else found
                if isinstance(found, str):
                    found = core.messages.AIMessage(found)
                generation = core.outputs.ChatGeneration(message=found)
                return core.outputs.ChatResult(generations=[generation])

            def bind_tools(self, tools, **kwargs):
                return self.bind(tools=[each if isinstance(each, dict) else _described(each) for each in tools])

            def with_structured_output(self, schema, **kwargs):
                return self | (lambda found: {"said": found.content})

        model = Scripted()
        object.__setattr__(model, "asked", asked)
        return model


def _described(tool: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": getattr(tool, "name", None) or tool.__name__}}


def told(found: Any) -> Any:
    """Return what is compared of a result, as JSON could hold it."""
    if hasattr(found, "content") and hasattr(found, "type"):
        message = {"type": found.type, "content": found.content}
        for name in ("name", "tool_calls", "tool_call_id", "artifact"):
            if getattr(found, name, None):
                message[name] = told(getattr(found, name))
        if getattr(found, "status", None) == "error":
            message["status"] = "error"
        return message
    kind = type(found).__name__
    if kind == "Command":
        return {"update": told(found.update), "goto": told(found.goto), "graph": found.graph}
    if kind == "Send":
        return {"send": found.node, "arg": told(found.arg)}
    if kind == "Interrupt":
        return {"interrupt": told(found.value)}
    if isinstance(found, dict):
        return {str(key): told(each) for key, each in found.items()}
    if isinstance(found, (list, tuple)):
        return [told(each) for each in found]
    return found if isinstance(found, (str, int, float, bool, type(None))) else repr(found)
