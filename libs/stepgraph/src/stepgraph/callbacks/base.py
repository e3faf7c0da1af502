"""Handlers: what users subclass to hear what a run does.

A handler is known by its attributes alone; one that derives from nothing, or from another library, is heard as well.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from importlib import import_module
from typing import Any, Final, TypeAlias

from stepgraph.callbacks.mixins import (
    CallbackManagerMixin,
    ChainManagerMixin,
    LLMManagerMixin,
    RetrieverManagerMixin,
    RunManagerMixin,
    ToolManagerMixin,
)

__all__ = ["EVENTS", "AsyncCallbackHandler", "BaseCallbackHandler", "Callbacks"]

EVENTS: Final[dict[str, str]] = {
    "on_llm_start": "ignore_llm",
    "on_chat_model_start": "ignore_chat_model",
    "on_llm_new_token": "ignore_llm",
    "on_llm_end": "ignore_llm",
    "on_llm_error": "ignore_llm",
    "on_chain_start": "ignore_chain",
    "on_chain_end": "ignore_chain",
    "on_chain_error": "ignore_chain",
    "on_tool_start": "ignore_agent",
    "on_tool_end": "ignore_agent",
    "on_tool_error": "ignore_agent",
    "on_agent_action": "ignore_agent",
    "on_agent_finish": "ignore_agent",
    "on_retriever_start": "ignore_retriever",
    "on_retriever_end": "ignore_retriever",
    "on_retriever_error": "ignore_retriever",
    "on_text": "",
    "on_retry": "ignore_retry",
    "on_custom_event": "ignore_custom_event",
}
"""Every event, with the attribute by which a handler says that it does not want it."""


class BaseCallbackHandler(
    LLMManagerMixin,
    ChainManagerMixin,
    ToolManagerMixin,
    RetrieverManagerMixin,
    CallbackManagerMixin,
    RunManagerMixin,
):
    """Hears what runs do. Override the events that you want; the others cost nothing.

    In an async run the methods of a sync handler are called in the engine's threads, one after another, so they may
    block and must be safe to call from several threads; with `run_inline` they are called on the loop itself.

    Attributes:
        raise_error: Whether an exception of the handler ends the run; else it is logged and the run goes on.
        run_inline: Whether async runs call the handler on the event loop; for what returns at once.
        ignore_llm: Whether events of language models are left out; likewise the others.
    """

    raise_error: bool = False
    run_inline: bool = False
    ignore_llm: bool = False
    ignore_retry: bool = False
    ignore_chain: bool = False
    ignore_agent: bool = False
    ignore_retriever: bool = False
    ignore_chat_model: bool = False
    ignore_custom_event: bool = False


class AsyncCallbackHandler(BaseCallbackHandler):
    """Hears what runs do, with coroutines: an async run awaits them on its loop before it goes on.

    Write `async def` in place of `def`; the events and their arguments are those of `BaseCallbackHandler`. A sync run
    lets them run on an event loop of the engine's own, in a thread, and waits. What is not overridden can be awaited,
    as in `await super().on_chain_start(…)`.
    """


def _awaited(event: str) -> Callable[..., Coroutine[Any, Any, None]]:
    """Return the method of an event that does nothing, as a coroutine function."""

    @wraps(getattr(BaseCallbackHandler, event))
    async def method(self: AsyncCallbackHandler, *args: Any, **kwargs: Any) -> None:
        pass

    return method


for _event in EVENTS:
    setattr(AsyncCallbackHandler, _event, _awaited(_event))


Callbacks: TypeAlias = "list[BaseCallbackHandler] | Any | None"
"""What a config has under `callbacks`: a list of handlers, or a manager of them."""


def __getattr__(name: str) -> Any:
    """Find what others keep in the module of their base classes."""
    if name != "BaseCallbackManager":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("stepgraph.callbacks.base_manager").BaseCallbackManager
