"""Config: the plain dict that callers pass, and how code inside a node asks for its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

from typing_extensions import TypedDict

from stepgraph.ambient import SCOPE, current
from stepgraph.errors import listed, nearest
from stepgraph.types import StreamWriter

__all__ = [
    "DEFAULT_RECURSION_LIMIT",
    "SCOPE",
    "RunnableConfig",
    "Scope",
    "check_config",
    "get_config",
    "get_store",
    "get_stream_writer",
    "merge_configs",
]

DEFAULT_RECURSION_LIMIT: Final = 10_007
"""How many supersteps a run may take when its config does not say."""


class RunnableConfig(TypedDict, total=False):
    """How to run: a plain dict, every key of which may be left out.

    Attributes:
        tags: Labels for tracers and for filtering streams; inherited by everything below.
        metadata: JSON-like facts for tracers and streams; inherited by everything below.
        callbacks: Handlers, or a manager of them.
        run_name: What this run is called.
        max_concurrency: How many tasks may run at once, sub-graphs included; `None` for no limit.
        recursion_limit: How many supersteps the run may take.
        configurable: Values for nodes to read, `thread_id` among them.
        run_id: The id of this run, a `UUID` or a text; not named in the annotation, for nothing else here needs `uuid`.
    """

    tags: list[str]
    metadata: dict[str, Any]
    callbacks: Any
    run_name: str
    max_concurrency: int | None
    recursion_limit: int
    configurable: dict[str, Any]
    run_id: Any


_KEYS: Final = frozenset(RunnableConfig.__annotations__)
_MERGED_DICTS: Final = ("metadata", "configurable")


class Scope(Protocol):
    """What code that runs inside a node can ask for without being given it."""

    @property
    def config(self) -> RunnableConfig:
        """The config of the running task, or of the running runnable."""

    @property
    def task_scope(self) -> Any:
        """The scope of the task that all this happens in, `None` outside of any."""

    @property
    def heard(self) -> bool:
        """Whether there are callback handlers."""

    @property
    def limiter(self) -> Any:
        """What bounds how much runs at once, `None` for no bound."""

    @property
    def slot(self) -> Any:
        """Who holds the slot of that bound that this runs in, `None` for nobody."""

    @property
    def branch(self) -> str:
        """Which of several branches side by side in a task we are in, such as `/0/1`; empty outside of any."""

    @property
    def writer(self) -> StreamWriter:
        """Puts a chunk on the `custom` stream."""

    @property
    def store(self) -> Any:
        """The graph's store, or `None`."""

    @property
    def runtime(self) -> Any:
        """The task's `Runtime`."""


def get_config() -> RunnableConfig:
    """Return the config of the node, or of the runnable, that is running here.

    Raises:
        RuntimeError: No node and no runnable is running here.
    """
    scope = SCOPE.get()
    if scope is None:
        raise RuntimeError(
            "get_config() was called outside of a running node; call it in a node, in code that a node calls, or in a "
            "runnable that was given a config"
        )
    return cast("RunnableConfig", scope.config)


def get_stream_writer() -> StreamWriter:
    """Return the function that puts a chunk on the `custom` stream of the running graph.

    Raises:
        RuntimeError: No node is running here.
    """
    return cast("StreamWriter", current("get_stream_writer").writer)


def get_store() -> Any:
    """Return the store that the graph was compiled with, `None` where it has none.

    Raises:
        RuntimeError: No node is running here.
    """
    return current("get_store").store


def check_config(config: Mapping[str, Any] | None) -> RunnableConfig:
    """Return `config` as a dict of its own, or raise for what no run can use.

    Raises:
        TypeError: It is not a mapping, or a key has a value of the wrong type.
        ValueError: A key is unknown, or a limit is below 1.
    """
    if config is None:
        return {}
    if not isinstance(config, Mapping):
        raise TypeError(
            "config must be a dict such as {'configurable': {'thread_id': '1'}}, "
            f"got {type(config).__name__}: {config!r}"
        )
    for key, value in config.items():
        if key not in _KEYS:
            raise ValueError(
                f"config has no key {key!r}{nearest(key, _KEYS)}; known are {listed(sorted(_KEYS))}; "
                "values of your own go under 'configurable'"
            )
        if key in _MERGED_DICTS and not isinstance(value, (Mapping, type(None))):
            raise TypeError(f"config[{key!r}] must be a dict, got {type(value).__name__}: {value!r}")
        if key == "tags" and not isinstance(value, (list, tuple, type(None))):
            raise TypeError(f"config['tags'] must be a list of strings, got {type(value).__name__}: {value!r}")
    for key in ("recursion_limit", "max_concurrency"):
        limit = config.get(key)
        if limit is not None and (not isinstance(limit, int) or limit < 1):
            raise ValueError(f"config[{key!r}] must be a whole number of at least 1, got {limit!r}")
    if "max_concurrency" in (config.get("configurable") or ()):
        raise ValueError("'max_concurrency' stands under 'configurable'; put it at the top level of the config")
    return dict(config)  # type: ignore[return-value]


def merge_configs(*configs: Mapping[str, Any] | None) -> RunnableConfig:
    """Merge configs, later ones over earlier ones.

    Tags are united in order, `metadata` and `configurable` merged key by key, callbacks united, each handler once; of
    any other key the last value that is not `None` counts.
    """
    merged: dict[str, Any] = {}
    for config in configs:
        for key, value in (config or {}).items():
            if value is None:
                continue
            before = merged.get(key)
            if key in _MERGED_DICTS:
                merged[key] = {**(before or {}), **value}
            elif key == "tags":
                merged[key] = list(dict.fromkeys([*(before or ()), *value]))
            elif key == "callbacks" and before is not None:
                merged[key] = _merged_callbacks(before, value)
            else:
                merged[key] = value
    return merged  # type: ignore[return-value]


def _merged_callbacks(before: Any, value: Any) -> Any:
    """Unite lists of handlers and managers of them; of two managers the later one says which run is above."""
    if before is value:
        return value
    if not isinstance(value, (list, tuple)):
        inherited = before if isinstance(before, (list, tuple)) else before.inheritable_handlers
        there = value.inheritable_handlers
        missing = [handler for handler in inherited if all(each is not handler for each in there)]
        if not missing:
            return value
        merged = value.copy()
        for handler in missing:
            merged.add_handler(handler, True)
        return merged
    if isinstance(before, (list, tuple)):
        return [*before, *(handler for handler in value if all(handler is not each for each in before))]
    merged = before.copy()
    for handler in value:
        merged.add_handler(handler, True)
    return merged
