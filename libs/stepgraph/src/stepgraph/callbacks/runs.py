"""Managers of runs: what a run that has started reports through, and where the runs below it get theirs from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stepgraph.callbacks.base_run import BaseRunManager, ManagerT
from stepgraph.callbacks.dispatch import send, send_async

if TYPE_CHECKING:
    from uuid import UUID

__all__ = [
    "AsyncCallbackManagerForChainRun",
    "AsyncCallbackManagerForLLMRun",
    "AsyncCallbackManagerForRetrieverRun",
    "AsyncCallbackManagerForToolRun",
    "AsyncParentRunManager",
    "AsyncRunManager",
    "BaseRunManager",
    "CallbackManagerForChainRun",
    "CallbackManagerForLLMRun",
    "CallbackManagerForRetrieverRun",
    "CallbackManagerForToolRun",
    "ParentRunManager",
    "RunManager",
]


class RunManager(BaseRunManager[ManagerT]):
    """Reports what happens in one sync run."""

    def on_text(self, text: str, **kwargs: Any) -> None:
        """Report that the run has something to say."""
        self._send("on_text", text, kwargs)

    def on_retry(self, retry_state: Any, **kwargs: Any) -> None:
        """Report that another attempt will be made."""
        self._send("on_retry", retry_state, kwargs)

    def on_custom_event(self, name: str, data: Any, *, run_id: UUID | None = None, **kwargs: Any) -> None:
        """Report an event of the user's own, of this run unless another is named."""
        send(self.handlers, "on_custom_event", (name, data), self._custom_facts(run_id, kwargs))

    def _send(self, event: str, what: Any, kwargs: dict[str, Any]) -> None:
        send(self.handlers, event, (what,), self._facts(kwargs))


class ParentRunManager(RunManager[ManagerT]):
    """Reports what happens in one sync run that others may be inside of."""


class AsyncRunManager(BaseRunManager[ManagerT]):
    """Reports what happens in one async run."""

    def get_sync(self) -> RunManager:
        """Return what reports of the same run to sync code."""
        return RunManager(self, self.run_id)

    async def on_text(self, text: str, **kwargs: Any) -> None:
        """Report that the run has something to say."""
        await self._send("on_text", text, kwargs)

    async def on_retry(self, retry_state: Any, **kwargs: Any) -> None:
        """Report that another attempt will be made."""
        await self._send("on_retry", retry_state, kwargs)

    async def on_custom_event(self, name: str, data: Any, *, run_id: UUID | None = None, **kwargs: Any) -> None:
        """Report an event of the user's own, of this run unless another is named."""
        await send_async(self.handlers, "on_custom_event", (name, data), self._custom_facts(run_id, kwargs))

    async def _send(self, event: str, what: Any, kwargs: dict[str, Any]) -> None:
        await send_async(self.handlers, event, (what,), self._facts(kwargs))


class AsyncParentRunManager(AsyncRunManager[ManagerT]):
    """Reports what happens in one async run that others may be inside of."""

    def get_sync(self) -> ParentRunManager:
        """Return what reports of the same run to sync code."""
        return ParentRunManager(self, self.run_id)


class CallbackManagerForLLMRun(RunManager[ManagerT]):
    """Reports what happens in a sync run of a language model."""

    def on_llm_new_token(self, token: str, *, chunk: Any = None, **kwargs: Any) -> None:
        """Report a token."""
        self._send("on_llm_new_token", token, {"chunk": chunk, **kwargs})

    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        """Report what the model answered."""
        self._send("on_llm_end", response, kwargs)

    def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that the model failed."""
        self._send("on_llm_error", error, kwargs)


class CallbackManagerForChainRun(ParentRunManager[ManagerT]):
    """Reports what happens in a sync run of a runnable."""

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        """Report what came of it."""
        self._send("on_chain_end", outputs, kwargs)

    def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        self._send("on_chain_error", error, kwargs)

    def on_agent_action(self, action: Any, **kwargs: Any) -> None:
        """Report what an agent decided."""
        self._send("on_agent_action", action, kwargs)

    def on_agent_finish(self, finish: Any, **kwargs: Any) -> None:
        """Report that an agent came to its end."""
        self._send("on_agent_finish", finish, kwargs)


class CallbackManagerForToolRun(ParentRunManager[ManagerT]):
    """Reports what happens in a sync run of a tool."""

    def on_tool_end(self, output: Any, **kwargs: Any) -> None:
        """Report what came of it."""
        self._send("on_tool_end", output, kwargs)

    def on_tool_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        self._send("on_tool_error", error, kwargs)


class CallbackManagerForRetrieverRun(ParentRunManager[ManagerT]):
    """Reports what happens in a sync run of a retriever."""

    def on_retriever_end(self, documents: Sequence[Any], **kwargs: Any) -> None:
        """Report what it found."""
        self._send("on_retriever_end", documents, kwargs)

    def on_retriever_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        self._send("on_retriever_error", error, kwargs)


class AsyncCallbackManagerForLLMRun(AsyncRunManager[ManagerT]):
    """Reports what happens in an async run of a language model."""

    def get_sync(self) -> CallbackManagerForLLMRun:
        """Return what reports of the same run to sync code."""
        return CallbackManagerForLLMRun(self, self.run_id)

    async def on_llm_new_token(self, token: str, *, chunk: Any = None, **kwargs: Any) -> None:
        """Report a token."""
        await self._send("on_llm_new_token", token, {"chunk": chunk, **kwargs})

    async def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        """Report what the model answered."""
        await self._send("on_llm_end", response, kwargs)

    async def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that the model failed."""
        await self._send("on_llm_error", error, kwargs)


class AsyncCallbackManagerForChainRun(AsyncParentRunManager[ManagerT]):
    """Reports what happens in an async run of a runnable."""

    def get_sync(self) -> CallbackManagerForChainRun:
        """Return what reports of the same run to sync code."""
        return CallbackManagerForChainRun(self, self.run_id)

    async def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        """Report what came of it."""
        await self._send("on_chain_end", outputs, kwargs)

    async def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        await self._send("on_chain_error", error, kwargs)

    async def on_agent_action(self, action: Any, **kwargs: Any) -> None:
        """Report what an agent decided."""
        await self._send("on_agent_action", action, kwargs)

    async def on_agent_finish(self, finish: Any, **kwargs: Any) -> None:
        """Report that an agent came to its end."""
        await self._send("on_agent_finish", finish, kwargs)


class AsyncCallbackManagerForToolRun(AsyncParentRunManager[ManagerT]):
    """Reports what happens in an async run of a tool."""

    def get_sync(self) -> CallbackManagerForToolRun:
        """Return what reports of the same run to sync code."""
        return CallbackManagerForToolRun(self, self.run_id)

    async def on_tool_end(self, output: Any, **kwargs: Any) -> None:
        """Report what came of it."""
        await self._send("on_tool_end", output, kwargs)

    async def on_tool_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        await self._send("on_tool_error", error, kwargs)


class AsyncCallbackManagerForRetrieverRun(AsyncParentRunManager[ManagerT]):
    """Reports what happens in an async run of a retriever."""

    def get_sync(self) -> CallbackManagerForRetrieverRun:
        """Return what reports of the same run to sync code."""
        return CallbackManagerForRetrieverRun(self, self.run_id)

    async def on_retriever_end(self, documents: Sequence[Any], **kwargs: Any) -> None:
        """Report what it found."""
        await self._send("on_retriever_end", documents, kwargs)

    async def on_retriever_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        await self._send("on_retriever_error", error, kwargs)
