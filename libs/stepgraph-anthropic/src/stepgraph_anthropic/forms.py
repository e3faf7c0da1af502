"""Forms: tools, choices of tools and forms of answers, as the API takes them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

import anthropic

__all__ = ["choice_of", "convert_to_anthropic_tool", "forces", "format_of", "tools_of"]

_PROVIDERS_OWN: Final = (
    *("text_editor_", "computer_", "bash_", "web_search_", "web_fetch_", "code_execution_"),
    *("mcp_toolset", "memory_", "tool_search_", "advisor_"),
)
"""How the types of the provider's own tools begin."""

_SAID_OF_TOOLS: Final = ("allowed_callers", "cache_control", "defer_loading", "eager_input_streaming", "input_examples")
"""What the `extras` of a tool may say to the API."""

_REFUSED_AT_ROOT: Final = ("oneOf", "anyOf")


def convert_to_anthropic_tool(tool: Any, *, strict: bool | None = None) -> dict[str, Any]:
    """Return a tool as the API takes it: `name`, `description`, `input_schema`.

    Args:
        tool: A tool, a function, a pydantic model, a TypedDict, a JSON schema with a title, a tool in OpenAI's form, or
            in the API's already.
        strict: Whether arguments must fit the schema exactly.

    Raises:
        ValueError: It is none of these.
    """
    from stepgraph.tools import convert_to_openai_tool  # noqa: PLC0415 - a model without tools has no use for it

    extras = getattr(tool, "extras", None) or {}
    if "provider_tool_definition" in extras:
        return extras["provider_tool_definition"]  # type: ignore[no-any-return]
    if isinstance(tool, Mapping) and "name" in tool and "input_schema" in tool:
        return dict(tool)
    function = convert_to_openai_tool(tool, strict=strict)["function"]
    schema = {"type": "object", "properties": {}, **(function.get("parameters") or {})}
    found = {"name": function["name"], "input_schema": schema}
    if "description" in function:
        found["description"] = function["description"]
    if strict is not None:
        found["strict"] = strict
    return {**found, **{key: extras[key] for key in _SAID_OF_TOOLS if key in extras}}


def tools_of(tools: Sequence[Any], strict: bool | None) -> list[dict[str, Any]]:
    """Return tools as the API takes them, without those that it would refuse.

    Raises:
        ValueError: It would refuse all of them.
    """
    found, refused = [], []
    for tool in tools:
        if isinstance(tool, Mapping) and str(tool.get("type", "")).startswith(_PROVIDERS_OWN):
            found.append(dict(tool))
            continue
        written = convert_to_anthropic_tool(tool, strict=strict)
        schema = written.get("input_schema")
        if isinstance(schema, Mapping) and any(key in schema for key in _REFUSED_AT_ROOT):
            refused.append(str(written.get("name")))
        else:
            found.append(written)
    if refused:
        why = f"Anthropic's API refuses tools whose schema has oneOf or anyOf at its root, as {', '.join(refused)} has"
        if not found:
            raise ValueError(f"{why}; put it under a property of an object")
        warnings.warn(f"{why}; left out.", UserWarning, stacklevel=4)
    return found


def choice_of(choice: Any, tools: Sequence[Mapping[str, Any]], parallel: bool | None) -> dict[str, Any] | None:
    """Return which tools are to be called, as the API takes it.

    Args:
        choice: The name of a tool, `"any"` (or `"required"`, or `True`), `"auto"`, `"none"`, or a dict in the API's
            form or in OpenAI's.
        tools: The tools, in the API's form.
        parallel: Whether several may be called at once.

    Raises:
        ValueError: It names no tool of these.
    """
    found = _choice_of(choice)
    names = [tool.get("name") for tool in tools]
    knows_all = None not in names  # but for those of servers that the provider asks
    if found is not None and found.get("type") == "tool" and found.get("name") not in names and knows_all:
        raise ValueError(f"tool_choice must name one of the tools {names}, got {choice!r}")
    if parallel is None:
        return found
    return {**(found or {"type": "auto"}), "disable_parallel_tool_use": not parallel}


def forces(choice: Mapping[str, Any] | None) -> bool:
    """Return whether a tool must be called."""
    return choice is not None and choice.get("type") in ("any", "tool")


def format_of(schema: Any) -> dict[str, Any]:
    """Return the form of an answer as the API takes it.

    Args:
        schema: A pydantic model, a TypedDict, a JSON schema, or one in the form of OpenAI's `response_format`.
    """
    from stepgraph.tools import convert_to_json_schema  # noqa: PLC0415 - a model without tools has no use for it

    if isinstance(schema, Mapping):
        if schema.get("type") == "json_schema" and "schema" in schema:
            return dict(schema)
        inner = schema.get("json_schema")
        schema = dict(inner["schema"] if isinstance(inner, Mapping) and "schema" in inner else schema)
    is_known = isinstance(schema, dict) or hasattr(schema, "model_validate")
    return {
        "type": "json_schema",
        "schema": anthropic.transform_schema(schema if is_known else convert_to_json_schema(schema)),
    }


def _choice_of(choice: Any) -> dict[str, Any] | None:
    if not choice:
        return None
    if isinstance(choice, Mapping):
        function = choice.get("function")
        return {"type": "tool", "name": function["name"]} if isinstance(function, Mapping) else dict(choice)
    if choice is True or choice == "required":
        return {"type": "any"}
    if choice in ("any", "auto", "none"):
        return {"type": choice}
    if isinstance(choice, str):
        return {"type": "tool", "name": choice}
    raise ValueError(f"tool_choice must be the name of a tool, 'any', 'auto', 'none' or a dict, got {choice!r}")
