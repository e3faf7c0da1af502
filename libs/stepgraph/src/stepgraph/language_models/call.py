"""ModelCall: one call of a chat model that was given a config, or that somebody hears."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Final

from stepgraph.outputs import ChatGenerationChunk, ChatResult, LLMResult, RunInfo
from stepgraph.runnables.component import ComponentCall

__all__ = ["ModelCall", "discreet"]

_HIDDEN: Final = "**********"
_TELLING: Final = frozenset({"extra_headers", "extra_query", "default_headers", "default_query", "headers"})
"""Options whose values may hold keys."""


class ModelCall(ComponentCall):
    """One call of a chat model.

    Args:
        model: The model.
        config: What the caller gave.
        stop: Texts at which the answer ends.
        options: What else the model is called with.
        batch_size: How many prompts it is called with at once.
    """

    __slots__ = ("_batch_size", "_options", "_stop")

    def __init__(
        self,
        model: Any,
        config: Mapping[str, Any] | None,
        stop: list[str] | None,
        options: Mapping[str, Any],
        batch_size: int = 1,
    ) -> None:
        super().__init__(model, config)
        self._stop = stop
        self._options = options
        self._batch_size = batch_size

    @property
    def wants_tokens(self) -> bool:
        """Whether a handler is there that is told of each chunk, so that the model streams although it was invoked."""
        return self.run is not None and any(
            hasattr(handler, "tap_output_iter") or hasattr(handler, "tap_output_aiter") for handler in self.run.handlers
        )

    @property
    def run_id(self) -> Any:
        """The id of the run, also of one that nobody hears of, if it was given one; else `None`."""
        return self.config.get("run_id") if self.run is None else self.run.run_id

    def report(self, chunk: ChatGenerationChunk) -> Any:
        """Report a chunk; what is returned has to be awaited in async code."""
        return self.run.on_llm_new_token(chunk.text, chunk=chunk)

    def brought(self, result: ChatResult) -> LLMResult:
        """Return what is reported of a result."""
        run = None if self.run_id is None else [RunInfo(self.run_id)]
        return LLMResult([result.generations], result.llm_output, run)

    def _begun(self, manager: Any, description: dict[str, Any], input: Any, run_id: Any, facts: dict[str, Any]) -> Any:
        facts.pop("run_type", None)
        options = discreet(self._options)
        facts["invocation_params"] = discreet(self._runnable._get_invocation_params(stop=self._stop, **options))
        facts["options"] = {"stop": self._stop, **options}
        facts["batch_size"] = self._batch_size
        started = manager.on_chat_model_start(description, [input], run_id, **facts)
        return _first(started) if manager.is_async else started[0]

    def _own_metadata(self) -> dict[str, Any]:
        return {**(self._runnable.metadata or {}), **self._runnable._get_ls_params(stop=self._stop, **self._options)}


def discreet(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options of a call without what may hold keys: the values of headers and of queries."""
    return {
        name: dict.fromkeys(value, _HIDDEN) if name in _TELLING and isinstance(value, Mapping) else value
        for name, value in options.items()
    }


async def _first(runs: Awaitable[list[Any]]) -> Any:
    return (await runs)[0]
