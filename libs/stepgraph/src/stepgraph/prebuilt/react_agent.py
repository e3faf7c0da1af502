"""create_react_agent: a model that calls tools until it has an answer, as a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, get_type_hints

from pydantic import create_model

from stepgraph.errors import listed
from stepgraph.graph import END, START, StateGraph
from stepgraph.prebuilt.agent_model import AgentModel, Hook
from stepgraph.prebuilt.agent_state import AgentState, AgentStateWithStructuredResponse
from stepgraph.prebuilt.tool_calls import calls_of, open_calls
from stepgraph.prebuilt.tool_node import ToolNode
from stepgraph.types import Send

__all__ = ["create_react_agent"]

_AGENT, _TOOLS, _FORM, _BEFORE, _AFTER = (
    "agent",
    "tools",
    "generate_structured_response",
    "pre_model_hook",
    "post_model_hook",
)


def create_react_agent(
    model: Any,
    tools: Sequence[Any] | ToolNode,
    *,
    prompt: Any = None,
    response_format: Any = None,
    pre_model_hook: Any = None,
    post_model_hook: Any = None,
    state_schema: Any = None,
    context_schema: Any = None,
    checkpointer: Any = None,
    store: Any = None,
    interrupt_before: list[str] | None = None,
    interrupt_after: list[str] | None = None,
    debug: bool = False,
    version: Literal["v1", "v2"] = "v2",
    name: str | None = None,
    **kwargs: Any,
) -> Any:
    """Return a graph in which a model calls tools until it has an answer.

    ```python
    agent = create_react_agent("openai:gpt-4o-mini", [search], prompt="Answer in one sentence.")
    await agent.ainvoke({"messages": "Who wrote Solaris?"})
    ```

    Args:
        model: A chat model, its name as `init_chat_model` takes it, or a function of the state and the runtime, of
            either colour, that returns a model.
        tools: Tools, functions, a provider's own tools as dicts, or a `ToolNode`.
        prompt: What goes before the messages: text, a `SystemMessage`; or a function of the state, or a runnable, that
            makes the model's input.
        response_format: A schema, or a pair of a prompt and a schema: when the model has an answer it is asked once
            more for that in the form of the schema, which is then under `structured_response`.
        pre_model_hook: A node before the model; what it writes to `llm_input_messages` the model gets in place of the
            messages.
        post_model_hook: A node after the model, before its tools are called.
        state_schema: The state; it has `messages` and `remaining_steps`, and more if you like.
        context_schema: What `context=` is.
        checkpointer: Keeps the state between runs.
        store: Long-term memory.
        interrupt_before: Nodes before which to stop: `"agent"`, `"tools"`.
        interrupt_after: Nodes after which to stop.
        debug: Whether nodes that edit their input in place are reported.
        version: `"v2"` runs each tool call in a task of its own, `"v1"` all of them in one.
        name: What the agent is called, also as the speaker of its messages.
        kwargs: `config_schema`, the older name of `context_schema`.

    Raises:
        ValueError: The state lacks a key, or a model is bound to other tools.
        TypeError: There is an argument that does not exist.
    """
    context_schema = kwargs.pop("config_schema", None) or context_schema
    if kwargs:
        raise TypeError(f"create_react_agent() has no arguments {listed(sorted(kwargs))}")
    if version not in ("v1", "v2"):
        raise ValueError(f"version is 'v1' or 'v2', got {version!r}")
    schema = state_schema or (AgentState if response_format is None else AgentStateWithStructuredResponse)
    _check_schema(schema, response_format is not None)
    node, offered = _tools(tools)
    direct = frozenset(each.name for each in node.tools_by_name.values() if each.return_direct)
    reads = "llm_input_messages" if pre_model_hook is not None else None
    asks = AgentModel(model, offered, prompt, name, direct, reads=reads)
    plan = _Plan(version, bool(node.tools_by_name), direct, pre_model_hook, post_model_hook, response_format)
    graph = _graph(schema, context_schema, asks, node, plan)
    return graph.compile(
        checkpointer=checkpointer,
        store=store,
        interrupt_before=interrupt_before,
        interrupt_after=interrupt_after,
        debug=debug,
        name=name,
    )


class _Plan:
    """Where an agent goes from each of its nodes."""

    def __init__(
        self,
        version: str,
        calls_tools: bool,
        direct: frozenset[str],
        before: Any,
        after: Any,
        form: Any,
    ) -> None:
        self.one_task_each = version == "v2"
        self.calls_tools = calls_tools
        self.direct = direct
        self.before = before
        self.after = after
        self.form = form
        self.entry = _AGENT if before is None else _BEFORE
        self.end = END if form is None else _FORM

    def from_agent(self, state: Any) -> Any:
        """Return where the agent goes after the model has spoken."""
        if self.after is not None:
            return _AFTER
        calls = calls_of(_messages(state)[-1])
        return self._to_tools(calls, state) if calls else self.end

    def from_hook(self, state: Any) -> Any:
        """Return where the agent goes after the hook that follows the model."""
        messages = _messages(state)
        calls = open_calls(messages)
        if calls:
            return self._to_tools(calls, state)
        return self.entry if messages[-1].type == "tool" else self.end

    def from_tools(self, state: Any) -> str:
        """Return where the agent goes after its tools; a call in a task of its own sees no answers but its own."""
        messages = _messages(state)
        for message in reversed(messages):
            if message.type != "tool":
                calls = getattr(message, "tool_calls", None) or ()
                answered = {each.tool_call_id for each in messages if each.type == "tool"}
                elsewhere = [call for call in calls if call["id"] not in answered]
                return END if any(call["name"] in self.direct for call in elsewhere) else self.entry
            if message.name in self.direct and message.status != "error":
                return END
        return self.entry

    def _to_tools(self, calls: Sequence[Any], state: Any) -> Any:
        if not self.one_task_each:
            return _TOOLS
        return [Send(_TOOLS, {"__type": "tool_call_with_context", "tool_call": call, "state": state}) for call in calls]


def _graph(schema: Any, context_schema: Any, asks: AgentModel, node: ToolNode, plan: _Plan) -> Any:
    graph: Any = StateGraph(schema, context_schema=context_schema)
    seen = _with_model_input(schema) if plan.before is not None else None
    graph.add_node(_AGENT, Hook(asks.answer, asks.aanswer, _AGENT), **({"input_schema": seen} if seen else {}))
    graph.add_edge(START, plan.entry)
    if plan.before is not None:
        graph.add_node(_BEFORE, plan.before)
        graph.add_edge(_BEFORE, _AGENT)
    targets = [plan.end]
    if plan.calls_tools:
        graph.add_node(_TOOLS, node)
        targets.append(_TOOLS)
        if plan.direct:
            graph.add_conditional_edges(_TOOLS, plan.from_tools, [plan.entry, END])
        else:
            graph.add_edge(_TOOLS, plan.entry)
    if plan.after is not None:
        graph.add_node(_AFTER, plan.after)
        graph.add_edge(_AGENT, _AFTER)
        graph.add_conditional_edges(_AFTER, plan.from_hook, [*targets, plan.entry])
    elif plan.calls_tools:
        graph.add_conditional_edges(_AGENT, plan.from_agent, targets)
    elif plan.end != END:
        graph.add_edge(_AGENT, plan.end)
    if plan.form is not None:
        words, form = plan.form if isinstance(plan.form, tuple) else (None, plan.form)
        made = Hook(partial(asks.form, form, words), partial(asks.aform, form, words), _FORM)
        graph.add_node(_FORM, made)
    return graph


def _tools(tools: Sequence[Any] | ToolNode) -> tuple[ToolNode, list[Any]]:
    """Return the node that calls tools, and what the model is offered."""
    if isinstance(tools, ToolNode):
        return tools, list(tools.tools_by_name.values())
    providers = [each for each in tools if isinstance(each, Mapping)]
    node = ToolNode([each for each in tools if not isinstance(each, Mapping)])
    return node, [*providers, *node.tools_by_name.values()]


def _check_schema(schema: Any, has_form: bool) -> None:
    keys = set(getattr(schema, "model_fields", None) or get_type_hints(schema))
    needed = {"messages", "remaining_steps", *(["structured_response"] if has_form else [])}
    missing = sorted(needed - keys)
    if missing:
        raise ValueError(
            f"the state of an agent needs the keys {listed(sorted(needed))}, and {schema.__name__} lacks "
            f"{listed(missing)}; subclass stepgraph.prebuilt.chat_agent_executor.AgentState"
        )


def _with_model_input(schema: Any) -> Any:
    """Return a state that has the messages for the model alone, too."""
    name = f"{schema.__name__}ModelInput"
    if hasattr(schema, "model_fields"):
        return create_model(name, __base__=schema, llm_input_messages=(list[Any] | None, None))
    return type(name, (schema,), {"__annotations__": {"llm_input_messages": list[Any]}})


def _messages(state: Any) -> Sequence[Any]:
    found: Sequence[Any] = state["messages"] if isinstance(state, Mapping) else state.messages
    return found
