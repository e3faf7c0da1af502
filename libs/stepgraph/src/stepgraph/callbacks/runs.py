"""Managers of runs: what a run that has started reports through, and where the runs below it get theirs from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from stepgraph.callbacks.base_manager import BaseCallbackManager
from stepgraph.callbacks.dispatch import send, send_async
from stepgraph.callbacks.state import CallbackState

if TYPE_CHECKING:
    from uuid import UUID

__all__ = [
    "AsyncCallbackManagerForChainRun",
    "AsyncCallbackManagerForLLMRun",
    "AsyncCallbackManagerForRetrieverRun",
    "AsyncCallbackManagerForToolRun",
    "AsyncRunManager",
    "BaseRunManager",
    "CallbackManagerForChainRun",
    "CallbackManagerForLLMRun",
    "CallbackManagerForRetrieverRun",
    "CallbackManagerForToolRun",
    "RunManager",
]

ManagerT = TypeVar("ManagerT", bound=BaseCallbackManager, default=BaseCallbackManager)


class BaseRunManager(CallbackState, Generic[ManagerT]):
    """Reports what happens in one run.

    Args:
        manager: The manager that reported its start.
        run_id: The run.
    """

    def __init__(self, manager: ManagerT, run_id: UUID) -> None:
        self.__dict__.update(manager.__dict__)  # nothing is changed in place: what is added to a manager is replaced
        self.run_id: UUID = run_id
        self._manager = manager

    def get_child(self, tag: str | None = None) -> ManagerT:
        """Return the manager of the runs below this one.

        Args:
            tag: A tag that only the run directly below gets.
        """
        kind: type[ManagerT] = type(self._manager)
        child = kind.__new__(kind)  # lists are shared: nobody changes them, who adds to one replaces it
        tags = self.inheritable_tags
        child.handlers = child.inheritable_handlers = self.inheritable_handlers
        child.parent_run_id = self.run_id
        child.inheritable_tags = tags
        child.tags = tags if tag is None or tag in tags else [*tags, tag]
        child.metadata = child.inheritable_metadata = self.inheritable_metadata
        return child

    def _facts(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {"run_id": self.run_id, "parent_run_id": self.parent_run_id, "tags": self.tags, **kwargs}


class RunManager(BaseRunManager[ManagerT]):
    """Reports what happens in one sync run."""

    def on_text(self, text: str, **kwargs: Any) -> None:
        """Report that the run has something to say."""
        self._send("on_text", text, kwargs)

    def on_retry(self, retry_state: Any, **kwargs: Any) -> None:
        """Report that another attempt will be made."""
        self._send("on_retry", retry_state, kwargs)

    def _send(self, event: str, what: Any, kwargs: dict[str, Any]) -> None:
        send(self.handlers, event, (what,), self._facts(kwargs))


class AsyncRunManager(BaseRunManager[ManagerT]):
    """Reports what happens in one async run."""

    async def on_text(self, text: str, **kwargs: Any) -> None:
        """Report that the run has something to say."""
        await self._send("on_text", text, kwargs)

    async def on_retry(self, retry_state: Any, **kwargs: Any) -> None:
        """Report that another attempt will be made."""
        await self._send("on_retry", retry_state, kwargs)

    async def _send(self, event: str, what: Any, kwargs: dict[str, Any]) -> None:
        await send_async(self.handlers, event, (what,), self._facts(kwargs))


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


class CallbackManagerForChainRun(RunManager[ManagerT]):
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


class CallbackManagerForToolRun(RunManager[ManagerT]):
    """Reports what happens in a sync run of a tool."""

    def on_tool_end(self, output: Any, **kwargs: Any) -> None:
        """Report what came of it."""
        self._send("on_tool_end", output, kwargs)

    def on_tool_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        self._send("on_tool_error", error, kwargs)


class CallbackManagerForRetrieverRun(RunManager[ManagerT]):
    """Reports what happens in a sync run of a retriever."""

    def on_retriever_end(self, documents: Sequence[Any], **kwargs: Any) -> None:
        """Report what it found."""
        self._send("on_retriever_end", documents, kwargs)

    def on_retriever_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        self._send("on_retriever_error", error, kwargs)


class AsyncCallbackManagerForLLMRun(AsyncRunManager[ManagerT]):
    """Reports what happens in an async run of a language model."""

    async def on_llm_new_token(self, token: str, *, chunk: Any = None, **kwargs: Any) -> None:
        """Report a token."""
        await self._send("on_llm_new_token", token, {"chunk": chunk, **kwargs})

    async def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        """Report what the model answered."""
        await self._send("on_llm_end", response, kwargs)

    async def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that the model failed."""
        await self._send("on_llm_error", error, kwargs)


class AsyncCallbackManagerForChainRun(AsyncRunManager[ManagerT]):
    """Reports what happens in an async run of a runnable."""

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


class AsyncCallbackManagerForToolRun(AsyncRunManager[ManagerT]):
    """Reports what happens in an async run of a tool."""

    async def on_tool_end(self, output: Any, **kwargs: Any) -> None:
        """Report what came of it."""
        await self._send("on_tool_end", output, kwargs)

    async def on_tool_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        await self._send("on_tool_error", error, kwargs)


class AsyncCallbackManagerForRetrieverRun(AsyncRunManager[ManagerT]):
    """Reports what happens in an async run of a retriever."""

    async def on_retriever_end(self, documents: Sequence[Any], **kwargs: Any) -> None:
        """Report what it found."""
        await self._send("on_retriever_end", documents, kwargs)

    async def on_retriever_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that it failed."""
        await self._send("on_retriever_error", error, kwargs)
