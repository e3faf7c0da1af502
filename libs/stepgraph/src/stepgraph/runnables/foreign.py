"""Foreign runnables: objects of other libraries that have `invoke` or `ainvoke`, such as LangChain's."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.runnables.adapted import aclose
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.call import surrounding_config

__all__ = ["ForeignRunnable", "is_foreign"]


def is_foreign(thing: Any) -> bool:
    """Return whether something can be invoked and is not ours."""
    return not isinstance(thing, (Runnable, type)) and (hasattr(thing, "invoke") or hasattr(thing, "ainvoke"))


class ForeignRunnable(Runnable[Any, Any]):
    """Something of another library, called with a config as it knows it; it reports its runs itself.

    Args:
        bound: What is called.
    """

    inherits_config = True

    def __init__(self, bound: Any) -> None:
        self.bound: Any = bound
        self.name: str | None = getattr(bound, "name", None) or type(bound).__name__

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """See `Runnable.invoke`."""
        return self.bound.invoke(input, config or surrounding_config(), **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """See `Runnable.ainvoke`."""
        if not hasattr(self.bound, "ainvoke"):
            return await super().ainvoke(input, config, **kwargs)
        return await self.bound.ainvoke(input, config or surrounding_config(), **kwargs)

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """See `Runnable.stream`."""
        if not hasattr(self.bound, "stream"):
            yield self.invoke(input, config, **kwargs)
            return
        yield from self.bound.stream(input, config or surrounding_config(), **kwargs)

    async def astream(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        """See `Runnable.astream`."""
        if not hasattr(self.bound, "astream"):
            yield await self.ainvoke(input, config, **kwargs)
            return
        chunks = self.bound.astream(input, config or surrounding_config(), **kwargs)
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await aclose(chunks)

    def transform(self, input: Iterator[Any], config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """See `Runnable.transform`."""
        if hasattr(self.bound, "transform"):
            yield from self.bound.transform(input, config or surrounding_config(), **kwargs)
        else:
            yield from super().transform(input, config, **kwargs)

    async def atransform(
        self, input: AsyncIterator[Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        """See `Runnable.atransform`."""
        own = getattr(self.bound, "atransform", None)
        chunks: Any = (
            super().atransform(input, config, **kwargs)
            if own is None
            else own(input, config or surrounding_config(), **kwargs)
        )
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await aclose(chunks)
