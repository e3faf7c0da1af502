"""Plan: what a tool is: which model checks its arguments, what is injected, how each colour is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stepgraph.tools.injection import Demand, is_possible
from stepgraph.tools.parameters import Parameters
from stepgraph.tools.surroundings import filled, store_around, tool_runtime

__all__ = ["Door", "Plan"]


@dataclass(frozen=True, slots=True)
class Door:
    """How a tool is called in one colour.

    Attributes:
        function: What is called, `None` for a method of the tool.
        is_async: Whether that is awaited.
        fills: Pairs of a parameter and what fills it that is never among the arguments.
        unknown: Injected arguments that it does not take.
    """

    function: Callable[..., Any] | None
    is_async: bool
    fills: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Plan:
    """What a tool is.

    Attributes:
        check: Checks arguments and returns an instance of their model; `None` where nothing is checked.
        is_inferred: Whether the model was made from the function, whose own defaults count then.
        demands: What fields of the model are filled with that the model does not give.
        loose: The same, of parameters that the model does not have.
        must: Those of both that have no default.
        parameters: The parameters of the function.
        first: The field that a text stands for, `None` where there is none.
        has_fields: Whether the tool takes any arguments.
        aliased: Fields that are parameters of another name.
        fields: Arguments that are fields of another name.
        dropped: Fields that are not handed on where they were not given: the function has defaults of its own.
        sync: How it is called in sync code, `None` where it cannot be.
        async_: How it is called in async code.
        shown: The model of what a model sees, once somebody has asked.
        json: The JSON schema of that.
    """

    check: Callable[[Any], Any] | None
    is_inferred: bool
    demands: dict[str, Demand]
    loose: dict[str, Demand]
    must: frozenset[str]
    parameters: Parameters
    first: str | None
    has_fields: bool
    aliased: dict[str, str]
    fields: dict[str, str]
    dropped: frozenset[str]
    sync: Door | None
    async_: Door
    shown: Any = None
    json: Any = None

    def __deepcopy__(self, _: Any) -> None:
        """Return nothing: a copy of a tool reads its own."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()

    def field_of(self, argument: str) -> str:
        """Return the field of the model that an argument is."""
        return self.fields.get(argument, argument)

    @property
    def injected(self) -> dict[str, Demand]:
        """What the tool gets that the model does not give, by argument."""
        return {**self.demands, **self.loose}

    def supply(self, given: dict[str, Any], demands: Mapping[str, Demand], tool: str, call_id: str | None) -> None:
        """Add to arguments what is around; what the program has to give stays as it came.

        Raises:
            ValueError: Something must be there and is not.
        """
        for name, demand in demands.items():
            kind = demand.kind
            if kind == "tool_call_id":
                if call_id is not None:
                    given[name] = call_id
                elif name in self.must and name not in given:
                    raise ValueError(
                        f"tool {tool!r} wants the id of the tool call as {name!r}; invoke it with a whole tool call, "
                        f"{{'type': 'tool_call', 'id': …, 'name': {tool!r}, 'args': {{…}}}}"
                    )
            elif kind == "store" and not is_possible(demand, given.get(name)):
                given.pop(name, None)
                store = store_around()
                if store is not None:
                    given[name] = store
            elif kind == "tool_runtime" and not is_possible(demand, given.get(name)):
                given[name] = tool_runtime(call_id)
            elif kind in ("config", "writer", "runtime"):
                given.update(filled(((name, kind),), None, is_async=False))

    def supply_loose(self, arguments: Mapping[str, Any], tool: str, call_id: str | None) -> dict[str, Any]:
        """Return what parameters get that no model has.

        Raises:
            TypeError: Something must be there and is not.
            ValueError: The id of the tool call is not there.
        """
        found = {name: arguments[name] for name in self.loose if name in arguments}
        self.supply(found, self.loose, tool, call_id)
        missing = [name for name in self.loose if name not in found and name in self.must]
        if missing:
            what = "the graph's state" if self.loose[missing[0]].kind == "state" else "what is injected"
            raise TypeError(
                f"tool {tool!r} wants {what} as {missing[0]!r}; run it through ToolNode in a graph, or pass it among "
                "the arguments"
            )
        return found

    def bound(self, checked: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return positional and keyword arguments for what was checked."""
        values: dict[str, Any] = checked.__dict__
        if self.dropped and len(values) != len(checked.__pydantic_fields_set__):
            is_set = checked.__pydantic_fields_set__
            values = {name: values[name] for name in values if name in is_set or name not in self.dropped}
        if self.aliased:
            values = {self.aliased.get(name, name): value for name, value in values.items()}
        if checked.__pydantic_extra__:
            values = {**checked.__pydantic_extra__, **values}
        return self._spread(values) if self.is_inferred else ((), values)

    def _spread(self, values: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give by position what has to be, and `*args` and `**kwargs` one by one."""
        parameters = self.parameters
        if parameters.keywords is not None and parameters.keywords in values:
            more = values.pop(parameters.keywords) or {}
            own = {*parameters.fields, *(name for name, _ in parameters.fills)}  # what is injected is not overwritten
            values.update((name, value) for name, value in more.items() if name not in own)
        rest = [] if parameters.rest is None else values.pop(parameters.rest, None) or []
        names = parameters.before_rest if rest else parameters.positional
        placed = []
        for name in names:
            if name not in values and parameters.fields[name].default is ...:
                break
            placed.append(values.pop(name, parameters.fields[name].default))
        return (*placed, *rest), values
