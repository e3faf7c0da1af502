"""What those look for in `runnables.config` who come over: configs made whole, changed, and a function in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context, Token, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig, check_config, merge_configs
from stepgraph.execution.threads import in_thread
from stepgraph.frames import Frame
from stepgraph.runnables.call import surrounding_config

if TYPE_CHECKING:
    from stepgraph.callbacks.manager import AsyncCallbackManager, CallbackManager

__all__ = [
    "ContextThreadPoolExecutor",
    "RunnableConfig",
    "ensure_config",
    "get_async_callback_manager_for_config",
    "get_callback_manager_for_config",
    "get_config_list",
    "get_executor_for_config",
    "merge_configs",
    "patch_config",
    "run_in_executor",
    "set_config_context",
    "var_child_runnable_config",
]

T = TypeVar("T")

_RECURSION_LIMIT: Final = 25
"""The limit that a whole config shows where nobody set one."""


def ensure_config(config: Mapping[str, Any] | None = None) -> RunnableConfig:
    """Return a config in which no key is missing: what is around us, what was given, and defaults for the rest."""
    whole: RunnableConfig = {"tags": [], "metadata": {}, "callbacks": None, "configurable": {}}
    whole["recursion_limit"] = _RECURSION_LIMIT
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


def get_callback_manager_for_config(config: Mapping[str, Any]) -> CallbackManager:
    """Return the manager of a config's callbacks, with its tags and metadata."""
    return _managed(config, "CallbackManager")  # type: ignore[no-any-return]


def get_async_callback_manager_for_config(config: Mapping[str, Any]) -> AsyncCallbackManager:
    """Return the manager of a config's callbacks for async code, with its tags and metadata."""
    return _managed(config, "AsyncCallbackManager")  # type: ignore[no-any-return]


def _managed(config: Mapping[str, Any], kind: str) -> Any:
    from stepgraph.callbacks import manager  # noqa: PLC0415 - few programs handle managers themselves

    tags, metadata = config.get("tags"), config.get("metadata")
    configured = getattr(manager, kind).configure
    return configured(config.get("callbacks"), inheritable_tags=tags, inheritable_metadata=metadata)


class ContextThreadPoolExecutor(ThreadPoolExecutor):
    """Threads whose functions see the context of whoever submitted them."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """See `concurrent.futures.Executor.submit`."""
        return super().submit(copy_context().run, fn, *args, **kwargs)

    def map(self, fn: Callable[..., T], *iterables: Iterable[Any], **kwargs: Any) -> Iterator[T]:
        """See `concurrent.futures.Executor.map`."""
        return super().map(lambda run, *args: run(fn, *args), _contexts(), *iterables, **kwargs)


def _contexts() -> Iterator[Callable[..., Any]]:
    while True:
        yield copy_context().run


@contextmanager
def get_executor_for_config(config: Mapping[str, Any] | None) -> Iterator[ContextThreadPoolExecutor]:
    """Let a block have threads, as many as `max_concurrency` of a config says."""
    with ContextThreadPoolExecutor(max_workers=(config or {}).get("max_concurrency")) as executor:
        yield executor


class _Surroundings:
    """The config around us, for those who look for a context variable that holds it."""

    name = "child_runnable_config"

    def get(self, default: Any = None) -> Any:
        """Return the config around us."""
        found = surrounding_config()
        return default if found is None else found

    def set(self, config: Mapping[str, Any] | None) -> Token[Any]:
        """Make a config the one around what runs next in this context."""
        return SCOPE.set(None if config is None else Frame(check_config(config), SCOPE.get()))

    def reset(self, token: Token[Any]) -> None:
        """Take that back."""
        SCOPE.reset(token)


var_child_runnable_config: Final = _Surroundings()
"""The config around us."""


@contextmanager
def set_config_context(config: Mapping[str, Any]) -> Iterator[Context]:
    """Let a block have a context in which a config is the one around what runs."""
    context = copy_context()
    context.run(var_child_runnable_config.set, config)
    yield context
