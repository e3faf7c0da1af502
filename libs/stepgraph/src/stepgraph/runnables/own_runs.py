"""OwnRuns: how runnables of the user's own report that they run.

The doors that a subclass of `Runnable` writes call these, under the names that LangChain's users know:
`return self._call_with_config(self._compute, input, config, **kwargs)`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.runnables.adapted import aclose
from stepgraph.runnables.making import MAKERS

__all__ = ["OwnRuns"]


class OwnRuns:
    """Calls functions as runs of this runnable. Their parameters `config` and `run_manager` are filled."""

    def _call_with_config(
        self,
        func: Callable[..., Any],
        input: Any,
        config: RunnableConfig | None = None,
        run_type: str | None = None,
        serialized: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Call a function of the input.

        Args:
            func: The function.
            input: The input.
            config: What the door was given.
            run_type: What kind of run handlers hear of; the runnable's own by default.
            serialized: Ignored; handlers hear what the runnable is in any case.
            kwargs: For the function.
        """
        return MAKERS.reported(self, func, run_type).invoke(input, config, **kwargs)

    async def _acall_with_config(
        self,
        func: Callable[..., Any],
        input: Any,
        config: RunnableConfig | None = None,
        run_type: str | None = None,
        serialized: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Await a coroutine function as a run of this runnable."""
        return await MAKERS.reported(self, func, run_type).ainvoke(input, config, **kwargs)

    def _transform_stream_with_config(
        self,
        inputs: Iterator[Any],
        transformer: Callable[..., Iterator[Any]],
        config: RunnableConfig | None = None,
        run_type: str | None = None,
        **kwargs: Any,
    ) -> Iterator[Any]:
        """Yield what a generator function makes of chunks, as a run of this runnable."""
        yield from MAKERS.reported(self, transformer, run_type).transform(inputs, config, **kwargs)

    async def _atransform_stream_with_config(
        self,
        inputs: AsyncIterator[Any],
        transformer: Callable[..., AsyncIterator[Any]],
        config: RunnableConfig | None = None,
        run_type: str | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[Any, None]:
        """Yield what an async generator function makes of chunks, as a run of this runnable."""
        chunks = MAKERS.reported(self, transformer, run_type).atransform(inputs, config, **kwargs)
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await aclose(chunks)
