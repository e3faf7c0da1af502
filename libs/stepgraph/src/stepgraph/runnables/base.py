"""Runnable: something that can be invoked, batched, streamed and composed, in both colours.

Who subclasses it writes `invoke` or `ainvoke`, and `stream` or `transform` where there is something to stream; the rest
comes from here. A method of one colour that is missing falls back on the other one's only from async to sync: sync code
runs in the engine's threads, in the caller's context.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar, Final, Generic, Literal, TypeAlias

from typing_extensions import TypeVar

from stepgraph.config import RunnableConfig
from stepgraph.execution.bridge import in_threads
from stepgraph.execution.threads import in_thread
from stepgraph.runnables import batching
from stepgraph.runnables.adapted import aclose, one
from stepgraph.runnables.described import Described
from stepgraph.runnables.folding import fold
from stepgraph.runnables.making import MAKERS
from stepgraph.runnables.own_runs import OwnRuns

__all__ = ["Input", "Output", "Runnable", "RunnableLike"]

Input = TypeVar("Input", contravariant=True, default=Any)
Output = TypeVar("Output", covariant=True, default=Any)


class Runnable(Described, OwnRuns, Generic[Input, Output]):
    """Something that can be invoked, batched, streamed and composed.

    Runnables are composed with `|`, into sequences, and with dicts, into what runs side by side.

    Attributes:
        name: What messages and handlers call it; the name of its class where it has none.
    """

    run_type: ClassVar[str] = "chain"
    inherits_config: ClassVar[bool] = False
    """Whether it finds the config around it by itself; others are handed it."""

    # One input.

    def invoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Output:
        """Run with one input and return the output.

        Args:
            input: The input.
            config: Tags, metadata, callbacks, limits and `configurable` values; merged with those around.
            kwargs: For this runnable, the first step of a sequence.
        """
        raise NotImplementedError(f"{type(self).__name__} must define invoke(), or be run with ainvoke()")

    async def ainvoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Output:
        """Run with one input and return the output; where it is not overridden, `invoke` runs in a thread."""
        return await in_thread(self.invoke, input, config, **kwargs)  # type: ignore[no-any-return]

    # Many inputs.

    def batch(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """Run with many inputs, in the engine's threads, and return the outputs in the order of the inputs.

        Args:
            inputs: The inputs.
            config: One config for all, or one for each. `max_concurrency` bounds how many run at once.
            return_exceptions: Whether an exception stands in the list in place of its output; else the first one is
                raised, and what has not begun is dropped.
            kwargs: For each call.

        Raises:
            ValueError: There are not as many configs as inputs.
        """
        return batching.batch(self, inputs, config, return_exceptions, kwargs)

    async def abatch(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """Run with many inputs side by side; see `batch`. The first exception cancels the others and waits for them."""
        return await batching.abatch(self, inputs, config, return_exceptions, kwargs)

    def batch_as_completed(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> Iterator[tuple[int, Output | Exception]]:
        """Run with many inputs and yield pairs of an input's number and its output, as they come; see `batch`."""
        return batching.batch_as_completed(self, inputs, config, return_exceptions, kwargs)

    def abatch_as_completed(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig | None] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> AsyncIterator[tuple[int, Output | Exception]]:
        """Run with many inputs and yield pairs of an input's number and its output, as they come.

        Closing the iterator cancels what still runs and waits for it.
        """
        return batching.abatch_as_completed(self, inputs, config, return_exceptions, kwargs)

    # Streams.

    def stream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Output]:
        """Run with one input and yield the output in chunks; in one, where there is nothing to stream."""
        if _has(self, "transform"):
            yield from self.transform(iter((input,)), config, **kwargs)
        else:
            yield self.invoke(input, config, **kwargs)

    async def astream(
        self, input: Input, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Output, None]:
        """See `stream`; where there is a sync one only, that runs in the engine's threads, chunk by chunk."""
        if not (_has(self, "atransform") or _has(self, "stream") or _has(self, "transform")):
            yield await self.ainvoke(input, config, **kwargs)
            return
        chunks: Any
        if _has(self, "atransform"):
            chunks = self.atransform(one(input), config, **kwargs)
        else:
            chunks = in_threads(lambda given: self.stream(given, config, **kwargs), input)
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            await aclose(chunks)

    def transform(
        self, input: Iterator[Input], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Output]:
        """Turn chunks of an input into chunks of an output: what makes sequences stream.

        Where it is not overridden, the chunks of the input are added up first.
        """
        chunks = list(input)
        if chunks:
            yield from self.stream(fold(chunks), config, **kwargs)

    async def atransform(
        self, input: AsyncIterator[Input], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Output, None]:
        """See `transform`; where there is a sync one only, that runs in the engine's threads, chunk by chunk."""
        stream: Any
        if _has(self, "transform"):
            stream = in_threads(lambda given: self.transform(given, config, **kwargs), input, chunks=True)
        else:
            chunks = [chunk async for chunk in input]
            if not chunks:
                return
            stream = self.astream(fold(chunks), config, **kwargs)
        try:
            async for chunk in stream:
                yield chunk
        finally:
            await aclose(stream)

    def astream_events(
        self,
        input: Any,
        config: RunnableConfig | None = None,
        *,
        version: Literal["v1", "v2"] = "v2",
        include_names: Sequence[str] | None = None,
        include_types: Sequence[str] | None = None,
        include_tags: Sequence[str] | None = None,
        exclude_names: Sequence[str] | None = None,
        exclude_types: Sequence[str] | None = None,
        exclude_tags: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[dict[str, Any]]:
        """Run with one input and yield what happens in it, down to the innermost runnable.

        Each event is a dict with `event` (such as `"on_chain_start"`, `"on_chat_model_stream"`, `"on_tool_end"`,
        `"on_custom_event"`), `name`, `run_id`, `parent_ids`, `tags`, `metadata` and `data`.

        Args:
            input: The input.
            config: As for `ainvoke`.
            version: `"v2"`.
            include_names: Only events of runnables with these names.
            include_types: Only events of runnables of these types, such as `"chat_model"`.
            include_tags: Only events of runs with one of these tags.
            exclude_names: No events of runnables with these names.
            exclude_types: No events of runnables of these types.
            exclude_tags: No events of runs with one of these tags.
            kwargs: For `astream`.
        """
        included = (include_names, include_types, include_tags)
        excluded = (exclude_names, exclude_types, exclude_tags)
        events: AsyncIterator[dict[str, Any]] = MAKERS.events(self, input, config, version, included, excluded, kwargs)
        return events

    # Composition.

    def __or__(self, other: Any) -> Runnable[Input, Any]:
        return MAKERS.sequence(self, MAKERS.coerce(other))  # type: ignore[no-any-return]

    def __ror__(self, other: Any) -> Runnable[Any, Output]:
        return MAKERS.sequence(MAKERS.coerce(other), self)  # type: ignore[no-any-return]

    def pipe(self, *others: Any, name: str | None = None) -> Runnable[Input, Any]:
        """Return the sequence of this runnable and others."""
        return MAKERS.sequence(self, *map(MAKERS.coerce, others), name=name)  # type: ignore[no-any-return]

    def pick(self, keys: str | list[str]) -> Runnable[Input, Any]:
        """Return a runnable that takes one key's value, or a dict of some keys, out of the output."""
        return self.pipe(MAKERS.pick(keys))

    def assign(self, **kwargs: Any) -> Runnable[Input, dict[str, Any]]:
        """Return a runnable that adds keys to the output, a dict: each is computed from it by a runnable."""
        return self.pipe(MAKERS.assign(kwargs))

    def map(self) -> Runnable[Sequence[Input], list[Output]]:
        """Return a runnable that applies this one to each item of a list."""
        return MAKERS.each(self)  # type: ignore[no-any-return]

    def bind(self, **kwargs: Any) -> Runnable[Input, Output]:
        """Return a runnable whose calls pass these keyword arguments along."""
        return MAKERS.binding(self, kwargs=kwargs)  # type: ignore[no-any-return]

    def with_config(self, config: RunnableConfig | None = None, **kwargs: Any) -> Runnable[Input, Output]:
        """Return a runnable whose calls have a config: what callers give is merged over it."""
        return MAKERS.binding(self, config={**(config or {}), **kwargs})  # type: ignore[no-any-return]

    def with_types(self, input_type: Any = None, output_type: Any = None) -> Runnable[Input, Output]:
        """Return a runnable that says what its input and its output are."""
        return MAKERS.binding(self, custom_input_type=input_type, custom_output_type=output_type)  # type: ignore[no-any-return]

    def with_listeners(
        self, *, on_start: Any = None, on_end: Any = None, on_error: Any = None
    ) -> Runnable[Input, Output]:
        """Return a runnable that calls functions with its `Run` (and its config, if they take two) as it goes.

        Args:
            on_start: Called before it runs.
            on_end: Called when it has ended.
            on_error: Called when it has failed.
        """
        return MAKERS.listening(self, on_start, on_end, on_error, False)  # type: ignore[no-any-return]

    def with_alisteners(
        self, *, on_start: Any = None, on_end: Any = None, on_error: Any = None
    ) -> Runnable[Input, Output]:
        """Return a runnable that awaits functions with its `Run` as it goes; see `with_listeners`."""
        return MAKERS.listening(self, on_start, on_end, on_error, True)  # type: ignore[no-any-return]

    def with_retry(
        self,
        *,
        retry_if_exception_type: tuple[type[BaseException], ...] | Callable[[BaseException], bool] = (Exception,),
        wait_exponential_jitter: bool = True,
        exponential_jitter_params: Mapping[str, float] | None = None,
        stop_after_attempt: int = 3,
    ) -> Runnable[Input, Output]:
        """Return a runnable that is tried again when it fails; streams, as long as they have shown nothing.

        Args:
            retry_if_exception_type: The exceptions, or what says of one whether it is worth another attempt.
            wait_exponential_jitter: Whether to wait in between, longer each time.
            exponential_jitter_params: `initial` (1 second), `max` (60 seconds), `exp_base` (2) and `jitter` (up to 1
                second more).
            stop_after_attempt: How many attempts there are.
        """
        return MAKERS.retry(  # type: ignore[no-any-return]
            self,
            retry_exception_types=retry_if_exception_type,
            wait_exponential_jitter=wait_exponential_jitter,
            exponential_jitter_params=exponential_jitter_params,
            max_attempt_number=stop_after_attempt,
        )

    def with_fallbacks(
        self,
        fallbacks: Sequence[Runnable[Input, Output]],
        *,
        exceptions_to_handle: tuple[type[BaseException], ...] = (Exception,),
        exception_key: str | None = None,
    ) -> Runnable[Input, Output]:
        """Return a runnable that tries others, in order, when this one fails; streams, before the first chunk.

        Args:
            fallbacks: The others.
            exceptions_to_handle: The exceptions after which the next one is tried.
            exception_key: The key under which the next one's input, a dict, holds the exception.
        """
        return MAKERS.fallbacks(self, fallbacks, exceptions_to_handle, exception_key)  # type: ignore[no-any-return]

    def configurable_fields(self, **kwargs: Any) -> Runnable[Input, Output]:
        """Return a runnable whose attributes a config can set, each described by a `ConfigurableField`."""
        return MAKERS.fields(self, kwargs)  # type: ignore[no-any-return]

    def configurable_alternatives(
        self, which: Any, *, default_key: str = "default", prefix_keys: bool = False, **kwargs: Any
    ) -> Runnable[Input, Output]:
        """Return a runnable in whose place a config can put another.

        Args:
            which: The `ConfigurableField` whose value names the alternative.
            default_key: The name of this runnable among them.
            prefix_keys: Whether fields of an alternative are configured as `which==alternative/field`.
            kwargs: The alternatives by name; functions are called when they are needed.
        """
        return MAKERS.alternatives(which, self, kwargs, default_key, prefix_keys)  # type: ignore[no-any-return]

    def as_tool(
        self,
        args_schema: Any = None,
        *,
        name: str | None = None,
        description: str | None = None,
        arg_types: dict[str, type] | None = None,
    ) -> Any:
        """Return a tool that runs this; see `stepgraph.tools.convert_runnable_to_tool`."""
        make = import_module("stepgraph.tools").convert_runnable_to_tool  # which stands above runnables
        return make(self, args_schema, name=name, description=description, arg_types=arg_types)


RunnableLike: TypeAlias = Runnable[Input, Output] | Callable[..., Any] | Mapping[str, Any]
"""A runnable, or what `coerce_to_runnable` makes one of: a function, or a dict of them."""


def _has(runnable: Runnable[Any, Any], method: str) -> bool:
    """Return whether a class defines a method of its own."""
    return getattr(type(runnable), method) is not getattr(Runnable, method)


_OLDER: Final = {"RunnableBindingBase": "RunnableBinding", "RunnableEachBase": "RunnableEach"}
"""Classes that others have two of, with the one that we have."""


def __getattr__(name: str) -> Any:
    """Find what others keep in the module of their base class."""
    package = import_module("stepgraph.runnables")
    name = _OLDER.get(name, name)
    if name.startswith("_") or name not in package.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(package, name)
