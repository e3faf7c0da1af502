"""StoreConformance: the contract of `BaseStore` as a test class to subclass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ClassVar

from stepgraph.store.base import BaseStore
from stepgraph.testing.conformance.stores.door import StoreDoor
from stepgraph.testing.conformance.stores.items import ItemRules
from stepgraph.testing.conformance.stores.lifetimes import LifetimeRules
from stepgraph.testing.conformance.stores.meanings import MeaningRules
from stepgraph.testing.conformance.stores.searching import SearchRules
from stepgraph.testing.conformance.suite import Suite

__all__ = ["StoreConformance"]


class StoreConformance(ItemRules, SearchRules, LifetimeRules, MeaningRules, Suite):
    """Every rule of the contract, for both colours.

    Subclass it under a name that begins with `Test` and implement `store`.

    Attributes:
        capabilities: What a store may lack: `"async"` or `"sync"` methods; `"clock"`, the setting, without which
            `"ttl"` cannot be tested either; `"ttl"`, time to live; `"index"`, searching by meaning; `"json"`:
            refusing what is not JSON-like.
    """

    capabilities: ClassVar[frozenset[str]] = Suite.capabilities | {"clock", "index", "json", "ttl"}

    def store(self, **settings: Any) -> AbstractAsyncContextManager[BaseStore]:
        """Open an empty store, and close it: implement it with `@asynccontextmanager`.

        Args:
            **settings: Those of `index`, `ttl` and `clock` that the rule is about.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method store(self, **settings); got {settings}")

    @asynccontextmanager
    async def opened(self, colour: str, **settings: Any) -> AsyncIterator[StoreDoor]:
        """Open a store behind a door of one colour."""
        async with self.store(**settings) as store:
            yield StoreDoor(store, colour, settings)
