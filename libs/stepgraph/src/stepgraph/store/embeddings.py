"""Embeddings for a store, in whichever form users have them, and how a store is told of them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, cast

from typing_extensions import TypedDict

from stepgraph.embeddings.base import EmbeddingModel, Embeddings
from stepgraph.execution.threads import in_thread

__all__ = ["AEmbeddingsFunc", "Embeddings", "EmbeddingsFunc", "IndexConfig", "ensure_embeddings"]


EmbeddingsFunc: TypeAlias = Callable[[list[str]], Sequence[Sequence[float]]]

AEmbeddingsFunc: TypeAlias = Callable[[list[str]], Awaitable[Sequence[Sequence[float]]]]


class IndexConfig(TypedDict, total=False):
    """How a store is searched by meaning; `dims` and `embed` are needed.

    Attributes:
        dims: How many numbers a vector has.
        embed: An embedding model, or a function, sync or async, from texts to their vectors.
        fields: Paths of the texts to index, as in `stepgraph.store.paths`; the whole value by default.
    """

    dims: int
    embed: EmbeddingModel | EmbeddingsFunc | AEmbeddingsFunc
    fields: list[str] | None


class _Function(Embeddings):
    """A function as `Embeddings`."""

    def __init__(self, function: Callable[[list[str]], Any]) -> None:
        self._function = function
        self._is_async = _is_async(function)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if not self._is_async:
            return _lists(self._function(texts))
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(self.aembed_documents(texts))
        raise RuntimeError(
            "the store's embed function is async and an event loop is running here: use the store's async methods "
            "(asearch, aput, abatch), or give the store a sync function"
        )

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        if self._is_async:
            return _lists(await self._function(texts))
        return await in_thread(self.embed_documents, texts)  # type: ignore[no-any-return]

    async def aembed_query(self, text: str) -> list[float]:
        return (await self.aembed_documents([text]))[0]


def ensure_embeddings(embed: EmbeddingModel | EmbeddingsFunc | AEmbeddingsFunc | None) -> Embeddings:
    """Return what was given as an object with `embed_documents` and `embed_query`.

    Raises:
        TypeError: It cannot embed.
    """
    if hasattr(embed, "embed_documents") and hasattr(embed, "embed_query"):
        return cast(Embeddings, embed)
    if callable(embed):
        return _Function(embed)
    raise TypeError(
        "embed is an object with embed_documents and embed_query, or a function from list[str] to list[list[float]]; "
        f"got {embed!r}"
    )


def _is_async(function: Callable[..., Any]) -> bool:
    call = getattr(type(function), "__call__", None)  # noqa: B004 - objects whose call is a coroutine function
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def _lists(vectors: Sequence[Sequence[float]]) -> list[list[float]]:
    return [list(vector) for vector in vectors]
