"""What those look for in `runnables.config` who come over: configs made whole, changed, and a function in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from stepgraph.config import RunnableConfig, check_config, merge_configs
from stepgraph.execution.threads import in_thread
from stepgraph.runnables.call import surrounding_config

__all__ = ["RunnableConfig", "ensure_config", "get_config_list", "merge_configs", "patch_config", "run_in_executor"]

T = TypeVar("T")


def ensure_config(config: Mapping[str, Any] | None = None) -> RunnableConfig:
    """Return a config in which no key is missing: what is around us, what was given, and defaults for the rest."""
    whole: RunnableConfig = {"tags": [], "metadata": {}, "callbacks": None, "recursion_limit": 25, "configurable": {}}
    whole.update(merge_configs(surrounding_config(), check_config(config)))
    return whole


def patch_config(
    config: Mapping[str, Any] | None,
    *,
    callbacks: Any = None,
    recursion_limit: int | None = None,
    max_concurrency: int | None = None,
    run_name: str | None = None,
    configurable: Mapping[str, Any] | None = None,
) -> RunnableConfig:
    """Return a config with some of it replaced; new callbacks drop the name and the id of the run."""
    patched = ensure_config(config)
    if callbacks is not None:
        patched["callbacks"] = callbacks
        patched.pop("run_name", None)
        patched.pop("run_id", None)
    if recursion_limit is not None:
        patched["recursion_limit"] = recursion_limit
    if max_concurrency is not None:
        patched["max_concurrency"] = max_concurrency
    if run_name is not None:
        patched["run_name"] = run_name
    if configurable is not None:
        patched["configurable"] = {**patched.get("configurable", {}), **configurable}
    return check_config(patched)


def get_config_list(
    config: Mapping[str, Any] | Sequence[Mapping[str, Any] | None] | None, length: int
) -> list[RunnableConfig]:
    """Return one config for each of several inputs.

    Raises:
        ValueError: There are not as many configs as inputs.
    """
    if not isinstance(config, Sequence):
        return [ensure_config(config) for _ in range(length)]
    if len(config) != length:
        raise ValueError(f"expected one config for all inputs or one for each, got {len(config)} for {length} inputs")
    return [ensure_config(each) for each in config]


async def run_in_executor(
    executor_or_config: Executor | Mapping[str, Any] | None, func: Callable[..., T], *args: Any, **kwargs: Any
) -> T:
    """Call a function in a thread, in a copy of our context: in the executor that is given, else in the engine's."""
    if isinstance(executor_or_config, Executor):
        call = partial(copy_context().run, func, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(executor_or_config, call)
    return await in_thread(func, *args, **kwargs)  # type: ignore[no-any-return]
