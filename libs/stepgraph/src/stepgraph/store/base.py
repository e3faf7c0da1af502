"""BaseStore: long-term memory, kept in namespaces across threads and runs.

A store does one thing, `batch`: every other method is a batch of one operation. The invariant: the reads of a batch
see the store as it was before the batch, and its puts land after them, in order and together, or not at all.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any, Literal, cast

from stepgraph.store.embeddings import AEmbeddingsFunc, Embeddings, EmbeddingsFunc, IndexConfig, ensure_embeddings
from stepgraph.store.expiry import NOT_PROVIDED, Expiry, NotProvided, TTLConfig
from stepgraph.store.items import Item, SearchItem
from stepgraph.store.namespaces import InvalidNamespaceError, MatchCondition, NamespaceMatchType, NamespacePath
from stepgraph.store.operations import GetOp, ListNamespacesOp, Op, PutOp, Result, SearchOp
from stepgraph.store.paths import get_text_at_path, tokenize_path
from stepgraph.store.sweeper import Sweeper

__all__ = [
    "NOT_PROVIDED",
    "AEmbeddingsFunc",
    "BaseStore",
    "Embeddings",
    "EmbeddingsFunc",
    "GetOp",
    "IndexConfig",
    "InvalidNamespaceError",
    "Item",
    "ListNamespacesOp",
    "MatchCondition",
    "NamespaceMatchType",
    "NamespacePath",
    "NotProvided",
    "Op",
    "PutOp",
    "Result",
    "SearchItem",
    "SearchOp",
    "TTLConfig",
    "ensure_embeddings",
    "get_text_at_path",
    "tokenize_path",
]


class BaseStore(ABC):
    """Keeps dicts under a namespace and a key. Subclasses implement `batch`, and `abatch` where they can do better.

    Attributes:
        supports_ttl: Whether items can have a time to live.
        ttl_config: How long items live where `put` does not say.
    """

    supports_ttl: bool = False
    ttl_config: TTLConfig | None = None
    _sweeper: Sweeper | None = None

    @abstractmethod
    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do several operations at once.

        Args:
            ops: What to do. Reads see the store as it was before the batch; puts land together, in order.

        Returns:
            One result per operation: `Item | None` of a `GetOp`, a list of `SearchItem`s of a `SearchOp`, a list of
            namespaces of a `ListNamespacesOp`, `None` of a `PutOp`.

        Raises:
            InvalidNamespaceError: A namespace is none; nothing was done.
            SerializationError: A value cannot be kept; nothing was put.
            SaverError: The database failed; nothing was put.
        """

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """See `batch`."""
        return await asyncio.to_thread(self.batch, list(ops))

    # Doors to `batch`.

    def get(self, namespace: tuple[str, ...], key: str, *, refresh_ttl: bool | None = None) -> Item | None:
        """Return an item, `None` where there is none.

        Args:
            namespace: Where it is kept.
            key: What it is called there.
            refresh_ttl: Whether its time to live restarts; by default, what `ttl_config` says, and else that it does.
        """
        return cast("Item | None", self.batch([self._get_op(namespace, key, refresh_ttl)])[0])

    def search(
        self,
        namespace_prefix: tuple[str, ...],
        /,
        *,
        query: str | None = None,
        filter: dict[str, Any] | None = None,
        limit: int = 10,
        offset: int = 0,
        refresh_ttl: bool | None = None,
    ) -> list[SearchItem]:
        """Return the items of a namespace and of all below it, in the order in which they were created.

        Args:
            namespace_prefix: Where to look; `()` is the whole store.
            query: A text; in a store with an index the items come in the order of how near they are to it, and those
                that are not indexed last.
            filter: What the values must hold; see `stepgraph.store.filters`.
            limit: How many at the most.
            offset: How many to skip.
            refresh_ttl: Whether their time to live restarts; by default, what `ttl_config` says, and else that it does.

        Raises:
            ValueError: The filter is wrong.
        """
        op = self._search_op(namespace_prefix, query, filter, limit, offset, refresh_ttl)
        return cast("list[SearchItem]", self.batch([op])[0])

    def put(
        self,
        namespace: tuple[str, ...],
        key: str,
        value: Mapping[str, Any],
        index: Literal[False] | list[str] | None = None,
        *,
        ttl: float | NotProvided | None = NOT_PROVIDED,
    ) -> None:
        """Keep a value; one that was there is replaced, and keeps the time of its creation.

        Args:
            namespace: Where to keep it: non-empty labels without dots.
            key: What to call it there.
            value: A dict of JSON-like values.
            index: Paths of the texts to index for searches by meaning; by default those of the store, `False` for none.
            ttl: Minutes that it lives, `None` for ever; by default, what `ttl_config` says.

        Raises:
            InvalidNamespaceError: The namespace cannot be.
            SerializationError: The value cannot be kept; the message names its place.
        """
        self.batch([self._put_op(namespace, key, value, index, ttl)])

    def delete(self, namespace: tuple[str, ...], key: str) -> None:
        """Delete an item; there may be none."""
        self.batch([PutOp(namespace, str(key), None)])

    def list_namespaces(
        self,
        *,
        prefix: NamespacePath | None = None,
        suffix: NamespacePath | None = None,
        max_depth: int | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[tuple[str, ...]]:
        """Return the namespaces that hold items, sorted.

        Args:
            prefix: What they begin with; `"*"` stands for any one label.
            suffix: What they end with; `"*"` stands for any one label.
            max_depth: How many labels to keep of each; those that become equal count once.
            limit: How many at the most.
            offset: How many to skip.
        """
        op = _list_op(prefix, suffix, max_depth, limit, offset)
        return cast("list[tuple[str, ...]]", self.batch([op])[0])

    # The async twins.

    async def aget(self, namespace: tuple[str, ...], key: str, *, refresh_ttl: bool | None = None) -> Item | None:
        """See `get`."""
        return cast("Item | None", (await self.abatch([self._get_op(namespace, key, refresh_ttl)]))[0])

    async def asearch(
        self,
        namespace_prefix: tuple[str, ...],
        /,
        *,
        query: str | None = None,
        filter: dict[str, Any] | None = None,
        limit: int = 10,
        offset: int = 0,
        refresh_ttl: bool | None = None,
    ) -> list[SearchItem]:
        """See `search`."""
        op = self._search_op(namespace_prefix, query, filter, limit, offset, refresh_ttl)
        return cast("list[SearchItem]", (await self.abatch([op]))[0])

    async def aput(
        self,
        namespace: tuple[str, ...],
        key: str,
        value: Mapping[str, Any],
        index: Literal[False] | list[str] | None = None,
        *,
        ttl: float | NotProvided | None = NOT_PROVIDED,
    ) -> None:
        """See `put`."""
        await self.abatch([self._put_op(namespace, key, value, index, ttl)])

    async def adelete(self, namespace: tuple[str, ...], key: str) -> None:
        """See `delete`."""
        await self.abatch([PutOp(namespace, str(key), None)])

    async def alist_namespaces(
        self,
        *,
        prefix: NamespacePath | None = None,
        suffix: NamespacePath | None = None,
        max_depth: int | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[tuple[str, ...]]:
        """See `list_namespaces`."""
        op = _list_op(prefix, suffix, max_depth, limit, offset)
        return cast("list[tuple[str, ...]]", (await self.abatch([op]))[0])

    # Time to live.

    def sweep_ttl(self) -> int:
        """Delete what has expired, and return how many items that were."""
        raise NotImplementedError(f"{type(self).__name__} has no time to live; keep a clean-up of your own")

    async def asweep_ttl(self) -> int:
        """See `sweep_ttl`."""
        return await asyncio.to_thread(self._sweep)

    def _sweep(self) -> int:
        """Sweep, for those who hold a store without knowing its colour."""
        return self.sweep_ttl()

    def start_ttl_sweeper(self, sweep_interval_minutes: float | None = None) -> Future[None]:
        """Delete what has expired again and again, in a thread, until `stop_ttl_sweeper`.

        Args:
            sweep_interval_minutes: How often; by default, what `ttl_config` says, and else every 5 minutes.

        Returns:
            A future that is done when the sweeper has stopped.
        """
        minutes = sweep_interval_minutes or Expiry.of(self.ttl_config).sweep_every or 5
        if self._sweeper is None or not self._sweeper.running:
            self._sweeper = Sweeper(self._sweep, minutes)
        return self._sweeper.stopped

    def stop_ttl_sweeper(self, timeout: float | None = None) -> bool:
        """Stop the sweeper, and return whether it ended within `timeout` seconds."""
        return self._sweeper is None or self._sweeper.stop(timeout)

    # What the doors make of their arguments.

    def _get_op(self, namespace: tuple[str, ...], key: str, refresh_ttl: bool | None) -> GetOp:
        return GetOp(namespace, str(key), self._refreshes(refresh_ttl))

    def _search_op(
        self,
        namespace_prefix: tuple[str, ...],
        query: str | None,
        filter: dict[str, Any] | None,
        limit: int,
        offset: int,
        refresh_ttl: bool | None,
    ) -> SearchOp:
        return SearchOp(namespace_prefix, filter, limit, offset, query, self._refreshes(refresh_ttl))

    def _put_op(
        self,
        namespace: tuple[str, ...],
        key: str,
        value: Mapping[str, Any],
        index: Literal[False] | list[str] | None,
        ttl: float | NotProvided | None,
    ) -> PutOp:
        if not isinstance(value, Mapping):
            raise TypeError(f"a store keeps dicts, got {value!r} for key {key!r}; wrap it: {{'value': …}}")
        if not self.supports_ttl and not isinstance(ttl, NotProvided) and ttl is not None:
            raise NotImplementedError(f"{type(self).__name__} has no time to live; put the item without ttl")
        return PutOp(namespace, str(key), value, index, Expiry.of(self.ttl_config).ttl(ttl))

    def _refreshes(self, given: bool | None) -> bool:
        return Expiry.of(self.ttl_config).refreshes(given)


def _list_op(
    prefix: NamespacePath | None, suffix: NamespacePath | None, max_depth: int | None, limit: int, offset: int
) -> ListNamespacesOp:
    conditions = []
    if prefix:
        conditions.append(MatchCondition("prefix", prefix))
    if suffix:
        conditions.append(MatchCondition("suffix", suffix))
    return ListNamespacesOp(tuple(conditions) or None, max_depth, limit, offset)
