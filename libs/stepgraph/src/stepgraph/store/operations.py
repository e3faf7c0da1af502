"""What a store can be asked for: the operations of a batch, as data, and the check that they make sense."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from stepgraph.store.items import Item, SearchItem
from stepgraph.store.namespaces import MatchCondition, Namespace, check_namespace, check_prefix

__all__ = ["GetOp", "ListNamespacesOp", "Op", "PutOp", "Result", "SearchOp", "checked"]


class GetOp(NamedTuple):
    """Read one item.

    Attributes:
        namespace: Where it is kept.
        key: What it is called there.
        refresh_ttl: Whether reading it restarts its time to live.
    """

    namespace: Namespace
    key: str
    refresh_ttl: bool = True


class SearchOp(NamedTuple):
    """Find items.

    Attributes:
        namespace_prefix: Where to look: this namespace and all below it.
        filter: What their values must hold; see `stepgraph.store.filters`.
        limit: How many at the most.
        offset: How many to skip.
        query: What they should be near to in meaning; needs a store with an index.
        refresh_ttl: Whether finding them restarts their time to live.
    """

    namespace_prefix: Namespace
    filter: dict[str, Any] | None = None
    limit: int = 10
    offset: int = 0
    query: str | None = None
    refresh_ttl: bool = True


class PutOp(NamedTuple):
    """Keep, replace or delete an item.

    Attributes:
        namespace: Where it is kept.
        key: What it is called there.
        value: What to keep; `None` deletes the item.
        index: Paths of the texts to index, `None` for those of the store, `False` for none.
        ttl: Minutes that it lives, `None` for ever.
    """

    namespace: Namespace
    key: str
    value: Mapping[str, Any] | None
    index: Literal[False] | list[str] | None = None  # type: ignore[assignment]  # tuples have a method of that name
    ttl: float | None = None


class ListNamespacesOp(NamedTuple):
    """List the namespaces that hold items.

    Attributes:
        match_conditions: What each must meet; all of them.
        max_depth: How many labels to keep of each; those that become equal count once.
        limit: How many at the most.
        offset: How many to skip.
    """

    match_conditions: tuple[MatchCondition, ...] | None = None
    max_depth: int | None = None
    limit: int = 100
    offset: int = 0


Op: TypeAlias = "GetOp | SearchOp | PutOp | ListNamespacesOp"

Result: TypeAlias = "Item | list[Item] | list[SearchItem] | list[tuple[str, ...]] | None"


def checked(ops: Iterable[Op]) -> list[Op]:
    """Return the operations of a batch.

    Raises:
        InvalidNamespaceError: A namespace is none.
        TypeError: A key is not a string, a value is not a dict, or something is no operation.
        ValueError: A number is out of range.
    """
    ops = list(ops)
    for op in ops:
        _check(op)
    return ops


def _check(op: object) -> None:
    match op:
        case PutOp():
            check_namespace(op.namespace)
            _check_key(op.key)
            if op.value is not None and not isinstance(op.value, Mapping):
                raise TypeError(f"a store keeps dicts, got {op.value!r} for key {op.key!r}; wrap it: {{'value': …}}")
            if op.ttl is not None and not op.ttl > 0:
                raise ValueError(f"ttl is in minutes and more than 0, or None for ever; got {op.ttl!r}")
        case GetOp():
            check_prefix(op.namespace)
            _check_key(op.key)
        case SearchOp():
            check_prefix(op.namespace_prefix)
            _check_page(op.limit, op.offset)
        case ListNamespacesOp():
            _check_page(op.limit, op.offset)
            if op.max_depth is not None and op.max_depth < 1:
                raise ValueError(f"max_depth is at least 1, or None for all labels; got {op.max_depth!r}")
        case _:
            raise TypeError(f"a batch holds GetOp, SearchOp, PutOp and ListNamespacesOp, got {op!r}")


def _check_key(key: object) -> None:
    if not isinstance(key, str):
        raise TypeError(f"the key of an item is a string, got {key!r}")


def _check_page(limit: int, offset: int) -> None:
    if limit < 0 or offset < 0:
        raise ValueError(f"limit and offset are 0 or more, got limit={limit!r} and offset={offset!r}")
