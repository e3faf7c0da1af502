"""CompiledStateGraph: a `StateGraph` that can be run."""

from __future__ import annotations

from typing import Any, Generic

from typing_extensions import TypeVar

from stepgraph.config import RunnableConfig
from stepgraph.graph.compile import Blueprint
from stepgraph.graph.parts import GraphParts
from stepgraph.graph.schema import ROOT
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
        super().__init__(
            nodes=blueprint.nodes(),
            channels=blueprint.channels(),
            input_channels=list(builder.schemas[builder.input_schema].channels),
            output_channels=_shown(builder.schemas[builder.output_schema].channels),
            stream_channels=_shown(state),
            stream_mode="updates",
            name=name,
            config=config,
            context_schema=builder.context_schema,
            store=store,
            debug=debug,
            public=state,
            entry=blueprint.entry(),
        )


def _shown(keys: Any) -> Any:
    """Return the keys to read, or the one channel of a state without keys."""
    keys = list(keys)
    return ROOT if keys == [ROOT] else keys
