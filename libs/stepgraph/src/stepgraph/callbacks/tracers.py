"""BaseTracer and AsyncBaseTracer: handlers that get the record of a run in place of events.

For each event there are two hooks, one for all runs and one for those of a kind, and there is one for whole trees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stepgraph.callbacks.base import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.callbacks.tree import Run, RunTree

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["AsyncBaseTracer", "BaseTracer"]


class BaseTracer(BaseCallbackHandler):
    """Gets records of runs. Override the hooks that you want; see `Run` for what a record holds.

    `_on_run_create` is called when a run has started, `_on_run_update` when it has ended or failed, and `_persist_run`,
    before that, with a run that has ended and has no other above it that this tracer knows: with a whole tree. Of
    each kind (`llm`, `chat_model`, `chain`, `tool`, `retriever`) there are `_on_…_start`, `_on_…_end`
    and `_on_…_error`.
    """

    def __init__(self) -> None:
        self._tree = RunTree()

    # Hooks.

    def _persist_run(self, run: Run) -> Any:
        """A run with all that was inside it has ended."""

    def _on_run_create(self, run: Run) -> Any:
        """A run has started."""

    def _on_run_update(self, run: Run) -> Any:
        """A run has ended or failed."""

    def _on_llm_new_token(self, run: Run, token: str, chunk: Any) -> Any:
        """A model that streams has given out a token."""

    def _on_kind(self, run: Run) -> Any:
        """A run of one kind has started, ended or failed."""

    _on_llm_start = _on_llm_end = _on_llm_error = _on_kind
    _on_chat_model_start = _on_chat_model_end = _on_chat_model_error = _on_kind
    _on_chain_start = _on_chain_end = _on_chain_error = _on_kind
    _on_tool_start = _on_tool_end = _on_tool_error = _on_kind
    _on_retriever_start = _on_retriever_end = _on_retriever_error = _on_kind

    # Events; see `BaseCallbackHandler`.

    def on_llm_start(self, serialized: dict[str, Any], prompts: list[str], **facts: Any) -> None:
        """A model starts."""
        self._start("llm", self._tree.start("llm", serialized, {"prompts": prompts}, facts))

    def on_chat_model_start(self, serialized: dict[str, Any], messages: list[list[Any]], **facts: Any) -> None:
        """A chat model starts."""
        self._start("chat_model", self._tree.start("chat_model", serialized, {"messages": messages}, facts))

    def on_llm_new_token(self, token: str, *, run_id: UUID, chunk: Any = None, **facts: Any) -> None:
        """A model that streams has given out a token."""
        run = self._tree.note(run_id, "new_token", token=token)
        if run is not None:
            self._on_llm_new_token(run, token, chunk)

    def on_llm_end(self, response: Any, *, run_id: UUID, **facts: Any) -> None:
        """A model has answered."""
        self._end("llm", self._tree.end(run_id, _answer(response)))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A model has failed."""
        self._end("llm", self._tree.end(run_id, error=error))

    def on_retry(self, retry_state: Any, *, run_id: UUID, **facts: Any) -> None:
        """An attempt has failed and another one will be made."""
        self._tree.note(run_id, "retry", attempt=getattr(retry_state, "attempt_number", None))

    def on_chain_start(self, serialized: dict[str, Any], inputs: Any, **facts: Any) -> None:
        """A runnable starts."""
        kind = facts.pop("run_type", None) or "chain"
        self._start("chain", self._tree.start(kind, serialized, _under("input", inputs), facts))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **facts: Any) -> None:
        """A runnable has ended."""
        self._end("chain", self._tree.end(run_id, _under("output", outputs), None, _late_inputs(facts)))

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A runnable has failed."""
        self._end("chain", self._tree.end(run_id, None, error, _late_inputs(facts)))

    def on_tool_start(self, serialized: dict[str, Any], input_str: str, **facts: Any) -> None:
        """A tool starts."""
        given = facts.pop("inputs", None)
        self._start("tool", self._tree.start("tool", serialized, given or {"input": input_str}, facts))

    def on_tool_end(self, output: Any, *, run_id: UUID, **facts: Any) -> None:
        """A tool has ended."""
        self._end("tool", self._tree.end(run_id, {"output": output}))

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A tool has failed."""
        self._end("tool", self._tree.end(run_id, error=error))

    def on_retriever_start(self, serialized: dict[str, Any], query: str, **facts: Any) -> None:
        """A retriever starts."""
        self._start("retriever", self._tree.start("retriever", serialized, {"query": query}, facts))

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **facts: Any) -> None:
        """A retriever has found what it has found."""
        self._end("retriever", self._tree.end(run_id, {"documents": documents}))

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A retriever has failed."""
        self._end("retriever", self._tree.end(run_id, error=error))

    def _start(self, kind: str, run: Run) -> None:
        self._on_run_create(run)
        getattr(self, f"_on_{kind}_start")(run)

    def _end(self, kind: str, run: Run | None) -> None:
        if run is None:
            return
        try:
            if self._tree.is_root(run):
                self._persist_run(run)
            self._on_run_update(run)
            getattr(self, _ending(kind, run))(run)
        finally:
            self._tree.forget(run)


class AsyncBaseTracer(AsyncCallbackHandler):
    """Gets records of runs, with coroutines: all hooks of `BaseTracer` are awaited."""

    def __init__(self) -> None:
        self._tree = RunTree()

    # Hooks.

    async def _persist_run(self, run: Run) -> Any:
        """A run with all that was inside it has ended."""

    async def _on_run_create(self, run: Run) -> Any:
        """A run has started."""

    async def _on_run_update(self, run: Run) -> Any:
        """A run has ended or failed."""

    async def _on_llm_new_token(self, run: Run, token: str, chunk: Any) -> Any:
        """A model that streams has given out a token."""

    async def _on_kind(self, run: Run) -> Any:
        """A run of one kind has started, ended or failed."""

    _on_llm_start = _on_llm_end = _on_llm_error = _on_kind
    _on_chat_model_start = _on_chat_model_end = _on_chat_model_error = _on_kind
    _on_chain_start = _on_chain_end = _on_chain_error = _on_kind
    _on_tool_start = _on_tool_end = _on_tool_error = _on_kind
    _on_retriever_start = _on_retriever_end = _on_retriever_error = _on_kind

    # Events; see `BaseCallbackHandler`.

    async def on_llm_start(self, serialized: dict[str, Any], prompts: list[str], **facts: Any) -> None:
        """A model starts."""
        await self._start("llm", self._tree.start("llm", serialized, {"prompts": prompts}, facts))

    async def on_chat_model_start(self, serialized: dict[str, Any], messages: list[list[Any]], **facts: Any) -> None:
        """A chat model starts."""
        await self._start("chat_model", self._tree.start("chat_model", serialized, {"messages": messages}, facts))

    async def on_llm_new_token(self, token: str, *, run_id: UUID, chunk: Any = None, **facts: Any) -> None:
        """A model that streams has given out a token."""
        run = self._tree.note(run_id, "new_token", token=token)
        if run is not None:
            await self._on_llm_new_token(run, token, chunk)

    async def on_llm_end(self, response: Any, *, run_id: UUID, **facts: Any) -> None:
        """A model has answered."""
        await self._end("llm", self._tree.end(run_id, _answer(response)))

    async def on_llm_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A model has failed."""
        await self._end("llm", self._tree.end(run_id, error=error))

    async def on_retry(self, retry_state: Any, *, run_id: UUID, **facts: Any) -> None:
        """An attempt has failed and another one will be made."""
        self._tree.note(run_id, "retry", attempt=getattr(retry_state, "attempt_number", None))

    async def on_chain_start(self, serialized: dict[str, Any], inputs: Any, **facts: Any) -> None:
        """A runnable starts."""
        kind = facts.pop("run_type", None) or "chain"
        await self._start("chain", self._tree.start(kind, serialized, _under("input", inputs), facts))

    async def on_chain_end(self, outputs: Any, *, run_id: UUID, **facts: Any) -> None:
        """A runnable has ended."""
        await self._end("chain", self._tree.end(run_id, _under("output", outputs), None, _late_inputs(facts)))

    async def on_chain_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A runnable has failed."""
        await self._end("chain", self._tree.end(run_id, None, error, _late_inputs(facts)))

    async def on_tool_start(self, serialized: dict[str, Any], input_str: str, **facts: Any) -> None:
        """A tool starts."""
        given = facts.pop("inputs", None)
        await self._start("tool", self._tree.start("tool", serialized, given or {"input": input_str}, facts))

    async def on_tool_end(self, output: Any, *, run_id: UUID, **facts: Any) -> None:
        """A tool has ended."""
        await self._end("tool", self._tree.end(run_id, {"output": output}))

    async def on_tool_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A tool has failed."""
        await self._end("tool", self._tree.end(run_id, error=error))

    async def on_retriever_start(self, serialized: dict[str, Any], query: str, **facts: Any) -> None:
        """A retriever starts."""
        await self._start("retriever", self._tree.start("retriever", serialized, {"query": query}, facts))

    async def on_retriever_end(self, documents: Any, *, run_id: UUID, **facts: Any) -> None:
        """A retriever has found what it has found."""
        await self._end("retriever", self._tree.end(run_id, {"documents": documents}))

    async def on_retriever_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A retriever has failed."""
        await self._end("retriever", self._tree.end(run_id, error=error))

    async def _start(self, kind: str, run: Run) -> None:
        await self._on_run_create(run)
        await getattr(self, f"_on_{kind}_start")(run)

    async def _end(self, kind: str, run: Run | None) -> None:
        if run is None:
            return
        try:
            if self._tree.is_root(run):
                await self._persist_run(run)
            await self._on_run_update(run)
            await getattr(self, _ending(kind, run))(run)
        finally:
            self._tree.forget(run)


def _ending(kind: str, run: Run) -> str:
    """Return the name of the hook for the end of a run; chat models end as language models do."""
    kind = run.run_type if kind == "llm" else kind
    return f"_on_{kind}_{'end' if run.error is None else 'error'}"


def _under(key: str, value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {key: value}


def _late_inputs(facts: dict[str, Any]) -> dict[str, Any] | None:
    return _under("input", facts["inputs"]) if facts.get("inputs") is not None else None


def _answer(response: Any) -> dict[str, Any]:
    """Return what a model answered as a dict."""
    if isinstance(response, dict):
        return response
    if not hasattr(response, "generations"):
        return {"output": response}
    return {"generations": response.generations, "llm_output": getattr(response, "llm_output", None)}
