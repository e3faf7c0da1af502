"""Pregel: a graph that can be run, and the doors through which users run it.

What is decided per run lives in `Run`; what was decided when the graph was built in `Definition`.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping, Sequence
from typing import Any, Generic, Literal

from typing_extensions import Self, TypeVar

from stepgraph.checkpoint.base import INTERRUPT
from stepgraph.config import RunnableConfig, check_config, merge_configs
from stepgraph.errors import EmptyInputError, listed, nearest
from stepgraph.execution.guard import GUARD
from stepgraph.kernel.breakpoints import Breakpoints
from stepgraph.pregel import async_driver, sync_driver
from stepgraph.pregel.buffer import Buffer
from stepgraph.pregel.by_hand import Keys, names_of
from stepgraph.pregel.caching import namespaces_of
from stepgraph.pregel.definition import Definition, StreamModes
from stepgraph.pregel.run import Run
from stepgraph.pregel.settings import Settings
from stepgraph.pregel.stateful import Stateful
from stepgraph.pregel.stream import Tap, requested_modes
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.folding import fold
from stepgraph.runtime import RunControl
from stepgraph.signatures import marked
from stepgraph.types import NOT_GIVEN, Command, Durability, GraphOutput

__all__ = ["Keys", "Pregel", "StreamModes"]

InputT = TypeVar("InputT", default=Any)
OutputT = TypeVar("OutputT", default=Any)


class Pregel(Stateful, Definition, Runnable[InputT, OutputT], Generic[InputT, OutputT]):
    """A graph of nodes that communicate through channels, executed in supersteps.

    `StateGraph.compile` makes one; build it by hand, with `NodeBuilder`, for full control over channels.

    Args:
        nodes: Nodes, or builders of them, by name.
        channels: Channels by name.
        input_channels: Where the input goes: one name for the input as it is, a list for a dict of these keys.
        output_channels: What `invoke` returns: one name for its value, a list for a dict.
        stream_channels: What `stream_mode="values"` shows, all channels by default.
        stream_mode: The default of `stream` and `astream`.
        name: What messages and tracers call the graph.
        config: Merged under the config of every call.
        context_schema: The type of `context=`; a dict is turned into it.
        store: What `get_store()` returns inside nodes.
        checkpointer: Keeps the state of each thread; `True` for that of the graph above with a memory of its own,
            `False` for none, `None` for that of the graph above, if any.
        cache: Keeps what nodes with a cache policy wrote.
        interrupt_before: Nodes before which a run stops; `"*"` for every node.
        interrupt_after: Nodes after which a run stops.
        debug: Whether nodes that edit their input in place are reported; costs a deep copy of every input.
        stream_buffer: How many chunks may wait for a consumer before the nodes that write them are held back.

    Raises:
        InvalidGraphError: Nodes and channels do not fit together; all problems are listed.
        ValueError: `stream_buffer` is below 1.
    """

    name: str

    # Running.

    async def ainvoke(  # type: ignore[override]
        self,
        input: InputT | Command[Any] | None,
        config: RunnableConfig | Mapping[str, Any] | None = None,
        *,
        context: Any = None,
        stream_mode: StreamModes = "values",
        print_mode: StreamModes = (),
        output_keys: Keys | None = None,
        interrupt_before: Breakpoints | None = None,
        interrupt_after: Breakpoints | None = None,
        durability: Durability | None = None,
        control: RunControl | None = None,
        version: Literal["v1", "v2"] = "v1",
    ) -> OutputT | Any:
        """Run the graph and return its output.

        Args:
            input: What the input channels get, a `Command`, or `None` to go on where the thread stands.
            config: Tags, metadata, limits and `configurable` values of this run, `thread_id` among them.
            context: The object that nodes find as `runtime.context`; not part of the state.
            stream_mode: With another mode than `"values"`, the list of the chunks is returned.
            print_mode: Modes to print while the graph runs.
            output_keys: Which channels to return, the graph's output by default.
            interrupt_before: Nodes before which to stop, in place of those the graph was compiled with.
            interrupt_after: Nodes after which to stop, likewise.
            durability: When the run saves: `"sync"` before it goes on and before anything is shown, `"async"` while
                it goes on, `"exit"` only when it leaves, well or not.
            control: Through which somebody may ask the run to stop after its superstep.
            version: `"v2"` returns a `GraphOutput`.

        Returns:
            A dict of the output channels' values, or the value itself where `output_channels` is one name. A run that
            waits for an answer adds the questions under `"__interrupt__"`.

        Raises:
            EmptyInputError: `input` is `None` and there is nothing to go on with.
            MissingThreadError: The graph has a checkpointer and `config` names no thread.
            ThreadConflictError: Another run has saved to the thread meanwhile.
            UnknownInterruptError: `Command(resume=…)` answers a question that nobody asked.
            GraphDrained: `control` asked the run to stop.
            InvalidUpdateError: The input or a node's update does not fit the channels.
            GraphRecursionError: The run did not end within its step limit.
            Exception: What a node raised, with a note that says which node it was.
        """
        if GUARD.on:
            GUARD.watch_loop()
        if stream_mode != "values":
            chunks = self.astream(
                input,
                config,
                context=context,
                stream_mode=stream_mode,
                print_mode=print_mode,
                output_keys=output_keys,
                interrupt_before=interrupt_before,
                interrupt_after=interrupt_after,
                durability=durability,
                control=control,
            )
            return [chunk async for chunk in chunks]
        self._check_keys(output_keys)
        settings = self._settings(durability, interrupt_before, interrupt_after, control)
        run = self._run(input, config, context, self._printing(print_mode), settings)
        async for _ in async_driver.drive(run, Buffer()):
            pass
        return self._output(run, output_keys, version)

    def invoke(  # type: ignore[override]
        self,
        input: InputT | Command[Any] | None,
        config: RunnableConfig | Mapping[str, Any] | None = None,
        *,
        context: Any = None,
        stream_mode: StreamModes = "values",
        print_mode: StreamModes = (),
        output_keys: Keys | None = None,
        interrupt_before: Breakpoints | None = None,
        interrupt_after: Breakpoints | None = None,
        durability: Durability | None = None,
        control: RunControl | None = None,
        version: Literal["v1", "v2"] = "v1",
    ) -> OutputT | Any:
        """Run the graph in this thread and return its output; see `ainvoke`.

        Raises:
            TypeError: The graph has nodes that are async only.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "invoke")
        if stream_mode != "values":
            chunks = self.stream(
                input,
                config,
                context=context,
                stream_mode=stream_mode,
                print_mode=print_mode,
                output_keys=output_keys,
                interrupt_before=interrupt_before,
                interrupt_after=interrupt_after,
                durability=durability,
                control=control,
            )
            return list(chunks)
        self._require_sync("invoke")
        self._check_keys(output_keys)
        settings = self._settings(durability, interrupt_before, interrupt_after, control)
        run = self._run(input, config, context, self._printing(print_mode), settings)
        for _ in sync_driver.drive(run, Buffer()):
            pass
        return self._output(run, output_keys, version)

    @marked("async_chunks")
    def astream(  # type: ignore[override]
        self,
        input: InputT | Command[Any] | None,
        config: RunnableConfig | Mapping[str, Any] | None = None,
        *,
        context: Any = None,
        stream_mode: StreamModes | None = None,
        print_mode: StreamModes = (),
        output_keys: Keys | None = None,
        interrupt_before: Breakpoints | None = None,
        interrupt_after: Breakpoints | None = None,
        durability: Durability | None = None,
        control: RunControl | None = None,
        subgraphs: bool = False,
        debug: bool | None = None,
    ) -> AsyncGenerator[Any, None]:
        """Run the graph and yield what happens while it happens.

        The modes are `values` (the state after each superstep), `updates` (what each node wrote, as `{node: update}`),
        `messages` (pairs of a message or a model's chunk and its metadata), `custom` (what nodes gave to their
        `StreamWriter`), `tasks` (tasks as they start and end), `checkpoints` (needs a checkpointer) and `debug`
        (tasks and checkpoints with step and time).

        A consumer that takes its time slows the run down. Closing the iterator, or cancelling the task that reads
        it, cancels the nodes that run and waits for them.

        Args:
            input: What the input channels get, or a `Command`.
            config: Tags, metadata, limits and `configurable` values of this run.
            context: The object that nodes find as `runtime.context`; not part of the state.
            stream_mode: One mode, whose chunks come as they are, or several, whose chunks come as `(mode, chunk)`.
            print_mode: Modes to print as well.
            output_keys: Which channels `values` and `updates` show.
            interrupt_before: Nodes before which to stop, in place of those the graph was compiled with.
            interrupt_after: Nodes after which to stop, likewise.
            durability: When the run saves; see `ainvoke`.
            control: Through which somebody may ask the run to stop after its superstep.
            subgraphs: Whether chunks of sub-graphs come too; each chunk then starts with its namespace, a tuple
                of `node:task_id`, as `(namespace, chunk)` or `(namespace, mode, chunk)`.
            debug: Whether nodes that edit their input in place are reported, as the graph was compiled by default.

        Raises:
            ValueError: A mode or an output key does not exist.
        """
        if GUARD.on:
            GUARD.watch_loop()
        buffer = Buffer(self.stream_buffer)
        taps = self._taps(buffer, stream_mode, print_mode, output_keys, subgraphs=subgraphs)
        settings = self._settings(durability, interrupt_before, interrupt_after, control, debug)
        return async_driver.drive(self._run(input, config, context, taps, settings), buffer)

    def stream(  # type: ignore[override]
        self,
        input: InputT | Command[Any] | None,
        config: RunnableConfig | Mapping[str, Any] | None = None,
        *,
        context: Any = None,
        stream_mode: StreamModes | None = None,
        print_mode: StreamModes = (),
        output_keys: Keys | None = None,
        interrupt_before: Breakpoints | None = None,
        interrupt_after: Breakpoints | None = None,
        durability: Durability | None = None,
        control: RunControl | None = None,
        subgraphs: bool = False,
        debug: bool | None = None,
    ) -> Generator[Any, None, None]:
        """Run the graph and yield what happens, without an event loop; see `astream`.

        Raises:
            TypeError: The graph has nodes that are async only.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "stream")
        self._require_sync("stream")
        buffer = Buffer(self.stream_buffer)
        taps = self._taps(buffer, stream_mode, print_mode, output_keys, subgraphs=subgraphs)
        settings = self._settings(durability, interrupt_before, interrupt_after, control, debug)
        return sync_driver.drive(self._run(input, config, context, taps, settings), buffer)

    def transform(self, input: Iterator[Any], config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Run the graph with the sum of the chunks and yield its state after each superstep: the last is its output."""
        for given in _summed(list(input)):
            if isinstance(self.output_channels, str):  # values of a channel would be added up by who reads them
                yield self.invoke(given, config, **kwargs)
            else:
                yield from self.stream(given, config, **{"stream_mode": "values", **kwargs})

    async def atransform(
        self, input: AsyncIterator[Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        """See `transform`."""
        for given in _summed([chunk async for chunk in input]):
            if isinstance(self.output_channels, str):
                yield await self.ainvoke(given, config, **kwargs)
                continue
            chunks = self.astream(given, config, **{"stream_mode": "values", **kwargs})
            try:
                async for chunk in chunks:
                    yield chunk
            finally:
                await chunks.aclose()

    def with_config(self, config: RunnableConfig | None = None, **settings: Any) -> Self:
        """Return this graph with a config that is merged under the config of every call."""
        twin = copy.copy(self)
        twin.config = merge_configs(self.config, check_config(config), check_config(settings))
        return twin

    def clear_cache(self, nodes: Sequence[str] | None = None) -> None:
        """Forget what nodes wrote, all of them by default."""
        if self.cache is not None:
            self.cache.clear(namespaces_of(self, nodes))

    async def aclear_cache(self, nodes: Sequence[str] | None = None) -> None:
        """See `clear_cache`."""
        if self.cache is not None:
            await self.cache.aclear(namespaces_of(self, nodes))

    def _output(self, run: Run, keys: Keys | None, version: str) -> Any:
        value = self.read(run.outlook(), self.output_channels if keys is None else keys)
        if version == "v2":
            return GraphOutput(value, run.interrupts)
        if run.interrupts and (value is None or isinstance(value, dict)):
            return {**(value or {}), INTERRUPT: list(run.interrupts)}
        return value

    def _settings(
        self,
        durability: Durability | None,
        interrupt_before: Breakpoints | None,
        interrupt_after: Breakpoints | None,
        control: RunControl | None,
        debug: bool | None = None,
    ) -> Settings:
        if durability not in (None, "sync", "async", "exit"):
            raise ValueError(f"durability must be 'sync', 'async' or 'exit', got {durability!r}")
        return Settings(durability, interrupt_before, interrupt_after, control, debug)

    def _run(
        self, input: Any, config: Mapping[str, Any] | None, context: Any, taps: Sequence[Tap], settings: Settings
    ) -> Run:
        run = Run(self, input, config, self._coerced_context(context), taps, settings)
        if run.journal is None:
            if input is None:
                raise EmptyInputError(f"graph {self.name!r} was given no input; {self.expected_input()}")
            if isinstance(input, Command) and input.resume is not NOT_GIVEN:
                raise RuntimeError(
                    f"Command(resume=…) answers an interrupt, and graph {self.name!r} has no checkpointer that could "
                    "have kept one"
                )
        return run

    def _coerced_context(self, context: Any) -> Any:
        schema = self.context_schema
        if schema is None or not isinstance(context, dict) or issubclass(schema, dict):
            return context
        return schema(**context)

    def _printing(self, modes: StreamModes) -> tuple[Tap, ...]:
        if not modes:
            return ()
        return (Tap(_print_chunk, requested_modes(modes)[0]),)

    def _taps(
        self,
        buffer: Buffer,
        stream_mode: StreamModes | None,
        print_mode: StreamModes,
        output_keys: Keys | None,
        *,
        subgraphs: bool,
    ) -> tuple[Tap, ...]:
        self._check_keys(output_keys)
        modes, single = requested_modes(self.stream_mode if stream_mode is None else stream_mode)
        tap = Tap(buffer.push, modes, buffer=buffer, labelled=not single, subgraphs=subgraphs, output_keys=output_keys)
        return (tap, *self._printing(print_mode))

    def _check_keys(self, keys: Keys | None) -> None:
        for key in () if keys is None else names_of(keys):
            if key not in self._public:
                raise ValueError(
                    f"output key {key!r} is not a channel of graph {self.name!r}{nearest(key, self._public)}; "
                    f"channels are {listed(self._public)}"
                )

    def _require_sync(self, door: str) -> None:
        if self._async_only:
            raise TypeError(
                f"graph {self.name!r} has async functions, {listed(self._async_only)}, which {door}() cannot run; call "
                f"a{door}() instead, or give sync ones"
            )


def _summed(chunks: list[Any]) -> list[Any]:
    return [fold(chunks)] if chunks else []


def _print_chunk(chunk: tuple[str, Any]) -> None:
    mode, payload = chunk
    sys.stdout.write(f"\x1b[1m[{mode}]\x1b[0m {payload}\n")
