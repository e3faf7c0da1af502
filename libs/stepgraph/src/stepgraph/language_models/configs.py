"""Configs: what each of several prompts is asked with, where a model is asked for all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from stepgraph.ambient import SCOPE
from stepgraph.callbacks.ids import new_run_id
from stepgraph.config import RunnableConfig, check_config

__all__ = ["configs_of", "groups_of"]


def configs_of(
    count: int, callbacks: Any, tags: Any, metadata: Any, run_name: Any, run_id: Any
) -> list[RunnableConfig]:
    """Return a config for each of several prompts; each has a run id, and of one id the first prompt's is made.

    Args:
        count: How many prompts there are.
        callbacks: Handlers, or a manager, for all prompts; or a list of such for each.
        tags: Labels for all prompts, or a list of labels for each.
        metadata: What is said of all runs, or a list of what is said of each.
        run_name: What all runs are called, or a list of names.
        run_id: The id of the first run, or a list of ids.

    Raises:
        ValueError: A list has not as many items as there are prompts.
    """
    given = {
        "callbacks": _each("callbacks", callbacks, count, _are_callbacks_of_each),
        "tags": _each("tags", tags, count, lambda items: isinstance(items[0], (list, tuple, type(None)))),
        "metadata": _each("metadata", metadata, count, lambda _: True),
        "run_name": _each("run_name", run_name, count, lambda _: True),
    }
    ids = run_id if isinstance(run_id, list) else [run_id, *([None] * (count - 1))][:count]
    given["run_id"] = [new_run_id() if each is None else each for each in _each("run_id", ids, count, lambda _: True)]
    return [
        {key: values[number] for key, values in given.items() if values[number] is not None}  # type: ignore[misc]
        for number in range(count)
    ]


def groups_of(inputs: Sequence[Any], config: Any) -> Iterator[tuple[Sequence[Any], list[RunnableConfig | None]]]:
    """Yield inputs with their configs, as many at a time as may be asked for at once: `max_concurrency` says so.

    Args:
        inputs: The inputs.
        config: One config for all, or one for each; a run id in one for all is the first input's.

    Raises:
        TypeError: The inputs are no list.
        ValueError: There are not as many configs as inputs.
    """
    if isinstance(inputs, (str, bytes, Mapping)) or not hasattr(inputs, "__len__"):
        raise TypeError(
            f"expected a list of inputs, got {type(inputs).__name__}: {inputs!r}; for one input use invoke()"
        )
    configs: list[Any]
    if isinstance(config, (list, tuple)):
        if len(config) != len(inputs):
            raise ValueError(f"expected a config for each of {len(inputs)} inputs, got {len(config)}")
        configs = [None if each is None else check_config(each) for each in config]
    else:
        one = None if config is None else check_config(config)
        others = one and {key: value for key, value in one.items() if key != "run_id"}
        configs = [others if number else one for number in range(len(inputs))]
    scope = SCOPE.get()
    around = [] if scope is None else [scope.config]
    limits = [each.get("max_concurrency") for each in (*configs, *around) if each]
    size = min((limit for limit in limits if limit is not None), default=len(inputs) or 1)
    for start in range(0, len(inputs), size):
        yield inputs[start : start + size], configs[start : start + size]


def _each(name: str, given: Any, count: int, is_for_each: Callable[[list[Any]], bool]) -> list[Any]:
    """Return a value for each prompt, of what may be one for all."""
    if not isinstance(given, list) or not given or not is_for_each(given):
        return [given] * count
    if len(given) != count:
        raise ValueError(f"{name} must have an item for each of {count} prompts, got {len(given)}")
    return given


def _are_callbacks_of_each(given: list[Any]) -> bool:
    """Return whether a list has what each prompt is heard by; else its items are handlers."""
    return given[0] is None or isinstance(given[0], list) or hasattr(given[0], "inheritable_handlers")
