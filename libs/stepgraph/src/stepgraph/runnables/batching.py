"""Batching: a runnable applied to many inputs, side by side, within the limits of the configs."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from stepgraph.ambient import SCOPE, task_scope
from stepgraph.config import RunnableConfig, check_config
from stepgraph.execution.branches import Branch, as_completed, gather
from stepgraph.execution.guard import GUARD
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Holder, Slot
from stepgraph.execution.thread_branches import ThreadBranch, as_completed_in_threads, gather_in_threads
from stepgraph.frames import Inside, branch_frame

__all__ = ["abatch", "abatch_as_completed", "batch", "batch_as_completed"]


class _Items(NamedTuple):
    """What there is to do: pairs of input and config, and what bounds it."""

    pairs: list[tuple[Any, RunnableConfig | None]]
    limiter: Limiter | None
    holder: Holder | None


def batch(
    runnable: Any, inputs: Sequence[Any], config: Any, return_exceptions: bool, kwargs: dict[str, Any]
) -> list[Any]:
    """See `Runnable.batch`."""
    if GUARD.on:
        GUARD.sync_entry(runnable, "batch")
    items = _items(inputs, config)
    if len(items.pairs) == 1 and items.limiter is None:
        return [_sync_branches(runnable, items, return_exceptions, kwargs)[0](None)]
    branches = _sync_branches(runnable, items, return_exceptions, kwargs)
    return gather_in_threads(branches, items.limiter, items.holder)


async def abatch(
    runnable: Any, inputs: Sequence[Any], config: Any, return_exceptions: bool, kwargs: dict[str, Any]
) -> list[Any]:
    """See `Runnable.abatch`."""
    if GUARD.on:
        GUARD.watch_loop()
    items = _items(inputs, config)
    if len(items.pairs) == 1 and items.limiter is None:
        return [await _async_branches(runnable, items, return_exceptions, kwargs)[0](None)]
    branches = _async_branches(runnable, items, return_exceptions, kwargs)
    return await gather(branches, items.limiter, items.holder)


def batch_as_completed(
    runnable: Any, inputs: Sequence[Any], config: Any, return_exceptions: bool, kwargs: dict[str, Any]
) -> Iterator[tuple[int, Any]]:
    """See `Runnable.batch_as_completed`."""
    if GUARD.on:
        GUARD.sync_entry(runnable, "batch")
    items = _items(inputs, config)
    branches = _sync_branches(runnable, items, return_exceptions, kwargs)
    yield from as_completed_in_threads(branches, items.limiter, items.holder)


async def abatch_as_completed(
    runnable: Any, inputs: Sequence[Any], config: Any, return_exceptions: bool, kwargs: dict[str, Any]
) -> AsyncIterator[tuple[int, Any]]:
    """See `Runnable.abatch_as_completed`."""
    items = _items(inputs, config)
    branches = _async_branches(runnable, items, return_exceptions, kwargs)
    completed: Any = as_completed(branches, items.limiter, items.holder)
    try:
        async for item in completed:
            yield item
    finally:
        await completed.aclose()


def _items(inputs: Sequence[Any], config: Any) -> _Items:
    """Decide what each input is called with, and what bounds the calls.

    Raises:
        TypeError: The inputs are no list.
        ValueError: There are not as many configs as inputs.
    """
    if isinstance(inputs, (str, bytes, Mapping)) or not hasattr(inputs, "__len__"):
        raise TypeError(
            f"expected a list of inputs, got {type(inputs).__name__}: {inputs!r}; for one input use invoke()"
        )
    scope = SCOPE.get()
    limiter, holder = (None, None) if scope is None else (scope.limiter, scope.slot)
    if config is None:
        return _Items([(input, None) for input in inputs], limiter, holder)
    if isinstance(config, (list, tuple)):
        if len(config) != len(inputs):
            raise ValueError(
                f"expected one config for all inputs or one for each, got {len(config)} configs for {len(inputs)} "
                "inputs"
            )
        configs = [None if each is None else check_config(each) for each in config]
        limits = [each.get("max_concurrency") for each in configs if each]
        limit = min((one for one in limits if one is not None), default=None)
    else:
        one = check_config(config)
        limit = one.get("max_concurrency")
        configs = _for_each(one, len(inputs))
    around = None if scope is None else scope.config.get("max_concurrency")
    if limit is not None and limit != around:
        limiter = Limiter(limit, limiter)
    return _Items(list(zip(inputs, configs, strict=True)), limiter, holder)


def _for_each(config: RunnableConfig, count: int) -> list[RunnableConfig | None]:
    """Return a config for each of several calls; only one can have the run id."""
    configs: list[RunnableConfig | None] = [config or None] * count
    if config.get("run_id") is not None and count > 1:
        warnings.warn(
            "config has one run_id for several inputs; the first one gets it, the others get ids of their own",
            RuntimeWarning,
            stacklevel=5,
        )
        rest: RunnableConfig = {**config}
        del rest["run_id"]
        configs[1:] = [rest] * (count - 1)
    return configs


def _sync_branches(
    runnable: Any, items: _Items, return_exceptions: bool, kwargs: dict[str, Any]
) -> list[ThreadBranch[Any]]:
    in_task = task_scope() is not None

    def branch(number: int, input: Any, config: RunnableConfig | None, slot: Slot | None) -> Any:
        try:
            if slot is None and not in_task:
                return runnable.invoke(input, config, **kwargs)
            frame = branch_frame(config, items.limiter, slot, number)
            with Inside(frame):
                return runnable.invoke(input, config and frame.config, **kwargs)
        except Exception as error:
            if return_exceptions:
                return error
            raise

    return [partial(branch, number, *pair) for number, pair in enumerate(items.pairs)]


def _async_branches(runnable: Any, items: _Items, return_exceptions: bool, kwargs: dict[str, Any]) -> list[Branch[Any]]:
    in_task = task_scope() is not None

    async def branch(number: int, input: Any, config: RunnableConfig | None, slot: Slot | None) -> Any:
        try:
            if slot is None and not in_task:
                return await runnable.ainvoke(input, config, **kwargs)
            frame = branch_frame(config, items.limiter, slot, number)
            with Inside(frame):
                return await runnable.ainvoke(input, config and frame.config, **kwargs)
        except Exception as error:
            if return_exceptions:
                return error
            raise

    def bare(input: Any, config: RunnableConfig | None, _: Slot | None) -> Coroutine[Any, Any, Any]:
        return runnable.ainvoke(input, config, **kwargs)  # type: ignore[no-any-return]

    if items.limiter is None and not return_exceptions and not in_task:  # nothing stands around the calls
        return [partial(bare, *pair) for pair in items.pairs]
    return [partial(branch, number, *pair) for number, pair in enumerate(items.pairs)]
