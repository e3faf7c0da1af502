"""Rejected arguments: pydantic's errors, told as those of a tool, and with nothing in them that was injected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from stepgraph.tools.injection import Demand

__all__ = ["rejected"]

_INJECTED: Final = "<injected>"

_MISSING: Final = {
    "state": "The graph's state is injected: run the tool through ToolNode, or pass the state among the arguments",
    "store": "The graph's store is injected, and there is none: compile the graph with store=…, or pass one among the "
    "arguments",
}
_NOT_GIVEN: Final = "The program gives this, not the model: pass it among the arguments"


def rejected(error: ValidationError, tool: str, injected: Mapping[str, Demand]) -> ValidationError:
    """Return the error of a tool's arguments.

    Args:
        error: What the model of the arguments said.
        tool: The tool.
        injected: The arguments whose values nobody may see.
    """
    lines = [_line(each, injected) for each in error.errors(include_url=False)]
    return ValidationError.from_exception_data(f"the arguments of tool {tool!r}", lines)


def _line(told: Mapping[str, Any], injected: Mapping[str, Demand]) -> InitErrorDetails:
    place, kind = told["loc"], told["type"]
    if place and place[0] in injected:
        if kind == "missing":
            type = PydanticCustomError("missing_injected", _MISSING.get(injected[place[0]].kind, _NOT_GIVEN))
        else:
            type = PydanticCustomError("wrong_injected", f"What was injected is not as annotated: {kind}")
        return {"type": type, "loc": place, "input": _INJECTED}
    input = told["input"]
    if isinstance(input, Mapping) and len(place) < 2:
        input = {key: value for key, value in input.items() if key not in injected}
    line: InitErrorDetails = {"type": kind, "loc": place, "input": input}
    if "ctx" in told:
        line["ctx"] = dict(told["ctx"])
    try:
        ValidationError.from_exception_data("", [line])
    except (KeyError, TypeError):  # a kind of the user's own
        return {"type": PydanticCustomError(kind, told["msg"]), "loc": place, "input": input}
    return line
