"""CompiledStateGraph: a `StateGraph` that can be run."""

from __future__ import annotations

from typing import Any, Generic

from typing_extensions import TypeVar

from stepgraph.config import RunnableConfig
from stepgraph.constants import START
from stepgraph.graph.compile import Blueprint
from stepgraph.graph.json_schema import json_schema_of, json_schema_of_state
from stepgraph.graph.parts import GraphParts
from stepgraph.graph.schema import ROOT
from stepgraph.kernel.topology import Node
from stepgraph.pregel import Pregel

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
        store: Any,
        debug: bool,
        name: str,
        config: RunnableConfig | None,
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
            debug=debug,
            public=state,
            entry=entry,
        )
        self.nodes: dict[str, Node] = {START: entry, **self.nodes}

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
