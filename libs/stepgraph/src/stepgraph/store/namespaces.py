"""Namespaces: the folders of a store, as tuples of labels, and the patterns that pick some of them.

The invariant: no label of a namespace that holds items is empty or contains a dot, so that labels joined by dots name
it unambiguously.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, TypeAlias

__all__ = [
    "InvalidNamespaceError",
    "MatchCondition",
    "Namespace",
    "NamespaceMatchType",
    "NamespacePath",
    "check_namespace",
    "check_prefix",
    "listed_namespaces",
    "starts_with",
]

Namespace: TypeAlias = tuple[str, ...]

NamespacePath: TypeAlias = tuple[str, ...]
"""Labels, of which `"*"` stands for any one label."""

NamespaceMatchType: TypeAlias = Literal["prefix", "suffix"]

_RESERVED_ROOT = "langgraph"


class InvalidNamespaceError(ValueError):
    """A namespace that a store cannot have."""


class MatchCondition(NamedTuple):
    """What a namespace must begin or end with.

    Attributes:
        match_type: `"prefix"` or `"suffix"`.
        path: The labels; `"*"` stands for any one label.
    """

    match_type: NamespaceMatchType
    path: NamespacePath


def check_namespace(namespace: Any) -> None:
    """Check a namespace that an item is to be put into.

    Raises:
        InvalidNamespaceError: It is empty, its root is reserved, or a label is not a non-empty string without a dot.
    """
    check_prefix(namespace)
    if not namespace:
        raise InvalidNamespaceError("a namespace needs at least one label, such as ('memories',); got ()")
    if namespace[0] == _RESERVED_ROOT:
        raise InvalidNamespaceError(f"the root {_RESERVED_ROOT!r} is reserved, got {namespace!r}; choose another label")


def check_prefix(namespace: Any) -> None:
    """Check labels that are only read by; there may be none.

    Raises:
        InvalidNamespaceError: It is not a tuple of non-empty strings without dots.
    """
    if not isinstance(namespace, (tuple, list)):
        raise InvalidNamespaceError(
            f"a namespace is a tuple of strings, such as ('memories', 'user-1'); got {namespace!r}"
        )
    for label in namespace:
        if not isinstance(label, str) or not label or "." in label:
            raise InvalidNamespaceError(
                f"the labels of a namespace are non-empty strings without dots, got {label!r} in {tuple(namespace)!r}"
            )


def starts_with(namespace: Namespace, prefix: Namespace) -> bool:
    """Return whether `namespace` is `prefix` or lies below it."""
    return namespace[: len(prefix)] == tuple(prefix)


def listed_namespaces(
    namespaces: Iterable[Namespace],
    conditions: Iterable[MatchCondition],
    max_depth: int | None,
    limit: int,
    offset: int,
) -> list[Namespace]:
    """Return one page of the namespaces that meet all conditions, cut to `max_depth`, sorted, each once."""
    conditions = tuple(conditions)
    met = {namespace[:max_depth] for namespace in namespaces if all(_meets(namespace, each) for each in conditions)}
    return sorted(met)[offset : offset + limit]


def _meets(namespace: Namespace, condition: MatchCondition) -> bool:
    kind, path = condition
    if kind not in ("prefix", "suffix"):
        raise ValueError(f"a MatchCondition is a 'prefix' or a 'suffix', got {kind!r}")
    if len(namespace) < len(path):
        return False
    part = namespace[: len(path)] if kind == "prefix" else namespace[len(namespace) - len(path) :]
    return all(wanted in ("*", label) for label, wanted in zip(part, path, strict=True))
