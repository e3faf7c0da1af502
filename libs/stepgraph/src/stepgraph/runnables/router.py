"""RouterRunnable: one of several runnables, which the input names."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from typing_extensions import TypedDict

from stepgraph.config import RunnableConfig
from stepgraph.errors import NotADictError, listed, nearest
from stepgraph.runnables.base import Output, Runnable
from stepgraph.runnables.by_value import ByValue
from stepgraph.runnables.call import surrounding_config
from stepgraph.runnables.making import MAKERS
from stepgraph.signatures import marked

__all__ = ["RouterInput", "RouterRunnable"]


class RouterInput(TypedDict):
    """What a router takes.

    Attributes:
        key: Which runnable to run.
        input: With what.
    """

    key: str
    input: Any


class RouterRunnable(ByValue, Runnable[RouterInput, Output]):
    """Runs the runnable that the input, `{"key": …, "input": …}`, names. It reports no run of its own.

    Args:
        runnables: The runnables by key.
    """

    inherits_config = True

    def __init__(self, runnables: Mapping[str, Any]) -> None:
        self.runnables: dict[str, Runnable[Any, Any]] = {key: MAKERS.coerce(each) for key, each in runnables.items()}

    def __repr__(self) -> str:
        return f"RouterRunnable({self.runnables!r})"

    def invoke(self, input: RouterInput, config: RunnableConfig | None = None, **kwargs: Any) -> Output:
        """See `Runnable.invoke`."""
        runnable, given = self._routed(input)
        return runnable.invoke(given, _config(runnable, config), **kwargs)  # type: ignore[no-any-return]

    async def ainvoke(self, input: RouterInput, config: RunnableConfig | None = None, **kwargs: Any) -> Output:
        """See `Runnable.ainvoke`."""
        runnable, given = self._routed(input)
        return await runnable.ainvoke(given, _config(runnable, config), **kwargs)  # type: ignore[no-any-return]

    @marked("chunks")
    def stream(self, input: RouterInput, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Output]:
        """See `Runnable.stream`."""
        runnable, given = self._routed(input)
        return runnable.stream(given, _config(runnable, config), **kwargs)

    @marked("async_chunks")
    def astream(
        self, input: RouterInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Output, None]:
        """See `Runnable.astream`."""
        runnable, given = self._routed(input)
        return runnable.astream(given, _config(runnable, config), **kwargs)

    def _routed(self, input: Any) -> tuple[Runnable[Any, Any], Any]:
        if not isinstance(input, Mapping):
            raise NotADictError(f"a router takes {{'key': …, 'input': …}}, got {input!r}")
        if not {"key", "input"} <= input.keys():
            raise KeyError(f"a router takes {{'key': …, 'input': …}}, got {input!r}")
        key = input["key"]
        if key not in self.runnables:
            known = listed(sorted(self.runnables))
            raise ValueError(f"a router has no runnable {key!r}{nearest(str(key), self.runnables)}; it has {known}")
        return self.runnables[key], input["input"]


def _config(runnable: Runnable[Any, Any], config: RunnableConfig | None) -> RunnableConfig | None:
    return config if config is not None or runnable.inherits_config else surrounding_config()
