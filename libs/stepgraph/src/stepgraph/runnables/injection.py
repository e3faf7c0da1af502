"""Injection: what functions of the user's get besides their input, because their parameters ask for it."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Final, TypeAlias

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig, merge_configs
from stepgraph.runnables.call import Call, surrounding_config
from stepgraph.signatures import resolved_hints, wanted_by

__all__ = ["Wanted", "given", "wanted"]

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
            found[parameter] = _whole_config()
        elif what == "run_manager":
            found[parameter] = _run_manager(call, is_async)
        else:
            found[parameter] = getattr(SCOPE.get(), what, None)
    return {**found, **kwargs}


def _whole_config() -> RunnableConfig:
    """Return a config of the function's own, which it may write to, in which no key is missing that it may look for."""
    config: RunnableConfig = {"tags": [], "metadata": {}, "callbacks": None, "configurable": {}}
    config.update(merge_configs(surrounding_config()))
    return config


def _run_manager(call: Call | None, is_async: bool) -> Any:
    """Return what reports of the run; where nobody listens, one that reports to nobody."""
    if call is not None and call.run is not None:
        return call.run
    from stepgraph.callbacks import ids, manager, runs  # noqa: PLC0415 - few functions ask

    if is_async:
        return runs.AsyncCallbackManagerForChainRun(manager.AsyncCallbackManager([]), ids.new_run_id())
    return runs.CallbackManagerForChainRun(manager.CallbackManager([]), ids.new_run_id())
