"""ModelCall: one call of a language model that was given a config, or that somebody hears.

A text model that is asked for several prompts at once is called once; handlers hear of a run for each prompt.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from stepgraph.frames import Inside
from stepgraph.outputs import ChatGenerationChunk, ChatResult, LLMResult, RunInfo
from stepgraph.runnables.component import ComponentCall
from stepgraph.runnables.discreet import discreet

__all__ = ["ModelCall", "ModelCalls"]


class ModelCall(ComponentCall):
    """One call of a language model.

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

    @property
    def runs(self) -> list[RunInfo] | None:
        """What results say of the run, `None` where it has no id."""
        return None if self.run_id is None else [RunInfo(self.run_id)]

    def report(self, chunk: ChatGenerationChunk) -> Any:
        """Report a chunk; what is returned has to be awaited in async code."""
        return self.run.on_llm_new_token(chunk.text, chunk=chunk)

    def brought(self, result: ChatResult) -> LLMResult:
        """Return what is reported of a result."""
        return LLMResult([result.generations], result.llm_output, self.runs)

    def _begun(self, manager: Any, description: dict[str, Any], input: Any, run_id: Any, facts: dict[str, Any]) -> Any:
        facts.pop("run_type", None)
        options = discreet(self._options)
        facts["invocation_params"] = discreet(self._runnable._get_invocation_params(stop=self._stop, **options))
        facts["options"] = {"stop": self._stop, **options}
        facts["batch_size"] = self._batch_size
        started = getattr(manager, self._runnable._starts)(description, [input], run_id, **facts)
        return _first(started) if manager.is_async else started[0]

    def _own_metadata(self) -> dict[str, Any]:
        return {**(self._runnable.metadata or {}), **self._runnable._get_ls_params(stop=self._stop, **self._options)}


class ModelCalls:
    """The calls of a model that is asked once for several prompts; what its hooks report is of the first one's run.

    Args:
        calls: The calls, one for each prompt.
    """

    __slots__ = ("_calls",)

    def __init__(self, calls: Sequence[ModelCall]) -> None:
        self._calls = calls

    @property
    def run(self) -> Any:
        """What hooks report to, `None` where there are no handlers."""
        return self._calls[0].run

    @property
    def runs(self) -> list[RunInfo] | None:
        """What results say of the runs, `None` where they have no ids."""
        return [info for call in self._calls for info in call.runs or ()] or None

    def start(self, prompts: Sequence[str]) -> None:
        """Report that the model starts with each prompt."""
        for call, prompt in zip(self._calls, prompts, strict=True):
            try:
                call.start(prompt)
            except BaseException as error:
                for other in self._calls:  # those that have not started have nothing to report
                    if other is not call:
                        other.fail(error, response=LLMResult([]))
                raise

    async def start_async(self, prompts: Sequence[str]) -> None:
        """See `start`."""
        for call, prompt in zip(self._calls, prompts, strict=True):
            try:
                await call.start_async(prompt)
            except BaseException as error:
                for other in self._calls:
                    if other is not call:
                        await other.fail_async(error, response=LLMResult([]))
                raise

    def inside(self) -> Inside:
        """Return what makes the frame of the first call the ambient one."""
        return self._calls[0].inside()

    def brought(self, result: LLMResult) -> list[LLMResult]:
        """Return what is reported of a result, prompt by prompt."""
        return result.flatten()

    def end(self, results: Sequence[LLMResult]) -> None:
        """Report what came of each prompt."""
        for call, result in zip(self._calls, results, strict=True):
            call.end(result)

    async def end_async(self, results: Sequence[LLMResult]) -> None:
        """See `end`."""
        for call, result in zip(self._calls, results, strict=True):
            await call.end_async(result)

    def fail(self, error: BaseException, **facts: Any) -> None:
        """Report that the model failed, for each prompt."""
        for call in self._calls:
            call.fail(error, **facts)

    async def fail_async(self, error: BaseException, **facts: Any) -> None:
        """See `fail`."""
        for call in self._calls:
            await call.fail_async(error, **facts)


async def _first(runs: Awaitable[list[Any]]) -> Any:
    return (await runs)[0]
