"""RunnableWithMessageHistory: a runnable that remembers conversations.

Before each run it reads what was said, afterwards it adds what was said in it: the new messages of the input and those
of the output, together, once the run has come to its end. A run that fails, or whose stream is closed early, adds none.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.errors import NotADictError
from stepgraph.execution.threads import in_thread
from stepgraph.runnables.adapted import aclose
from stepgraph.runnables.call import Call, surrounding_config
from stepgraph.runnables.configurable import ConfigurableFieldSpec
from stepgraph.runnables.folding import fold
from stepgraph.runnables.making import MAKERS
from stepgraph.runnables.models import model_of, model_of_keys
from stepgraph.runnables.parts import Part
from stepgraph.runnables.spoken import messages_in, messages_out
from stepgraph.runnables.traced import Traced
from stepgraph.signatures import kind_of

__all__ = ["GetSessionHistoryCallable", "RunnableWithMessageHistory"]

GetSessionHistoryCallable = Callable[..., Any]
"""Returns a history (see `stepgraph.chat_history`), or a coroutine of one."""

_SESSION = ConfigurableFieldSpec(
    id="session_id",
    annotation=str,
    name="Session ID",
    description="Unique identifier for a session.",
    default="",
    is_shared=True,
)


class RunnableWithMessageHistory(Traced[Any, Any]):
    """A runnable that remembers conversations.

    Its input is a list of messages, a message or text; or a dict, of which a key holds one of these. It gets what was
    said before in front of that, or under a key of its own.

    Args:
        runnable: A model, or a sequence with one.
        get_session_history: Returns the history of a conversation. It is called with what the config has under
            `configurable`: with `session_id`, or with what `history_factory_config` names, by name where these are
            several. It may be a coroutine function, for async code.
        input_messages_key: Where the input, a dict, has the new messages.
        output_messages_key: Where the output, a dict, has its messages.
        history_messages_key: Where the input, a dict, gets the messages of before.
        history_factory_config: What the config must have.
        name: What messages and handlers call it.

    Raises:
        ValueError: The config lacks something, or `get_session_history` does not take it.

    Example:
        >>> from stepgraph.chat_history import InMemoryChatMessageHistory
        >>> from stepgraph.messages import AIMessage
        >>> from stepgraph.runnables import RunnableLambda
        >>> histories = {"ada": InMemoryChatMessageHistory()}
        >>> count = RunnableLambda(lambda messages: AIMessage(f"{len(messages)} so far"))
        >>> remembering = RunnableWithMessageHistory(count, histories.get)
        >>> remembering.invoke("hi", {"configurable": {"session_id": "ada"}}).content
        '1 so far'
        >>> remembering.invoke("hi again", {"configurable": {"session_id": "ada"}}).content
        '3 so far'
    """

    def __init__(
        self,
        runnable: Any,
        get_session_history: GetSessionHistoryCallable,
        *,
        input_messages_key: str | None = None,
        output_messages_key: str | None = None,
        history_messages_key: str | None = None,
        history_factory_config: Sequence[ConfigurableFieldSpec] | None = None,
        name: str | None = None,
    ) -> None:
        self.name: str | None = name
        self.runnable: Any = MAKERS.coerce(runnable)
        self.get_session_history: GetSessionHistoryCallable = get_session_history
        self.input_messages_key: str | None = input_messages_key
        self.output_messages_key: str | None = output_messages_key
        self.history_messages_key: str | None = history_messages_key
        self.history_factory_config: list[ConfigurableFieldSpec] = list(history_factory_config or [_SESSION])
        self._part = Part(self.runnable)
        self._is_async = kind_of(get_session_history) == "coroutine"
        self._parameters = _parameters_of(get_session_history)

    # Bodies.

    def _invoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        history = self._history(call)
        output = self._part.invoke(self._given(input, list(history.messages)), call, **kwargs)
        history.add_messages(self._said(input, output))
        return output

    async def _ainvoke(self, input: Any, call: Call | None, **kwargs: Any) -> Any:
        history = await self._ahistory(call)
        output = await self._part.ainvoke(self._given(input, await _read(history)), call, **kwargs)
        await _add(history, self._said(input, output))
        return output

    def _stream(self, input: Any, call: Call | None, **kwargs: Any) -> Iterator[Any]:
        history = self._history(call)
        shown = []
        for chunk in self._part.stream(self._given(input, list(history.messages)), call, **kwargs):
            shown.append(chunk)
            yield chunk
        history.add_messages(self._said(input, fold(shown)))

    async def _astream(self, input: Any, call: Call | None, **kwargs: Any) -> AsyncGenerator[Any, None]:
        history = await self._ahistory(call)
        shown = []
        chunks = self._part.astream(self._given(input, await _read(history)), call, **kwargs)
        try:
            async for chunk in chunks:
                shown.append(chunk)
                yield chunk
        finally:
            await aclose(chunks)
        await _add(history, self._said(input, fold(shown)))

    # What goes in, and what is remembered.

    def _given(self, input: Any, past: list[Any]) -> Any:
        """Return the input of the runnable."""
        if (self.history_messages_key or self.input_messages_key) and not isinstance(input, Mapping):
            raise NotADictError(
                f"{self.get_name()} has input_messages_key={self.input_messages_key!r} and history_messages_key="
                f"{self.history_messages_key!r}, so its input is a dict; got {type(input).__name__}"
            )
        if self.history_messages_key:
            return {**input, self.history_messages_key: past}
        if self.input_messages_key:
            return {**input, self.input_messages_key: [*past, *messages_in(input, self.input_messages_key)]}
        return [*past, *messages_in(input, None)]

    def _said(self, input: Any, output: Any) -> list[Any]:
        return [*messages_in(input, self.input_messages_key), *messages_out(output, self.output_messages_key)]

    # Whose conversation it is.

    def _history(self, call: Call | None) -> Any:
        if self._is_async:
            raise RuntimeError(
                f"get_session_history of {self.get_name()} is a coroutine function: use ainvoke or astream, or give it "
                "a function"
            )
        args, kwargs = self._session(call)
        return self.get_session_history(*args, **kwargs)

    async def _ahistory(self, call: Call | None) -> Any:
        args, kwargs = self._session(call)
        if self._is_async:
            return await self.get_session_history(*args, **kwargs)
        found = await in_thread(self.get_session_history, *args, **kwargs)
        return await found if inspect.isawaitable(found) else found

    def _session(self, call: Call | None) -> tuple[list[Any], dict[str, Any]]:
        """Return what to call `get_session_history` with."""
        if self._parameters == []:
            return [], {}
        config: Mapping[str, Any] = (surrounding_config() if call is None else call.config) or {}
        values = config.get("configurable") or {}
        wanted = [spec.id for spec in self.history_factory_config]
        missing = sorted(set(wanted) - set(values))
        if missing:
            example = {"configurable": dict.fromkeys(missing, "…")}
            raise ValueError(
                f"Missing keys {missing} in config['configurable'], by which {self.get_name()} finds the conversation; "
                f"pass a config such as {example}"
            )
        if len(wanted) == 1:
            return [values[wanted[0]]], {}
        if self._parameters is not None and set(wanted) != set(self._parameters):
            raise ValueError(
                f"Expected keys {sorted(wanted)} do not match parameter names {sorted(self._parameters)} of "
                "get_session_history; make history_factory_config and the function agree"
            )
        return [], {key: values[key] for key in wanted}

    # Described.

    @property
    def config_specs(self) -> list[Any]:
        """What can be configured: what the runnable has, and what names the conversation."""
        found = {spec.id: spec for spec in (*self.history_factory_config, *self.runnable.config_specs)}
        return [found[id] for id in sorted(found)]

    def get_input_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return the input as a pydantic model: messages, or a dict with a key of them."""
        if self.input_messages_key:
            return model_of_keys("RunnableWithChatHistoryInput", {self.input_messages_key: (Any, ...)})
        return model_of("RunnableWithChatHistoryInput", list[Any])


async def _read(history: Any) -> list[Any]:
    """Return the messages of a history, which may be one without async methods."""
    if hasattr(history, "aget_messages"):
        return list(await history.aget_messages())
    return list(await in_thread(lambda: history.messages))


async def _add(history: Any, messages: list[Any]) -> None:
    if hasattr(history, "aadd_messages"):
        await history.aadd_messages(messages)
    else:
        await in_thread(history.add_messages, messages)


def _parameters_of(function: Callable[..., Any]) -> list[str] | None:
    """Return the names of a function's parameters, `None` where it does not tell."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
