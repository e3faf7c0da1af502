"""Runnables: things that can be invoked, batched, streamed and composed with `|`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from stepgraph.config import RunnableConfig
from stepgraph.runnables.base import Runnable

if TYPE_CHECKING:
    from stepgraph.runnables.binding import RunnableBinding
    from stepgraph.runnables.branch import RunnableBranch
    from stepgraph.runnables.chain import chain
    from stepgraph.runnables.coerce import coerce_to_runnable
    from stepgraph.runnables.config import ensure_config, get_config_list, patch_config, run_in_executor
    from stepgraph.runnables.configurable import (
        ConfigurableField,
        ConfigurableFieldMultiOption,
        ConfigurableFieldSingleOption,
        ConfigurableFieldSpec,
        RunnableConfigurableAlternatives,
        RunnableConfigurableFields,
    )
    from stepgraph.runnables.each import RunnableEach
    from stepgraph.runnables.fallbacks import RunnableWithFallbacks
    from stepgraph.runnables.folding import AddableDict, aadd, add
    from stepgraph.runnables.generator import RunnableGenerator
    from stepgraph.runnables.history import RunnableWithMessageHistory
    from stepgraph.runnables.lambdas import RunnableLambda
    from stepgraph.runnables.parallel import RunnableMap, RunnableParallel
    from stepgraph.runnables.passthrough import RunnableAssign, RunnablePassthrough, RunnablePick
    from stepgraph.runnables.retry import RunnableRetry
    from stepgraph.runnables.router import RouterInput, RouterRunnable
    from stepgraph.runnables.sequence import RunnableSequence
    from stepgraph.runnables.serializable import RunnableSerializable

__all__ = [
    "AddableDict",
    "ConfigurableField",
    "ConfigurableFieldMultiOption",
    "ConfigurableFieldSingleOption",
    "ConfigurableFieldSpec",
    "RouterInput",
    "RouterRunnable",
    "Runnable",
    "RunnableAssign",
    "RunnableBinding",
    "RunnableBranch",
    "RunnableConfig",
    "RunnableConfigurableAlternatives",
    "RunnableConfigurableFields",
    "RunnableEach",
    "RunnableGenerator",
    "RunnableLambda",
    "RunnableMap",
    "RunnableParallel",
    "RunnablePassthrough",
    "RunnablePick",
    "RunnableRetry",
    "RunnableSequence",
    "RunnableSerializable",
    "RunnableWithFallbacks",
    "RunnableWithMessageHistory",
    "aadd",
    "add",
    "chain",
    "coerce_to_runnable",
    "ensure_config",
    "get_config_list",
    "patch_config",
    "run_in_executor",
]

_PLACES: Final = {
    "AddableDict": "folding",
    "ConfigurableField": "configurable",
    "ConfigurableFieldMultiOption": "configurable",
    "ConfigurableFieldSingleOption": "configurable",
    "ConfigurableFieldSpec": "configurable",
    "RouterInput": "router",
    "RouterRunnable": "router",
    "RunnableAssign": "passthrough",
    "RunnableBinding": "binding",
    "RunnableBranch": "branch",
    "RunnableConfigurableAlternatives": "configurable",
    "RunnableConfigurableFields": "configurable",
    "RunnableEach": "each",
    "RunnableGenerator": "generator",
    "RunnableLambda": "lambdas",
    "RunnableMap": "parallel",
    "RunnableParallel": "parallel",
    "RunnablePassthrough": "passthrough",
    "RunnablePick": "passthrough",
    "RunnableRetry": "retry",
    "RunnableSequence": "sequence",
    "RunnableSerializable": "serializable",
    "RunnableWithFallbacks": "fallbacks",
    "RunnableWithMessageHistory": "history",
    "aadd": "folding",
    "add": "folding",
    "chain": "chain",
    "coerce_to_runnable": "coerce",
    "ensure_config": "config",
    "get_config_list": "config",
    "patch_config": "config",
    "run_in_executor": "config",
}
"""The module of each name, which is imported when somebody asks for it: a graph has no use for them."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"stepgraph.runnables.{_PLACES[name]}"), name)
    return found
