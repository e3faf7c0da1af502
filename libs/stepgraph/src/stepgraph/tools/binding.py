"""Binding: from what a tool is invoked with to the arguments that its function is called with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from stepgraph.tools.plan import Plan
from stepgraph.tools.reading import plan_of
from stepgraph.tools.rejected import rejected

__all__ = ["arguments_of", "taken_apart"]


def taken_apart(tool: Any, input: Any) -> tuple[Any, str | None]:
    """Return the arguments that an input has, and the id of the tool call where it is one.

    Raises:
        ValueError: It is a tool call without arguments, or without an id.
    """
    if not isinstance(input, dict):
        return input, None
    arguments = input.get("args")
    if input.get("type") != "tool_call" and not (
        len(input) == 3 and input.get("name") == tool.name and "id" in input and isinstance(arguments, dict)
    ):
        return input, None
    if not isinstance(arguments, dict) or "id" not in input:
        raise ValueError(
            f"tool {tool.name!r} was given a tool call without {'args' if 'id' in input else 'an id'}; expected "
            f"{{'type': 'tool_call', 'id': …, 'name': {tool.name!r}, 'args': {{…}}}}, got the keys {list(input)}"
        )
    return arguments, input["id"]


def arguments_of(tool: Any, tool_input: Any, tool_call_id: str | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return with what a tool's function is called, checked.

    Raises:
        ValidationError: The arguments do not fit.
        ValueError: The id of the tool call is not there, or a text came where a dict has to.
        TypeError: The input is neither a text nor a dict, or something that is injected is not there.
    """
    plan = plan_of(tool)
    if plan.check is None:
        return _unchecked(plan, tool, tool_input, tool_call_id)
    if not plan.has_fields:
        return (), _loose(plan, tool, tool_input, tool_call_id)
    if isinstance(tool_input, str):
        arguments = {} if plan.first is None else {plan.first: tool_input}
    elif isinstance(tool_input, dict):
        arguments = tool_input
    else:
        raise _refused(tool, tool_input)
    if plan.demands:
        arguments = {**arguments}
        plan.supply(arguments, plan.demands, tool.name, tool_call_id)
    try:
        checked = plan.check(arguments)
    except ValidationError as error:
        raise rejected(error, tool.name, plan.injected) from None
    args, kwargs = plan.bound(checked)
    if isinstance(tool_input, str) and not plan.is_inferred and plan.first is not None:
        kept = {plan.field_of(name) for name in plan.demands}
        args = (kwargs[plan.field_of(plan.first)],)
        kwargs = {name: value for name, value in kwargs.items() if name in kept}
    if plan.loose:
        kwargs = {**kwargs, **plan.supply_loose(arguments, tool.name, tool_call_id)}
    return args, kwargs


def _unchecked(
    plan: Plan, tool: Any, tool_input: Any, tool_call_id: str | None
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    loose = _loose(plan, tool, tool_input, tool_call_id)
    if isinstance(tool_input, dict):
        return (), {**tool_input, **loose}
    if not isinstance(tool_input, str):
        raise _refused(tool, tool_input)
    if isinstance(tool.args_schema, dict):
        raise ValueError(
            f"tool {tool.name!r} has a JSON schema as its args_schema, so it takes a dict of arguments, got the text "
            f"{tool_input!r}"
        )
    return (tool_input,), loose


def _loose(plan: Plan, tool: Any, tool_input: Any, tool_call_id: str | None) -> dict[str, Any]:
    if not plan.loose:
        return {}
    given = tool_input if isinstance(tool_input, Mapping) else {}
    return plan.supply_loose(given, tool.name, tool_call_id)


def _refused(tool: Any, tool_input: Any) -> TypeError:
    return TypeError(
        f"tool {tool.name!r} takes a text, a dict of arguments or a tool call, got {type(tool_input).__name__}: "
        f"{tool_input!r}"
    )
