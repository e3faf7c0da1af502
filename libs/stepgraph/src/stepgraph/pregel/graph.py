"""Pregel: a graph that can be run, and the doors through which users run it.

What is decided per run lives in `Run`; this class holds what was decided when the graph was built.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import AsyncGenerator, Collection, Generator, Mapping, Sequence
from typing import Any, Generic, TypeAlias

from typing_extensions import Self, TypeVar

from stepgraph.channels import BaseChannel
from stepgraph.config import RunnableConfig, check_config, merge_configs
from stepgraph.errors import EmptyInputError, InvalidGraphError, listed, nearest
from stepgraph.kernel.topology import TASKS, Node, Topology
from stepgraph.pregel import async_driver, sync_driver
from stepgraph.pregel.buffer import STREAM_BUFFER, Buffer
from stepgraph.pregel.by_hand import Keys, entry_to, names_of, problems_of
from stepgraph.pregel.node_builder import NodeBuilder
from stepgraph.pregel.run import Run
from stepgraph.pregel.stream import Tap, requested_modes
from stepgraph.types import Command, StreamMode

__all__ = ["Keys", "Pregel", "StreamModes"]

InputT = TypeVar("InputT", default=Any)
OutputT = TypeVar("OutputT", default=Any)

StreamModes: TypeAlias = "StreamMode | Sequence[StreamMode]"


class Pregel(Generic[InputT, OutputT]):
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
        debug: Whether nodes that edit their input in place are reported; costs a deep copy of every input.
        stream_buffer: How many chunks may wait for a consumer before the nodes that write them are held back.

    Raises:
        InvalidGraphError: Nodes and channels do not fit together; all problems are listed.
        ValueError: `stream_buffer` is below 1.
    """

    inherits_config = True
    shows_input = False

    def __init__(
        self,
        *,
        nodes: Mapping[str, Node | NodeBuilder],
        channels: Mapping[str, BaseChannel[Any, Any]],
        input_channels: Keys,
        output_channels: Keys,
        stream_channels: Keys | None = None,
        stream_mode: StreamModes = "values",
        name: str = "Pregel",
        config: RunnableConfig | None = None,
        context_schema: type[Any] | None = None,
        store: Any = None,
        debug: bool = False,
        stream_buffer: int = STREAM_BUFFER,
        public: Sequence[str] | None = None,
        entry: Node | None = None,
    ) -> None:
        if stream_buffer < 1:
            raise ValueError(f"stream_buffer must leave room for at least 1 chunk, got {stream_buffer}")
        self.name = name
        self.channels: dict[str, BaseChannel[Any, Any]] = dict(channels)
        self.nodes: dict[str, Node] = {
            key: node.build(key) if isinstance(node, NodeBuilder) else node for key, node in nodes.items()
        }
        self.input_channels = input_channels
        self.output_channels = output_channels
        self.stream_mode = stream_mode
        self.config: RunnableConfig | None = check_config(config) if config else None
        self.context_schema = context_schema
        self.store = store
        self.debug = debug
        self.stream_buffer = stream_buffer
        self._public = tuple(key for key in self.channels if key != TASKS) if public is None else tuple(public)
        self.stream_channels: Keys = self._public if stream_channels is None else stream_channels
        self.bare_state: bool = isinstance(self.stream_channels, str)
        self.stream_keys: frozenset[str] = frozenset(names_of(self.stream_channels))
        if entry is None:
            problems = problems_of(self.nodes, self.channels, input_channels, output_channels)
            if problems:
                raise InvalidGraphError(name, problems)
            entry = entry_to(input_channels, name)
        self._async_only = _async_only(self.nodes, entry)
        self.topology: Topology = Topology(self.nodes, self.channels, entry, self._public)

    # Running.

    async def ainvoke(
        self,
        input: InputT | Command[Any] | None,
        config: RunnableConfig | Mapping[str, Any] | None = None,
        *,
        context: Any = None,
        stream_mode: StreamModes = "values",
        print_mode: StreamModes = (),
        output_keys: Keys | None = None,
    ) -> OutputT | Any:
        """Run the graph and return its output.

        Args:
            input: What the input channels get, or a `Command`.
            config: Tags, metadata, limits and `configurable` values of this run.
            context: The object that nodes find as `runtime.context`; not part of the state.
            stream_mode: With another mode than `"values"`, the list of the chunks is returned.
            print_mode: Modes to print while the graph runs.
            output_keys: Which channels to return, the graph's output by default.

        Returns:
            A dict of the output channels' values, or the value itself where `output_channels` is one name.

        Raises:
            EmptyInputError: `input` is `None`.
            InvalidUpdateError: The input or a node's update does not fit the channels.
            GraphRecursionError: The run did not end within its step limit.
            Exception: What a node raised, with a note that says which node it was.
        """
        if stream_mode != "values":
            chunks = self.astream(
                input, config, context=context, stream_mode=stream_mode, print_mode=print_mode, output_keys=output_keys
            )
            return [chunk async for chunk in chunks]
        self._check_keys(output_keys)
        run = self._run(input, config, context, self._printing(print_mode))
        async for _ in async_driver.drive(run, Buffer()):
            pass
        return self._output(run, output_keys)

    def invoke(
        self,
        input: InputT | Command[Any] | None,
        config: RunnableConfig | Mapping[str, Any] | None = None,
        *,
        context: Any = None,
        stream_mode: StreamModes = "values",
        print_mode: StreamModes = (),
        output_keys: Keys | None = None,
    ) -> OutputT | Any:
        """Run the graph in this thread and return its output; see `ainvoke`.

        Raises:
            TypeError: The graph has nodes that are async only.
        """
        if stream_mode != "values":
            chunks = self.stream(
                input, config, context=context, stream_mode=stream_mode, print_mode=print_mode, output_keys=output_keys
            )
            return list(chunks)
        self._require_sync("invoke")
        self._check_keys(output_keys)
        run = self._run(input, config, context, self._printing(print_mode))
        for _ in sync_driver.drive(run, Buffer()):
            pass
        return self._output(run, output_keys)

    def astream(
        self,
        input: InputT | Command[Any] | None,
        config: RunnableConfig | Mapping[str, Any] | None = None,
        *,
        context: Any = None,
        stream_mode: StreamModes | None = None,
        print_mode: StreamModes = (),
        output_keys: Keys | None = None,
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
            subgraphs: Whether chunks of sub-graphs come too; each chunk then starts with its namespace, a tuple
                of `node:task_id`, as `(namespace, chunk)` or `(namespace, mode, chunk)`.
            debug: Whether nodes that edit their input in place are reported, as the graph was compiled by default.

        Raises:
            ValueError: A mode or an output key does not exist.
        """
        buffer = Buffer(self.stream_buffer)
        return async_driver.drive(
            self._run(
                input,
                config,
                context,
                self._taps(buffer, stream_mode, print_mode, output_keys, subgraphs=subgraphs),
                debug=debug,
            ),
            buffer,
        )

    def stream(
        self,
        input: InputT | Command[Any] | None,
        config: RunnableConfig | Mapping[str, Any] | None = None,
        *,
        context: Any = None,
        stream_mode: StreamModes | None = None,
        print_mode: StreamModes = (),
        output_keys: Keys | None = None,
        subgraphs: bool = False,
        debug: bool | None = None,
    ) -> Generator[Any, None, None]:
        """Run the graph and yield what happens, without an event loop; see `astream`.

        Raises:
            TypeError: The graph has nodes that are async only.
        """
        self._require_sync("stream")
        buffer = Buffer(self.stream_buffer)
        return sync_driver.drive(
            self._run(
                input,
                config,
                context,
                self._taps(buffer, stream_mode, print_mode, output_keys, subgraphs=subgraphs),
                debug=debug,
            ),
            buffer,
        )

    def with_config(self, config: RunnableConfig | None = None, **settings: Any) -> Self:
        """Return this graph with a config that is merged under the config of every call."""
        twin = copy.copy(self)
        twin.config = merge_configs(self.config, check_config(config), check_config(settings))
        return twin

    def get_name(self) -> str:
        """Return the graph's name."""
        return self.name

    # What a run asks.

    def read(self, view: Mapping[str, Any], keys: Keys | None = None) -> Any:
        """Return the values of some channels, of those that streams show by default."""
        if keys is None:
            keys = self.stream_channels
            if len(self.stream_keys) == len(self._public) and not self.bare_state:
                return dict(view)
        if isinstance(keys, str):
            return view.get(keys)
        return {key: view[key] for key in keys if key in view}

    def writes_any(self, changed: Collection[str], keys: Keys | None) -> bool:
        """Return whether one of the channels that a consumer sees is among those that changed."""
        if keys is None:
            return not self.stream_keys.isdisjoint(changed)
        return keys in changed if isinstance(keys, str) else any(key in changed for key in keys)

    def without_surplus(self, input: Any) -> Any:
        """Return the input without keys that this graph does not have: those of the graph above that it ignores."""
        if not isinstance(input, dict) or isinstance(self.input_channels, str):
            return input
        return {key: value for key, value in input.items() if key in self.input_channels}

    def _output(self, run: Run, keys: Keys | None) -> Any:
        return self.read(run.machine.memory.view, self.output_channels if keys is None else keys)

    def _run(
        self,
        input: Any,
        config: Mapping[str, Any] | None,
        context: Any,
        taps: Sequence[Tap],
        *,
        debug: bool | None = None,
    ) -> Run:
        if input is None:
            raise EmptyInputError(f"graph {self.name!r} was given no input; {self._expected_input()}")
        if isinstance(input, Command) and input.resume is not None:
            raise RuntimeError(
                f"Command(resume=…) answers an interrupt, and graph {self.name!r} has no checkpointer that could have "
                "kept one"
            )
        return Run(
            self, input, config, self._coerced_context(context), taps, debug=self.debug if debug is None else debug
        )

    def _expected_input(self) -> str:
        if isinstance(self.input_channels, str):
            return "pass a value"
        return f"pass a dict with some of the keys {listed(self.input_channels)}"

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


def _async_only(nodes: Mapping[str, Node], entry: Node) -> list[str]:
    """Return the names of the functions that only a loop can call."""
    actions = [node.action for node in nodes.values()]
    actions += [route.action for node in (entry, *nodes.values()) for route in node.routes]
    return sorted({action.name for action in actions if action.sync is None})


def _print_chunk(chunk: tuple[str, Any]) -> None:
    mode, payload = chunk
    sys.stdout.write(f"\x1b[1m[{mode}]\x1b[0m {payload}\n")
