"""RunnableBinding: a runnable with arguments, and a config, that go along with each call."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, Generic

from stepgraph.config import RunnableConfig, check_config, merge_configs
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.by_value import ByValue
from stepgraph.runnables.call import surrounding_config
from stepgraph.runnables.discreet import discreet, portable
from stepgraph.signatures import marked

__all__ = ["DECLARING", "Delegating", "RunnableBinding"]

DECLARING: Final = ("bind_tools", "with_structured_output")
"""Methods of models that return them with something declared. What was bound before holds for that too."""

_DECLARED: Final = frozenset(
    {"tools", "tool_choice", "response_format", "output_config", "parallel_tool_calls", "schema", "strict", "method"}
)
"""Arguments that these methods bind, or take for themselves: what was bound before does not count any more."""


class Delegating(ByValue, Runnable[Input, Output], Generic[Input, Output]):
    """A runnable whose calls are calls of another one. It reports no runs of its own.

    Attributes:
        bound: The other one.
    """

    bound: Runnable[Any, Any]

    def _call(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> tuple[Runnable[Any, Any], RunnableConfig | None, dict[str, Any]]:
        """Return what to call, and with what."""
        return self.bound, config, kwargs

    def _together(
        self, config: Any, count: int, kwargs: dict[str, Any]
    ) -> tuple[Runnable[Any, Any], Any, dict[str, Any]] | None:
        """Return what to call with all of several inputs, and with what; `None` where they go separate ways."""
        if not isinstance(config, (list, tuple)):
            return self._call(config, kwargs)
        if len(config) != count:  # which is said where all batches are checked
            return self.bound, config, kwargs
        calls = [self._call(each, kwargs) for each in config]
        if not calls or any(bound is not calls[0][0] or given != calls[0][2] for bound, _, given in calls):
            return None
        return calls[0][0], [config for _, config, _ in calls], calls[0][2]

    def invoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Output:
        """See `Runnable.invoke`."""
        bound, config, kwargs = self._call(config, kwargs)
        return bound.invoke(input, config, **kwargs)  # type: ignore[no-any-return]

    async def ainvoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Output:
        """See `Runnable.ainvoke`."""
        bound, config, kwargs = self._call(config, kwargs)
        return await bound.ainvoke(input, config, **kwargs)  # type: ignore[no-any-return]

    @marked("chunks")
    def stream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Output]:
        """See `Runnable.stream`."""
        bound, config, kwargs = self._call(config, kwargs)
        return bound.stream(input, config, **kwargs)

    @marked("async_chunks")
    def astream(
        self, input: Input, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Output, None]:
        """See `Runnable.astream`."""
        bound, config, kwargs = self._call(config, kwargs)
        return bound.astream(input, config, **kwargs)

    @marked("chunks")
    def transform(
        self, input: Iterator[Input], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Output]:
        """See `Runnable.transform`."""
        bound, config, kwargs = self._call(config, kwargs)
        return bound.transform(input, config, **kwargs)

    @marked("async_chunks")
    def atransform(
        self, input: AsyncIterator[Input], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Output, None]:
        """See `Runnable.atransform`."""
        bound, config, kwargs = self._call(config, kwargs)
        return bound.atransform(input, config, **kwargs)

    def batch(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """See `Runnable.batch`."""
        together = self._together(config, len(inputs), kwargs)
        if together is None:
            return super().batch(inputs, config, return_exceptions=return_exceptions, **kwargs)
        bound, config, given = together
        return bound.batch(inputs, config, return_exceptions=return_exceptions, **given)

    async def abatch(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """See `Runnable.abatch`."""
        together = self._together(config, len(inputs), kwargs)
        if together is None:
            return await super().abatch(inputs, config, return_exceptions=return_exceptions, **kwargs)
        bound, config, given = together
        return await bound.abatch(inputs, config, return_exceptions=return_exceptions, **given)

    def batch_as_completed(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> Iterator[tuple[int, Output | Exception]]:
        """See `Runnable.batch_as_completed`."""
        together = self._together(config, len(inputs), kwargs)
        if together is None:
            return super().batch_as_completed(inputs, config, return_exceptions=return_exceptions, **kwargs)
        bound, config, given = together
        return bound.batch_as_completed(inputs, config, return_exceptions=return_exceptions, **given)

    def abatch_as_completed(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> AsyncIterator[tuple[int, Output | Exception]]:
        """See `Runnable.abatch_as_completed`."""
        together = self._together(config, len(inputs), kwargs)
        if together is None:
            return super().abatch_as_completed(inputs, config, return_exceptions=return_exceptions, **kwargs)
        bound, config, given = together
        return bound.abatch_as_completed(inputs, config, return_exceptions=return_exceptions, **given)

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        """Return what messages and handlers call it: the name of what is bound."""
        return self.bound.get_name(suffix, name=name or self.name)


class RunnableBinding(Delegating[Input, Output]):
    """A runnable with arguments, and a config, that go along with each call: what `bind` and `with_config` make.

    A config that a caller gives is merged over the bound one. Attributes that a runnable does not have in general are
    those of what is bound; `bind_tools` and `with_structured_output` keep what was bound to a model before. No key is
    in what is shown of it, or in a pickle: headers that look as if they held one are left out there.

    It is handed the config around it (`inherits_config` is false), for that counts more than what is bound to it.

    Args:
        bound: The runnable.
        kwargs: The arguments.
        config: The config.
        config_factories: Called with the config of each call; what they return is merged over it.
        custom_input_type: What the input is said to be.
        custom_output_type: What the output is said to be.
        name: What messages and handlers call it.
    """

    def __init__(
        self,
        bound: Runnable[Any, Any],
        *,
        kwargs: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        config_factories: Sequence[Any] = (),
        custom_input_type: Any = None,
        custom_output_type: Any = None,
        name: str | None = None,
    ) -> None:
        self.name: str | None = name or (bound.name if isinstance(bound, RunnableBinding) else None)
        self.bound: Runnable[Any, Any] = bound
        self.kwargs: dict[str, Any] = dict(kwargs or {})
        self.config: RunnableConfig = check_config(config)
        self.config_factories: list[Any] = list(config_factories)
        self.custom_input_type: Any = custom_input_type
        self.custom_output_type: Any = custom_output_type
        if isinstance(bound, RunnableBinding):  # two bindings are one
            self.bound = bound.bound
            self.kwargs = {**bound.kwargs, **self.kwargs}
            self.config = merge_configs(bound.config, self.config)
            self.config_factories = [*bound.config_factories, *self.config_factories]
            self.custom_input_type = custom_input_type or bound.custom_input_type
            self.custom_output_type = custom_output_type or bound.custom_output_type

    def __repr__(self) -> str:
        shown = repr(self.bound)
        if self.kwargs:
            shown += f".bind({', '.join(f'{key}={value!r}' for key, value in discreet(self.kwargs).items())})"
        if self.config:
            shown += f".with_config({discreet(self.config)!r})"
        if self.custom_input_type is not None or self.custom_output_type is not None:
            shown += f".with_types({self.custom_input_type!r}, {self.custom_output_type!r})"
        return shown + ".with_listeners()" * len(self.config_factories)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "bound":
            raise AttributeError(name)
        try:
            found = getattr(self.bound, name)
        except AttributeError:
            raise AttributeError(f"neither a binding nor {self.bound!r} has an attribute {name!r}") from None
        if name in DECLARING:
            return partial(self._declaring, found)
        if self.config and callable(found) and hasattr(type(self.bound), "configured"):
            chosen: Any = self.bound
            return getattr(chosen.configured(self.config), name)
        return found

    def __getstate__(self) -> dict[str, Any]:
        kept = {"kwargs": portable(self.kwargs), "config": portable(self.config)}
        return {**vars(self), **kept}

    def _declaring(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return what a method of the bound model makes, with what was bound to it."""
        made = method(*args, **{**self._kwargs_for(method), **kwargs})
        if not isinstance(made, Runnable) or not (self.config or self.config_factories):
            return made
        factories = self.config_factories
        return RunnableBinding(made, config=self.config, config_factories=factories, name=self.name)

    def _kwargs_for(self, method: Callable[..., Any]) -> dict[str, Any]:
        """Return the bound arguments that a method hands on to each call of the model."""
        if not self.kwargs:
            return {}
        parameters = inspect.signature(method).parameters
        if not any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            return {}
        return {key: value for key, value in self.kwargs.items() if key not in _DECLARED and key not in parameters}

    def _call(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> tuple[Runnable[Any, Any], RunnableConfig | None, dict[str, Any]]:
        if self.config:
            config = merge_configs(self.config, check_config(config)) if config else self.config
        for factory in self.config_factories:
            config = merge_configs(config, factory(merge_configs(surrounding_config(), config)))
        return self.bound, config, {**self.kwargs, **kwargs} if self.kwargs else kwargs

    def _together(
        self, config: Any, count: int, kwargs: dict[str, Any]
    ) -> tuple[Runnable[Any, Any], Any, dict[str, Any]] | None:
        if self.config_factories and not isinstance(config, (list, tuple)):
            config = [config] * count  # listeners are made for each call
        return super()._together(config, count, kwargs)
