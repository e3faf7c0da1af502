"""CompiledStateGraph: a `StateGraph` that can be run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from stepgraph.cache.base import BaseCache
from stepgraph.checkpoint.base import Checkpoint
from stepgraph.config import RunnableConfig
from stepgraph.constants import START
from stepgraph.graph.compile import Blueprint
from stepgraph.graph.json_schema import json_schema_of, json_schema_of_state
from stepgraph.graph.migration import migrated
from stepgraph.graph.parts import GraphParts
from stepgraph.graph.schema import ROOT
from stepgraph.kernel.breakpoints import Breakpoints
from stepgraph.kernel.topology import Node
from stepgraph.pregel import Pregel
from stepgraph.pregel.definition import Checkpointer

if TYPE_CHECKING:
    from stepgraph.runnables.graph import Graph

__all__ = ["CompiledStateGraph"]

StateT = TypeVar("StateT", default=Any)
ContextT = TypeVar("ContextT", default=None)
InputT = TypeVar("InputT", default=Any)
OutputT = TypeVar("OutputT", default=Any)


class CompiledStateGraph(Pregel[InputT, OutputT], Generic[StateT, ContextT, InputT, OutputT]):
    """A graph ready to run; `StateGraph.compile` makes it.

    Attributes:
        builder: The graph that it was compiled from.
    """

    shows_input = True

    def __init__(
        self,
        builder: GraphParts,
        blueprint: Blueprint,
        *,
        checkpointer: Checkpointer = None,
        cache: BaseCache[Any] | None = None,
        store: Any = None,
        interrupt_before: Breakpoints = (),
        interrupt_after: Breakpoints = (),
        debug: bool = False,
        name: str = "StateGraph",
        config: RunnableConfig | None = None,
        renamed: Mapping[str, str | None] | None = None,
    ) -> None:
        self.builder = builder
        state = list(builder.channels)
        entry = blueprint.entry()
        super().__init__(
            nodes=blueprint.nodes(),
            channels=blueprint.channels(),
            input_channels=_shown(builder.schemas[builder.input_schema].channels),
            output_channels=_shown(builder.schemas[builder.output_schema].channels),
            stream_channels=_shown(state),
            stream_mode="updates",
            name=name,
            config=config,
            context_schema=builder.context_schema,
            store=store,
            checkpointer=checkpointer,
            cache=cache,
            interrupt_before=interrupt_before,
            interrupt_after=interrupt_after,
            debug=debug,
            public=state,
            entry=entry,
            command=blueprint.command(),
        )
        self._renamed: dict[str, str | None] = dict(renamed or {})
        self.nodes: dict[str, Node] = {START: entry, **self.nodes}

    def types(self) -> Collection[type[Any]]:
        """Return the types that the graph's schemas name, and those that its nodes put into messages."""
        from stepgraph.serde.allowed import types_in  # noqa: PLC0415 - only graphs that save need it

        given = (getattr(spec.runnable, "kept_types", ()) for spec in self.builder.nodes.values())
        return types_in(*self.builder.schemas, *chain.from_iterable(given))

    def saved_name(self, node: str) -> str:
        """Return the name that a node had when what is pending of its tasks may have been saved."""
        return next((old for old, new in self._renamed.items() if new == node), node)

    def migrated(self, checkpoint: Checkpoint, *, strict: bool = True) -> Checkpoint:
        """Return a checkpoint with the names that the graph gives channels and nodes now.

        Raises:
            MigrationError: The thread waits for a node that the graph does not have.
        """
        return migrated(self, self._renamed, checkpoint, strict=strict)

    def get_graph(self, config: RunnableConfig | None = None, *, xray: bool | int = False) -> Graph:
        """Return a drawing of the graph, made of what was declared; see `draw_mermaid` and `draw_ascii` of it.

        Args:
            config: Not looked at: the drawing is the same for all of them.
            xray: Whether to draw sub-graphs in place of the nodes that run them; a number says how many levels.
        """
        from stepgraph.graph.drawing import drawing_of  # noqa: PLC0415 - few are drawn

        return drawing_of(self, xray)

    async def aget_graph(self, config: RunnableConfig | None = None, *, xray: bool | int = False) -> Graph:
        """Return a drawing of the graph; see `get_graph`."""
        return self.get_graph(config, xray=xray)

    @property
    def InputType(self) -> Any:  # noqa: N802 - a type
        """The class of what callers give."""
        return self.builder.input_schema

    @property
    def OutputType(self) -> Any:  # noqa: N802 - a type
        """The class of what callers get."""
        return self.builder.output_schema

    def get_input_jsonschema(self, config: RunnableConfig | None = None) -> dict[str, Any]:
        """Return the JSON schema of what callers give."""
        return json_schema_of_state(self.builder.schemas[self.builder.input_schema], f"{self.name}Input")

    def get_output_jsonschema(self, config: RunnableConfig | None = None) -> dict[str, Any]:
        """Return the JSON schema of what callers get."""
        return json_schema_of_state(self.builder.schemas[self.builder.output_schema], f"{self.name}Output")

    def get_context_jsonschema(self) -> dict[str, Any] | None:
        """Return the JSON schema of the context, `None` where the graph has none."""
        return None if self.context_schema is None else json_schema_of(self.context_schema)


def _shown(keys: Any) -> Any:
    """Return the keys to read, or the one channel of a state without keys."""
    keys = list(keys)
    return ROOT if keys == [ROOT] else keys
