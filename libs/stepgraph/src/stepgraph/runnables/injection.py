"""Injection: what functions of the user's get besides their input, because their parameters ask for it."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Final, TypeAlias

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig, merge_configs
from stepgraph.runnables.call import Call, surrounding_config
from stepgraph.signatures import resolved_hints, wanted_by

__all__ = ["Wanted", "given", "manager_of", "wanted", "whole_config"]

Wanted: TypeAlias = "tuple[tuple[str, str], ...]"
"""Pairs of a parameter and what it is to be filled with."""

_BY_NAME: Final = ("config", "run_manager")
"""Parameters that are filled because of their names."""

_VARIABLE: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def wanted(function: Any) -> Wanted:
    """Return which parameters of a function are to be filled, and with what."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # builtins may have no signature
        return ()
    hints = resolved_hints(function)
    bound = function.keywords if isinstance(function, functools.partial) else {}
    found: list[tuple[str, str]] = []
    for parameter in parameters[1:]:
        name = parameter.name
        what = wanted_by(hints.get(name, parameter.annotation)) or (name if name in _BY_NAME else None)
        if what is not None and name not in bound and parameter.kind not in _VARIABLE:
            found.append((name, what))
    return tuple(found)


def given(inject: Wanted, call: Call | None, kwargs: dict[str, Any], *, is_async: bool = False) -> dict[str, Any]:
    """Return the keyword arguments of a call: those that the function asks for, and those of the caller."""
    if not inject:
        return kwargs
    found: dict[str, Any] = {}
    for parameter, what in inject:
        if what == "config":
            found[parameter] = whole_config()
        elif what == "run_manager":
            found[parameter] = manager_of(None if call is None else call.run, "Chain", is_async=is_async)
        else:
            found[parameter] = getattr(SCOPE.get(), what, None)
    return {**found, **kwargs}


def whole_config() -> RunnableConfig:
    """Return a config of the function's own, which it may write to, in which no key is missing that it may look for."""
    config: RunnableConfig = {"tags": [], "metadata": {}, "callbacks": None, "configurable": {}}
    config.update(merge_configs(surrounding_config()))
    return config


def manager_of(run: Any, kind: str, *, is_async: bool) -> Any:
    """Return what reports of a run, in the colour of the function that asks; to nobody, where nobody listens.

    Args:
        run: What reports to the handlers, `None` where there are none.
        kind: What it is the run of, as in the names of the managers of runs: `"Chain"`, `"Tool"`, …
        is_async: Whether the function is async; a sync one may be called in an async run.
    """
    if run is not None:
        return run if is_async or not hasattr(run, "get_sync") else run.get_sync()
    from stepgraph.callbacks import runs  # noqa: PLC0415 - few functions ask

    return getattr(runs, f"{'Async' if is_async else ''}CallbackManagerFor{kind}Run").get_noop_manager()
