"""Action: classifies what users give as a node or a router, once, when it is added.

Finds out the colours of a function, folds generators, and reads from the signature which parameters want the config,
the writer, the store or the runtime: by name, or by annotation, which may be `Optional` and may be a string.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

from stepgraph.errors import listed
from stepgraph.kernel.topology import Action
from stepgraph.signatures import kind_of, resolved_hints, wanted_by

__all__ = ["action_of", "name_of"]

INJECTABLE: Final = ("config", "writer", "store", "runtime", "previous")
"""Parameter names that are filled with the attribute of the task's scope of the same name."""


def name_of(target: Any) -> str | None:
    """Return what a node made of `target` is called when the user gives no name."""
    if isinstance(target, functools.partial):
        return name_of(target.func)
    name = getattr(target, "name", None) or getattr(target, "__name__", None)
    return name if isinstance(name, str) else type(target).__name__


def action_of(target: Any, *, name: str | None = None) -> Action:
    """Classify something that can be called with a state.

    Args:
        target: A function of either colour, a generator function, a callable object, or an object with `invoke`
            or `ainvoke`.
        name: What messages call it.

    Raises:
        TypeError: It is none of these, or it has a parameter that nothing can fill.
    """
    name = name or name_of(target) or "function"
    if hasattr(target, "invoke") or hasattr(target, "ainvoke"):
        return _action_of_runnable(target, name)
    if not callable(target):
        raise TypeError(
            f"{name!r} must be a function of the state, or an object with invoke() or ainvoke(), got "
            f"{type(target).__name__}: {target!r}"
        )
    inject = _injections(target, name)
    kind = kind_of(target)
    if kind == "async_chunks":
        return Action(name, None, _folding_async(target), inject)
    if kind == "coroutine":
        return Action(name, None, target, inject)
    if kind == "chunks":
        return Action(name, _folding(target), None, inject)
    return Action(name, target, None, inject)


def _action_of_runnable(target: Any, name: str) -> Action:
    """Classify an object with `invoke` or `ainvoke`, which takes the config as its second argument."""
    invoke, ainvoke = getattr(target, "invoke", None), getattr(target, "ainvoke", None)
    if getattr(type(target), "is_compiled_graph", False):
        return Action(name, invoke, ainvoke, is_graph=True)
    if getattr(target, "inherits_config", False):  # one of ours: it finds the config around it
        return Action(name, invoke, ainvoke)
    sync = awaitable = None
    if invoke is not None:

        def sync(state: Any, config: Any) -> Any:
            return invoke(state, config)

    if ainvoke is not None:

        async def awaitable(state: Any, config: Any) -> Any:
            return await ainvoke(state, config)

    return Action(name, sync, awaitable, (("config", "config"),))


def _injections(target: Any, name: str) -> tuple[tuple[str, str], ...]:
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):  # builtins may have no signature
        return ()
    hints = resolved_hints(target)
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)]
    if not positional:
        raise TypeError(f"{name!r} must take the state as its first parameter; it takes no positional parameter")
    bound = target.keywords if isinstance(target, functools.partial) else {}
    found = []
    for parameter in parameters:
        if parameter is positional[0] or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.name in bound:
            continue
        attribute = _wanted(parameter, hints.get(parameter.name, parameter.annotation))
        if attribute is not None:
            found.append((parameter.name, attribute))
        elif parameter.default is parameter.empty:
            raise TypeError(
                f"{name!r} has a parameter {parameter.name!r} that nothing can fill; besides the state a function "
                f"may ask for {listed(INJECTABLE)}; give any other parameter a default, or bind it with "
                "functools.partial"
            )
    return tuple(found)


def _wanted(parameter: inspect.Parameter, annotation: Any) -> str | None:
    """Return the scope's attribute that a parameter asks for, by its annotation or else by its name."""
    by_annotation = wanted_by(annotation)
    if by_annotation is not None:
        return by_annotation
    if parameter.name not in INJECTABLE:
        return None
    foreign = (
        parameter.default is not parameter.empty
        and isinstance(annotation, type)
        and (annotation in (int, float, str, bool, bytes, list, tuple, set))
    )
    return None if foreign else parameter.name


def _fold(total: Any, item: Any) -> Any:
    """Combine what a generator yields: dicts key by key, other values with `+`, and where there is none the last."""
    if isinstance(total, dict) and isinstance(item, dict):
        return {**total, **item}
    try:
        return total + item
    except TypeError:
        return item


def _folding(function: Callable[..., Iterator[Any]]) -> Callable[..., Any]:
    @functools.wraps(function, updated=())
    def folded(state: Any, **injected: Any) -> Any:
        items = function(state, **injected)
        total = next(items, None)
        for item in items:
            total = _fold(total, item)
        return total

    return folded


def _folding_async(function: Callable[..., AsyncIterator[Any]]) -> Callable[..., Any]:
    @functools.wraps(function, updated=())
    async def folded(state: Any, **injected: Any) -> Any:
        total, first = None, True
        items = function(state, **injected)
        try:
            async for item in items:
                total, first = (item, False) if first else (_fold(total, item), False)
        finally:
            await items.aclose()  # type: ignore[attr-defined]
        return total

    return folded
