"""Parameters: what a function's signature says a tool takes. Read once, when the tool is made or first called."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

from stepgraph.signatures import body_of, resolved_hints
from stepgraph.tools.injection import AMBIENT, Demand, demand_of

__all__ = ["NAMED", "Parameter", "Parameters", "parameters_of"]

NAMED: Final = ("run_manager", "callbacks")
"""Parameters that are filled because of their names, and that no schema shows."""

_Kind: Final = inspect.Parameter
_BY_PLACE: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that may be among the arguments of a call.

    Attributes:
        annotation: Its type, with all that is annotated.
        default: Its default, `...` where it must be given.
        demand: What fills it, `None` where the model does.
    """

    annotation: Any
    default: Any
    demand: Demand | None


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a function takes.

    Attributes:
        fields: The parameters that may be among the arguments of a call.
        fills: Pairs of a parameter and of what fills it that is never among the arguments.
        positional: The parameters that can only be given by position.
        before_rest: All that can be given by position, which they have to be where `*args` are given.
        rest: The name of `*args`, `None` where there is none.
        keywords: The name of `**kwargs`, `None` where there is none.
    """

    fields: dict[str, Parameter]
    fills: tuple[tuple[str, str], ...]
    positional: tuple[str, ...]
    before_rest: tuple[str, ...]
    rest: str | None
    keywords: str | None

    @property
    def demands(self) -> dict[str, Demand]:
        """What the fields ask for that the model does not give."""
        return {name: each.demand for name, each in self.fields.items() if each.demand is not None}

    def stands_for(self, other: Parameters) -> bool:
        """Return whether a function with those parameters takes the same, with the same defaults."""
        names = (self.positional, self.before_rest, self.rest, self.keywords)
        return (
            names == (other.positional, other.before_rest, other.rest, other.keywords)
            and self.fields.keys() == other.fields.keys()
            and all(each.default is other.fields[name].default for name, each in self.fields.items())
        )


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """Read the signature of a function; of one in a class, `self` or `cls` is left out.

    Raises:
        TypeError: It has no signature that can be read.
    """
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError) as error:
        raise TypeError(f"the signature of {function!r} cannot be read; wrap it in a function of your own") from error
    if found and found[0].name in ("self", "cls") and "." in getattr(function, "__qualname__", ""):
        del found[0]
    hints = _hints(function)
    fields: dict[str, Parameter] = {}
    fills: list[tuple[str, str]] = []
    for each in found:
        annotation = hints.get(each.name, Any if each.annotation is _Kind.empty else each.annotation)
        demand = None if each.kind in (_Kind.VAR_POSITIONAL, _Kind.VAR_KEYWORD) else demand_of(annotation)
        if each.name in NAMED:
            fills.append((each.name, each.name))
        elif demand is not None and demand.kind in AMBIENT:
            fills.append((each.name, demand.kind))
        elif each.kind is _Kind.VAR_POSITIONAL:
            fields[each.name] = Parameter(list[annotation], None, None)  # type: ignore[valid-type]
        elif each.kind is _Kind.VAR_KEYWORD:
            fields[each.name] = Parameter(dict[str, annotation], None, None)  # type: ignore[valid-type]
        else:
            annotation = Any if isinstance(annotation, str) else annotation
            fields[each.name] = Parameter(annotation, ... if each.default is _Kind.empty else each.default, demand)
    rest = next((each.name for each in found if each.kind is _Kind.VAR_POSITIONAL), None)
    by_place = [each for each in found if each.kind in _BY_PLACE and each.name in fields]
    return Parameters(
        fields=fields,
        fills=tuple(fills),
        positional=tuple(each.name for each in by_place if each.kind is _Kind.POSITIONAL_ONLY),
        before_rest=tuple(each.name for each in by_place),
        rest=rest,
        keywords=next((each.name for each in found if each.kind is _Kind.VAR_KEYWORD), None),
    )


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a function as they were written: Python 3.10 adds `None` where that is the default."""
    found = resolved_hints(function)
    if sys.version_info < (3, 11):
        body = inspect.unwrap(body_of(function))
        alone = SimpleNamespace(__annotations__=getattr(body, "__annotations__", {}))
        with suppress(Exception):  # a name that only type checkers see
            found = typing.get_type_hints(alone, getattr(body, "__globals__", {}), include_extras=True)
    return found
