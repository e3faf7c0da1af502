"""Signatures: what a function of the user's says about its parameters. Read once, never where it is called."""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
import sys
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

from stepgraph.config import RunnableConfig
from stepgraph.runtime import Runtime
from stepgraph.types import StreamWriter

__all__ = ["Kind", "body_of", "kind_of", "marked", "resolved_hints", "wanted_by"]

Kind: TypeAlias = Literal["function", "coroutine", "chunks", "async_chunks"]
"""What calling something makes: a value, something to await, or an iterator of either colour."""

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

_NAMES_IN_ANNOTATIONS: Final = {"RunnableConfig": "config", "StreamWriter": "writer", "Runtime": "runtime"}


def resolved_hints(target: Any) -> dict[str, Any]:
    """Return the annotations of a callable, those that cannot be resolved as the strings that they are."""
    body = body_of(target)
    body = body.__func__ if inspect.ismethod(body) else body
    try:
        return typing.get_type_hints(body, include_extras=True)
    except Exception:  # a name that only type checkers see must not hide the other annotations
        names = getattr(inspect.unwrap(body), "__globals__", {})
        return {key: _resolved(hint, names) for key, hint in getattr(body, "__annotations__", {}).items()}


def body_of(target: Any) -> Any:
    """Return the function behind partials and callable objects."""
    while isinstance(target, functools.partial):
        target = target.func
    if inspect.isfunction(target) or inspect.ismethod(target) or inspect.isbuiltin(target) or isinstance(target, type):
        return target
    return getattr(target, "__call__", target)  # noqa: B004 - the method itself is wanted


def kind_of(target: Any) -> Kind:
    """Return what calling something makes."""
    body = body_of(target)
    kind: Kind | None = getattr(body, "__kind__", None)
    if kind is not None:
        return kind
    if inspect.iscoroutinefunction(body):
        return "coroutine"
    if inspect.isasyncgenfunction(body):
        return "async_chunks"
    return "chunks" if inspect.isgeneratorfunction(body) else "function"


def marked(kind: Kind) -> Callable[[FunctionT], FunctionT]:
    """Say of a plain function that it makes what a coroutine or generator function makes, for those who ask."""

    def mark(function: Any) -> Any:
        function.__kind__ = kind
        if kind == "coroutine" and sys.version_info >= (3, 12):
            function = inspect.markcoroutinefunction(function)
        elif kind == "coroutine":  # what asyncio, mock and web frameworks ask for there
            function._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]
        return function

    return mark


def wanted_by(annotation: Any) -> str | None:
    """Return what a parameter asks for by its annotation: `"config"`, `"writer"` or `"runtime"`."""
    if annotation == StreamWriter:
        return "writer"
    if isinstance(annotation, str):
        names = re.findall(r"\w+", annotation)
        return next((_NAMES_IN_ANNOTATIONS[name] for name in names if name in _NAMES_IN_ANNOTATIONS), None)
    origin = get_origin(annotation)
    if origin is Annotated:
        return wanted_by(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return next((found for part in get_args(annotation) if (found := wanted_by(part))), None)
    cls = origin or annotation
    if cls is RunnableConfig or getattr(cls, "__name__", None) == "RunnableConfig":
        return "config"
    return "runtime" if cls is Runtime else None


def _resolved(hint: Any, names: dict[str, Any]) -> Any:
    alone = types.SimpleNamespace(__annotations__={"hint": hint})
    try:
        return typing.get_type_hints(alone, names, include_extras=True)["hint"]
    except Exception:
        return hint
