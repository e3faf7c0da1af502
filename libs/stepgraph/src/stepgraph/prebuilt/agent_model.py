"""AgentModel: how an agent asks its model: which one, with which tools, in what words."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stepgraph.chat_models import ConfigurableModel, init_chat_model
from stepgraph.config import RunnableConfig
from stepgraph.errors import listed
from stepgraph.messages import AIMessage, SystemMessage, convert_to_messages
from stepgraph.prebuilt.foreign_model import ForeignModel
from stepgraph.prebuilt.tool_calls import last_answer
from stepgraph.runnables import Runnable, RunnableSequence
from stepgraph.runnables.binding import RunnableBinding
from stepgraph.runnables.foreign import is_foreign
from stepgraph.runnables.injection import Wanted, given, wanted
from stepgraph.runtime import get_runtime

__all__ = ["AgentModel", "Hook"]

OUT_OF_STEPS = "Sorry, need more steps to process this request."


class Hook(Runnable[Any, Any]):
    """A node of an agent that has a body for each colour.

    Args:
        body: Called with the state.
        abody: The same for async code.
        name: What the node is called.
    """

    inherits_config = True

    def __init__(self, body: Callable[[Any], Any], abody: Callable[[Any], Any], name: str) -> None:
        self.name: str | None = name
        self._body = body
        self._abody = abody

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Call the body."""
        return self._body(input)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Call the async body."""
        return await self._abody(input)


class AgentModel:
    """How an agent asks its model.

    Args:
        model: A chat model, its name, or a function of the state and the runtime that returns a model.
        tools: The tools that it may call.
        prompt: What goes before the messages: text, a `SystemMessage`, or what makes the model's input of the state.
        name: Who the answers are said by.
        direct: The names of the tools whose answer is the agent's.
        reads: Where the state has messages for the model alone, if a hook writes some.
    """

    def __init__(
        self,
        model: Any,
        tools: Sequence[Any],
        prompt: Any,
        name: str | None,
        direct: frozenset[str],
        *,
        reads: str | None,
    ) -> None:
        if isinstance(model, str):
            model = init_chat_model(model)
        elif is_foreign(model):
            model = ForeignModel(model)
        self._is_chosen = not isinstance(model, Runnable) and callable(model)
        if not self._is_chosen and not isinstance(model, Runnable):
            raise TypeError(
                f"an agent's model is a chat model, its name or a function of (state, runtime), got {model!r}"
            )
        self._tools = tools
        self._model = model if self._is_chosen else with_tools(model, tools)
        self._plain = None if self._is_chosen else without_tools(model)
        self._prompt = prompt
        self._prompt_wants = _wanted_by_prompt(prompt) if callable(prompt) and not isinstance(prompt, Runnable) else ()
        self._name = name
        self._direct = direct
        self._reads = reads

    # Asking.

    def answer(self, state: Any) -> dict[str, Any]:
        """Ask, and return what is written to the state."""
        response = self._chosen(state).invoke(self._input(state))
        return {"messages": [self._said(response, state)]}

    async def aanswer(self, state: Any) -> dict[str, Any]:
        """Ask, and return what is written to the state."""
        model = await self._achosen(state)
        response = await model.ainvoke(await self._ainput(state))
        return {"messages": [self._said(response, state)]}

    def form(self, schema: Any, prompt: str | None, state: Any) -> dict[str, Any]:
        """Ask for the answer in a form."""
        model = self._unbound(self._chosen(state)).with_structured_output(schema)
        return {"structured_response": model.invoke(self._for_form(prompt, state))}

    async def aform(self, schema: Any, prompt: str | None, state: Any) -> dict[str, Any]:
        """Ask for the answer in a form."""
        model = self._unbound(await self._achosen(state)).with_structured_output(schema)
        return {"structured_response": await model.ainvoke(self._for_form(prompt, state))}

    def _unbound(self, model: Any) -> Any:
        return self._plain if self._plain is not None else without_tools(model)

    def _for_form(self, prompt: str | None, state: Any) -> list[Any]:
        messages = list(_get(state, "messages") or ())
        return messages if prompt is None else [SystemMessage(prompt), *messages]

    # Which model.

    def _chosen(self, state: Any) -> Any:
        if not self._is_chosen:
            return self._model
        found = self._model(state, get_runtime())
        if inspect.isawaitable(found):
            close = getattr(found, "close", None)
            if close is not None:
                close()
            raise TypeError("the function that chooses the agent's model is async; run the agent with ainvoke()")
        return with_tools(found, self._tools)

    async def _achosen(self, state: Any) -> Any:
        if not self._is_chosen:
            return self._model
        found = self._model(state, get_runtime())
        return with_tools(await found if inspect.isawaitable(found) else found, self._tools)

    # In what words.

    def _input(self, state: Any) -> Any:
        prompt, messages = self._prompt, self._messages(state)
        if isinstance(prompt, Runnable):
            return prompt.invoke(self._told(state, messages))
        if callable(prompt):
            return prompt(self._told(state, messages), **given(self._prompt_wants, None, {}))
        return _after(prompt, messages)

    async def _ainput(self, state: Any) -> Any:
        prompt, messages = self._prompt, self._messages(state)
        if isinstance(prompt, Runnable):
            return await prompt.ainvoke(self._told(state, messages))
        if callable(prompt):
            made = prompt(self._told(state, messages), **given(self._prompt_wants, None, {}, is_async=True))
            return await made if inspect.isawaitable(made) else made
        return _after(prompt, messages)

    def _messages(self, state: Any) -> list[Any]:
        found = None if self._reads is None else _get(state, self._reads)
        messages = found or _get(state, "messages")
        if messages is None:
            raise ValueError("an agent's state needs messages, and has none")
        converted = convert_to_messages(list(messages))
        check_history(converted)
        return converted

    def _told(self, state: Any, messages: list[Any]) -> Any:
        """Return the state as prompts see it: with the messages that are for the model."""
        if isinstance(state, Mapping):
            return {**state, "messages": messages}
        return state.model_copy(update={"messages": messages}) if hasattr(state, "model_copy") else state

    # What it said.

    def _said(self, response: Any, state: Any) -> Any:
        calls = getattr(response, "tool_calls", None)
        left = _get(state, "remaining_steps")
        if calls and left is not None:
            all_direct = all(call["name"] in self._direct for call in calls)
            if left < 1 or (left < 2 and not all_direct):
                return AIMessage(OUT_OF_STEPS, id=response.id)
        if self._name and getattr(response, "name", None) is None:
            response.name = self._name
        return response


def with_tools(model: Any, tools: Sequence[Any]) -> Any:
    """Return a model that may call tools; one that has tools already must have just these.

    Raises:
        ValueError: It has others.
    """
    if not tools:
        return model
    inner = model_of(model)
    bound = inner.kwargs.get("tools") if isinstance(inner, RunnableBinding) else None
    if bound is None:
        bind = getattr(model, "bind_tools", None)
        if bind is None:
            raise TypeError(f"{model!r} cannot be given tools: it has no bind_tools()")
        return bind(list(tools))
    named = {_name_of(each) for each in bound}
    wanted = {_name_of(each) for each in tools}
    if named != wanted:
        raise ValueError(
            f"the agent has the tools {listed(sorted(wanted))}, and its model is bound to {listed(sorted(named))}; "
            "hand over the model without tools, or bind the same ones"
        )
    return model


def model_of(model: Any) -> Any:
    """Return the step of a sequence that is a model, or a binding of one; any other as it is."""
    if not isinstance(model, RunnableSequence):
        return model
    return next((step for step in model.steps if hasattr(step, "bind_tools")), model)


def without_tools(model: Any) -> Any:
    """Return the model inside a binding, or inside a sequence of which it is a step."""
    model = model_of(model)
    if isinstance(model, RunnableBinding) and not isinstance(model, ConfigurableModel):
        return model.bound
    return model


def check_history(messages: Sequence[Any]) -> None:
    """Check that every tool call was answered; providers refuse what is not.

    Raises:
        ValueError: One was not.
    """
    answered = {each.tool_call_id for each in messages if each.type == "tool"}
    last = last_answer(messages)
    open_ = [
        call
        for each in messages
        if each.type in ("ai", "AIMessageChunk")
        for call in each.tool_calls
        if call["id"] not in answered
    ]
    if open_:
        calls = ", ".join(f"{call['name']}(…) with id {call['id']!r}" for call in open_[:3])
        where = "the last answer" if last is not None and open_[0] in last.tool_calls else "an answer"
        raise ValueError(
            f"{where} calls tools that no ToolMessage has answered: {calls}; add their ToolMessages, or remove the call"
        )


def _wanted_by_prompt(prompt: Any) -> Wanted:
    """Return what a function that makes the model's input gets besides the state: as a node does, by name too."""
    found = dict(wanted(prompt))
    names = list(inspect.signature(prompt).parameters)[1:]
    found.update({name: name for name in names if name in ("store", "writer", "runtime") and name not in found})
    return tuple(found.items())


def _after(prompt: Any, messages: list[Any]) -> list[Any]:
    if prompt is None:
        return messages
    return [SystemMessage(prompt) if isinstance(prompt, str) else prompt, *messages]


def _get(state: Any, key: str) -> Any:
    return state.get(key) if isinstance(state, Mapping) else getattr(state, key, None)


def _name_of(tool: Any) -> str:
    if isinstance(tool, Mapping):
        function = tool.get("function")
        return str(function["name"] if function else tool.get("name") or tool.get("type"))
    return str(getattr(tool, "name", None) or getattr(tool, "__name__", tool))
