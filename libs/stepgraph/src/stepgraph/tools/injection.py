"""Injection: the parameters of a tool that no model sees, and how an annotation says so.

What a parameter asks for is read from its annotation alone: in `Annotated`, `Optional`, unions and subclasses too.
Markers of other packages are known by the names of their classes.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Generic, Literal, TypeAlias, Union, get_args, get_origin

from typing_extensions import TypeVar

from stepgraph.config import RunnableConfig
from stepgraph.runtime import ExecutionInfo
from stepgraph.signatures import wanted_by
from stepgraph.types import StreamWriter

__all__ = [
    "AMBIENT",
    "Demand",
    "InjectedState",
    "InjectedStore",
    "InjectedToolArg",
    "InjectedToolCallId",
    "ToolRuntime",
    "demand_of",
    "demands_of_model",
    "is_possible",
]

ContextT = TypeVar("ContextT", default=None)
StateT = TypeVar("StateT", default=dict[str, Any])


class InjectedToolArg:
    """Marks an argument that the program gives a tool, not the model: `Annotated[str, InjectedToolArg]`.

    A subclass, or an instance, marks as well.
    """


class InjectedToolCallId(InjectedToolArg):
    """Marks the argument that gets the id of the tool call: `Annotated[str, InjectedToolCallId]`."""


class InjectedState(InjectedToolArg):
    """Marks an argument that gets the graph's state: `Annotated[dict, InjectedState]`.

    `ToolNode` gives it; a tool that is called otherwise has to be given it with its arguments.

    Args:
        field: A key of the state, where the tool wants that alone; the whole state by default.
    """

    def __init__(self, field: str | None = None) -> None:
        self.field: str | None = field


class InjectedStore(InjectedToolArg):
    """Marks an argument that gets the store of the graph: `Annotated[BaseStore, InjectedStore]`."""


class _DirectlyInjectedToolArg:
    """A type that is injected wherever a parameter is annotated with it."""


@dataclass
class ToolRuntime(_DirectlyInjectedToolArg, Generic[ContextT, StateT]):
    """What a tool may ask for besides its arguments, in one parameter: `runtime: ToolRuntime`.

    Attributes:
        state: The graph's state, where `ToolNode` called the tool.
        context: The object that the caller of the graph passed as `context=`.
        config: The config of the tool's run.
        stream_writer: Puts a chunk on the `custom` stream.
        tool_call_id: The id of the tool call.
        store: The store of the graph.
        tools: The tools of the `ToolNode`.
        execution_info: Where the running task stands.
        server_info: What a server says of the run, where there is one.
    """

    state: StateT
    context: ContextT
    config: RunnableConfig
    stream_writer: StreamWriter
    tool_call_id: str | None
    store: Any
    tools: list[Any] = field(default_factory=list)
    execution_info: ExecutionInfo | None = None
    server_info: Any = None

    def emit_output_delta(self, delta: Any) -> None:
        """Do nothing: there is no stream of what tools give piece by piece. `stream_writer` has one to write to."""


Kind: TypeAlias = Literal["given", "state", "store", "tool_call_id", "tool_runtime", "config", "writer", "runtime"]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a parameter is to be filled with.

    Attributes:
        kind: What it is; `"given"` for what the program has to give.
        field: The key of the state that is wanted alone.
    """

    kind: Kind
    field: str | None = None


AMBIENT: Final = frozenset({"config", "writer", "runtime"})
"""What is never among the arguments of a call, because whatever runs the tool knows it."""

_MARKERS: Final[dict[str, Kind]] = {
    "InjectedToolCallId": "tool_call_id",
    "InjectedState": "state",
    "InjectedStore": "store",
    "InjectedToolArg": "given",
    "ToolRuntime": "tool_runtime",
    "_DirectlyInjectedToolArg": "given",
}
_TYPES: Final = frozenset({"ToolRuntime", "_DirectlyInjectedToolArg"})


def demand_of(annotation: Any) -> Demand | None:
    """Return what a parameter asks for by its annotation, `None` where it is an argument like others."""
    if isinstance(annotation, str):
        return _demand_in_text(annotation)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _first_marker(parts[1:]) or demand_of(parts[0])
    if origin is Union or origin is types.UnionType:
        return next((found for part in parts if (found := demand_of(part)) is not None), None)
    kind = _kind_of(origin or annotation, only=_TYPES)
    if kind is not None:
        return Demand(kind)
    wanted: Any = wanted_by(annotation)
    return None if wanted is None else Demand(wanted)


def demands_of_model(model: Any) -> dict[str, Demand]:
    """Return what the fields of a pydantic model ask for, by the names that arguments have."""
    found: dict[str, Demand] = {}
    for name, each in model.model_fields.items():
        demand = _first_marker(each.metadata) or demand_of(each.annotation)
        if demand is not None:
            found[each.alias or name] = demand
    return found


def is_possible(demand: Demand, value: Any) -> bool:
    """Return whether a value that came with the arguments may be what is asked for.

    A model can write texts, numbers, lists and objects: none of them is a store or a runtime.
    """
    if demand.kind in ("store", "tool_runtime"):
        return value is not None and not isinstance(value, (str, int, float, list, Mapping))
    return True


def _first_marker(metadata: Any) -> Demand | None:
    for each in metadata:
        if isinstance(each, Demand):
            return each
        kind = _kind_of(each if isinstance(each, type) else type(each))
        if kind is not None:
            return Demand(kind, getattr(each, "field", None) if kind == "state" else None)
    return None


def _kind_of(candidate: Any, only: frozenset[str] = frozenset(_MARKERS)) -> Kind | None:
    """Return what a class marks: what its nearest base does that marks something."""
    if not isinstance(candidate, type):
        return None
    return next((_MARKERS[cls.__name__] for cls in candidate.__mro__ if cls.__name__ in only), None)


def _demand_in_text(annotation: str) -> Demand | None:
    """Return what an annotation asks for that cannot be resolved."""
    names = re.findall(r"\w+", annotation)
    kind: Any = next((_MARKERS[name] for name in names if name in _MARKERS), None) or wanted_by(annotation)
    return None if kind is None else Demand(kind)
