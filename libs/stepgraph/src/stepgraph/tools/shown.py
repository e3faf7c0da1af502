"""What models are told of a tool's arguments, as a pydantic model and as a JSON schema; made when somebody asks."""

from __future__ import annotations

from typing import Any

from stepgraph.tools.arguments import create_schema_from_function, visible_model
from stepgraph.tools.json_schemas import json_of
from stepgraph.tools.reading import described_by, plan_of

__all__ = ["schema_of", "shown_json", "shown_model"]


def schema_of(tool: Any) -> Any:
    """Return the model that a tool has, or one of its function."""
    schema = tool.args_schema
    if schema is None:
        schema = create_schema_from_function(tool.name, described_by(tool))
    return schema


def shown_model(tool: Any) -> Any:
    """Return a model of what a model is told of a tool's arguments."""
    plan = plan_of(tool)
    if plan.shown is None:
        plan.shown = visible_model(tool.name, tool.get_input_schema(), tool.description, plan.injected)
    return plan.shown


def shown_json(tool: Any) -> dict[str, Any]:
    """Return a JSON schema of what a model is told of a tool's arguments.

    Raises:
        TypeError: An argument has a type that JSON schemas know nothing of.
    """
    plan = plan_of(tool)
    if plan.json is None:
        schema = tool.tool_call_schema
        if isinstance(schema, dict):
            return schema
        plan.json = json_of(schema, f"the arguments of tool {tool.name!r}")
    return plan.json  # type: ignore[no-any-return]
