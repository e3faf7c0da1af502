"""Managers: handlers together with what they are told of every run: the run above, tags and metadata.

What is *inheritable* goes to the runs below as well; the rest is for one run alone. A manager is what a config has
under `callbacks` while something runs. Those of LangChain are understood by their attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stepgraph.callbacks.base_manager import BaseCallbackManager
from stepgraph.callbacks.dispatch import send, send_async
from stepgraph.callbacks.ids import new_run_id
from stepgraph.callbacks.runs import (
    AsyncCallbackManagerForChainRun,
    AsyncCallbackManagerForLLMRun,
    AsyncCallbackManagerForRetrieverRun,
    AsyncCallbackManagerForToolRun,
    AsyncRunManager,
    CallbackManagerForChainRun,
    CallbackManagerForLLMRun,
    CallbackManagerForRetrieverRun,
    CallbackManagerForToolRun,
    RunManager,
)

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["AsyncCallbackManager", "CallbackManager"]


class CallbackManager(BaseCallbackManager):
    """A manager for sync runs."""

    def on_llm_start(
        self, serialized: dict[str, Any], prompts: Sequence[str], run_id: UUID | None = None, **kwargs: Any
    ) -> list[CallbackManagerForLLMRun[CallbackManager]]:
        """Report that a model starts; return what reports of each prompt's run."""
        runs: list[CallbackManagerForLLMRun[CallbackManager]] = []
        for prompt in prompts:
            identity, run_id = run_id or new_run_id(), None
            send(self.handlers, "on_llm_start", (serialized, [prompt]), self._facts(identity, kwargs))
            runs.append(CallbackManagerForLLMRun(self, identity))
        return runs

    def on_chat_model_start(
        self, serialized: dict[str, Any], messages: Sequence[Sequence[Any]], run_id: UUID | None = None, **kwargs: Any
    ) -> list[CallbackManagerForLLMRun[CallbackManager]]:
        """Report that a chat model starts; return what reports of the run of each list of messages."""
        runs: list[CallbackManagerForLLMRun[CallbackManager]] = []
        for each in messages:
            identity, run_id = run_id or new_run_id(), None
            send(self.handlers, "on_chat_model_start", (serialized, [each]), self._facts(identity, kwargs))
            runs.append(CallbackManagerForLLMRun(self, identity))
        return runs

    def on_chain_start(
        self, serialized: dict[str, Any], inputs: Any, run_id: UUID | None = None, **kwargs: Any
    ) -> CallbackManagerForChainRun[CallbackManager]:
        """Report that a runnable starts; return what reports of its run."""
        identity = run_id or new_run_id()
        send(self.handlers, "on_chain_start", (serialized, inputs), self._facts(identity, kwargs))
        return CallbackManagerForChainRun(self, identity)

    def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,
        run_id: UUID | None = None,
        parent_run_id: UUID | None = None,
        inputs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> CallbackManagerForToolRun[CallbackManager]:
        """Report that a tool starts; return what reports of its run."""
        manager, identity = self._under(parent_run_id), run_id or new_run_id()
        facts = manager._facts(identity, {"inputs": inputs, **kwargs})
        send(self.handlers, "on_tool_start", (serialized, input_str), facts)
        return CallbackManagerForToolRun(manager, identity)

    def on_retriever_start(
        self,
        serialized: dict[str, Any],
        query: str,
        run_id: UUID | None = None,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> CallbackManagerForRetrieverRun[CallbackManager]:
        """Report that a retriever starts; return what reports of its run."""
        manager, identity = self._under(parent_run_id), run_id or new_run_id()
        send(self.handlers, "on_retriever_start", (serialized, query), manager._facts(identity, kwargs))
        return CallbackManagerForRetrieverRun(manager, identity)

    def on_custom_event(self, name: str, data: Any, run_id: UUID | None = None, **kwargs: Any) -> None:
        """Report an event of the user's own."""
        facts = {"run_id": run_id or new_run_id(), "tags": self.tags, "metadata": self.metadata, **kwargs}
        send(self.handlers, "on_custom_event", (name, data), facts)


class AsyncCallbackManager(BaseCallbackManager):
    """A manager for async runs: each method returns when all handlers have dealt with the event."""

    @property
    def is_async(self) -> bool:
        """Whether its methods are coroutines."""
        return True

    async def on_llm_start(
        self, serialized: dict[str, Any], prompts: Sequence[str], run_id: UUID | None = None, **kwargs: Any
    ) -> list[AsyncCallbackManagerForLLMRun[AsyncCallbackManager]]:
        """Report that a model starts; return what reports of each prompt's run."""
        runs: list[AsyncCallbackManagerForLLMRun[AsyncCallbackManager]] = []
        for prompt in prompts:
            identity, run_id = run_id or new_run_id(), None
            await send_async(self.handlers, "on_llm_start", (serialized, [prompt]), self._facts(identity, kwargs))
            runs.append(AsyncCallbackManagerForLLMRun(self, identity))
        return runs

    async def on_chat_model_start(
        self, serialized: dict[str, Any], messages: Sequence[Sequence[Any]], run_id: UUID | None = None, **kwargs: Any
    ) -> list[AsyncCallbackManagerForLLMRun[AsyncCallbackManager]]:
        """Report that a chat model starts; return what reports of the run of each list of messages."""
        runs: list[AsyncCallbackManagerForLLMRun[AsyncCallbackManager]] = []
        for each in messages:
            identity, run_id = run_id or new_run_id(), None
            facts = self._facts(identity, kwargs)
            await send_async(self.handlers, "on_chat_model_start", (serialized, [each]), facts)
            runs.append(AsyncCallbackManagerForLLMRun(self, identity))
        return runs

    async def on_chain_start(
        self, serialized: dict[str, Any], inputs: Any, run_id: UUID | None = None, **kwargs: Any
    ) -> AsyncCallbackManagerForChainRun[AsyncCallbackManager]:
        """Report that a runnable starts; return what reports of its run."""
        identity = run_id or new_run_id()
        await send_async(self.handlers, "on_chain_start", (serialized, inputs), self._facts(identity, kwargs))
        return AsyncCallbackManagerForChainRun(self, identity)

    async def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,
        run_id: UUID | None = None,
        parent_run_id: UUID | None = None,
        inputs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> AsyncCallbackManagerForToolRun[AsyncCallbackManager]:
        """Report that a tool starts; return what reports of its run."""
        manager, identity = self._under(parent_run_id), run_id or new_run_id()
        facts = manager._facts(identity, {"inputs": inputs, **kwargs})
        await send_async(self.handlers, "on_tool_start", (serialized, input_str), facts)
        return AsyncCallbackManagerForToolRun(manager, identity)

    async def on_retriever_start(
        self,
        serialized: dict[str, Any],
        query: str,
        run_id: UUID | None = None,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> AsyncCallbackManagerForRetrieverRun[AsyncCallbackManager]:
        """Report that a retriever starts; return what reports of its run."""
        manager, identity = self._under(parent_run_id), run_id or new_run_id()
        await send_async(self.handlers, "on_retriever_start", (serialized, query), manager._facts(identity, kwargs))
        return AsyncCallbackManagerForRetrieverRun(manager, identity)

    async def on_custom_event(self, name: str, data: Any, run_id: UUID | None = None, **kwargs: Any) -> None:
        """Report an event of the user's own."""
        facts = {"run_id": run_id or new_run_id(), "tags": self.tags, "metadata": self.metadata, **kwargs}
        await send_async(self.handlers, "on_custom_event", (name, data), facts)


RunManager.below, AsyncRunManager.below = CallbackManager, AsyncCallbackManager


def __getattr__(name: str) -> Any:
    """Find what others keep in the module of the managers."""
    package = import_module("stepgraph.callbacks")
    if name.startswith("_") or name not in package.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(package, name)
