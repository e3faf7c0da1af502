"""Hints: what the annotations of functions and the bases of classes say about what goes in and what comes out.

What is not said, or cannot be resolved, is `Any`.
"""

from __future__ import annotations

import collections.abc
import inspect
from collections.abc import Mapping
from typing import Any, Final, TypeVar, get_args, get_origin

from stepgraph.runnables.base import Runnable
from stepgraph.signatures import resolved_hints

__all__ = ["argument_of", "item_of", "returned", "taken"]

_STREAMS: Final = (
    collections.abc.Iterator,
    collections.abc.Iterable,
    collections.abc.Generator,
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
)
_AWAITED: Final = (collections.abc.Awaitable, collections.abc.Coroutine)


def taken(function: Any) -> Any:
    """Return the annotation of a function's first parameter."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # builtins may have no signature
        return Any
    return _known(resolved_hints(function).get(next(iter(parameters), ""), Any))


def returned(function: Any) -> Any:
    """Return what comes of a function: of one that streams an item, of one that returns a runnable its output."""
    found = item_of(_known(resolved_hints(function).get("return", Any)))
    origin, arguments = get_origin(found), get_args(found)
    if origin in _AWAITED and arguments:
        return arguments[-1]
    kind = origin or found
    if isinstance(kind, type) and issubclass(kind, Runnable):
        return _known(arguments[1]) if len(arguments) == 2 else Any
    return found


def item_of(annotation: Any) -> Any:
    """Return the type of the items of a stream; any other type as it is."""
    arguments = get_args(annotation)
    return _known(arguments[0]) if get_origin(annotation) in _STREAMS and arguments else annotation


def argument_of(runnable: Any, number: int) -> Any:
    """Return what a class of the user's gave `Runnable[…, …]` as its input (0) or its output (1)."""
    found = _arguments(getattr(runnable, "__orig_class__", None) or type(runnable))
    return _known(found[number]) if found else Any


def _known(annotation: Any) -> Any:
    return Any if isinstance(annotation, (str, TypeVar)) else annotation


def _arguments(cls: Any) -> tuple[Any, ...]:
    """Return the arguments of `Runnable` as a base of a class, itself generic or not."""
    origin, arguments = _taken_apart(cls)
    if origin is Runnable:
        return arguments
    given = dict(zip(getattr(origin, "__parameters__", ()), arguments, strict=False))
    for base in (*vars(origin).get("__orig_bases__", ()), *origin.__bases__):
        base_class = get_origin(base) or base
        if isinstance(base_class, type) and issubclass(base_class, Runnable):
            found = _arguments(base)
            if found:
                return tuple(_filled(each, given) for each in found)
    return ()


def _taken_apart(cls: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return a generic class and its arguments; pydantic makes a class of its own of the two."""
    made = getattr(cls, "__pydantic_generic_metadata__", None)
    if made is not None and made["origin"] is not None:
        return made["origin"], made["args"]
    return get_origin(cls) or cls, get_args(cls)


def _filled(annotation: Any, given: Mapping[Any, Any]) -> Any:
    """Return a type with what type variables stand for, `Any` for those that stand for nothing."""
    if isinstance(annotation, TypeVar):
        return given.get(annotation, annotation)
    variables = getattr(annotation, "__parameters__", ())
    return annotation[tuple(given.get(each, each) for each in variables)] if variables else annotation
