"""Schemas: how providers are told of functions, models and tools, in the form that OpenAI uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from typing_extensions import is_typeddict

from stepgraph.messages import AIMessage, HumanMessage, ToolMessage
from stepgraph.tools.arguments import create_schema_from_function
from stepgraph.tools.base import BaseTool
from stepgraph.tools.foreign import ONE_TEXT, adopted, is_foreign_tool
from stepgraph.tools.json_schemas import closed, dereferenced, json_of, untitled
from stepgraph.tools.shown import shown_json
from stepgraph.tools.simple import Tool
from stepgraph.tools.structured import name_of
from stepgraph.tools.typed_dicts import model_of_typed_dict

__all__ = [
    "convert_to_json_schema",
    "convert_to_openai_function",
    "convert_to_openai_tool",
    "tool_example_to_messages",
]

_BUILT_IN: Final = frozenset(
    {
        "apply_patch",
        "code_interpreter",
        "computer",
        "computer_use_preview",
        "file_search",
        "function",
        "image_generation",
        "mcp",
        "namespace",
        "tool_search",
        "web_search",
        "web_search_preview",
    }
)
"""The types of tools that OpenAI has itself; a dict of one is handed on as it is."""

_DONE: Final = "You have correctly called this tool."


def convert_to_openai_function(
    function: Mapping[str, Any] | type | Callable[..., Any] | BaseTool, *, strict: bool | None = None
) -> dict[str, Any]:
    """Return `{"name": …, "description": …, "parameters": …}` for whatever says what a function takes.

    Args:
        function: A tool, a pydantic model, a TypedDict, a function, a JSON schema with a title, or a dict in the form
            of OpenAI, Anthropic or Bedrock.
        strict: What `"strict"` is to say; left out where it is `None`. With `True`, objects are closed.

    Raises:
        ValueError: It is none of these, or says otherwise itself about `strict`.
        TypeError: An argument has a type that JSON schemas know nothing of.
    """
    found = _converted(function)
    if strict is None:
        return found
    if found.get("strict", strict) != strict:
        raise ValueError(f"{found['name']!r} says strict={found['strict']} itself, and strict={strict} was passed")
    found["strict"] = strict
    if strict:
        found["parameters"] = closed(found.get("parameters", {"type": "object", "properties": {}}))
    return found


def convert_to_openai_tool(
    tool: Mapping[str, Any] | type[BaseModel] | Callable[..., Any] | BaseTool, *, strict: bool | None = None
) -> dict[str, Any]:
    """Return `{"type": "function", "function": …}`; see `convert_to_openai_function`.

    Dicts of OpenAI's own tools are returned as they are.
    """
    if isinstance(tool, dict):
        kind = tool.get("type") or ""
        if kind in _BUILT_IN or str(kind).startswith("web_search_preview"):
            return tool
    if isinstance(tool, Tool) and (tool.metadata or {}).get("type") == "custom_tool":
        metadata = tool.metadata or {}
        custom = {"type": "custom", "name": tool.name, "description": tool.description}
        return {**custom, "format": metadata["format"]} if "format" in metadata else custom
    return {"type": "function", "function": convert_to_openai_function(tool, strict=strict)}


def convert_to_json_schema(
    schema: dict[str, Any] | type[BaseModel] | Callable[..., Any] | BaseTool, *, strict: bool | None = None
) -> dict[str, Any]:
    """Return a JSON schema with title and description; see `convert_to_openai_function`.

    Raises:
        ValueError: It is a tool of OpenAI's own, which has no schema.
    """
    made = convert_to_openai_tool(schema, strict=strict)
    function = made.get("function")
    if not isinstance(function, Mapping) or "name" not in function:
        raise ValueError(f"expected a function, a model or a tool that has a schema, got {schema!r}")
    found = {"title": function["name"]}
    if "description" in function:
        found["description"] = function["description"]
    return {**found, **function.get("parameters", {})}


def tool_example_to_messages(
    input: str,
    tool_calls: Sequence[BaseModel],
    tool_outputs: Sequence[str] | None = None,
    *,
    ai_response: str | None = None,
) -> list[Any]:
    """Return an example of how tools are called, as messages for a prompt.

    Args:
        input: What the user says.
        tool_calls: What the model calls, as instances of the tools' models.
        tool_outputs: What each call answers; that it was right, by default.
        ai_response: What the model says in the end, if anything.

    Raises:
        ValueError: There are not as many outputs as calls.
    """
    if tool_outputs is not None and len(tool_outputs) != len(tool_calls):
        raise ValueError(
            f"tool_outputs must have one output for each of the {len(tool_calls)} tool calls, got {len(tool_outputs)}"
        )
    from uuid import uuid4  # noqa: PLC0415 - few programs need it

    calls = [
        {
            "id": str(uuid4()),
            "type": "function",
            "function": {"name": type(each).__name__, "arguments": each.model_dump_json()},
        }
        for each in tool_calls
    ]
    outputs = tool_outputs or [_DONE] * len(calls)
    messages: list[Any] = [HumanMessage(input), AIMessage("", additional_kwargs={"tool_calls": calls})]
    messages += [ToolMessage(output, tool_call_id=str(call["id"])) for output, call in zip(outputs, calls, strict=True)]
    return [*messages, AIMessage(ai_response)] if ai_response else messages


def _converted(function: Any) -> dict[str, Any]:
    if isinstance(function, Mapping):
        return _of_dict(function)
    if isinstance(function, type) and issubclass(function, BaseModel):
        return _of_schema(json_of(function, f"the fields of {function.__name__}"))
    if is_typeddict(function):
        return _of_schema(_as_told(json_of(model_of_typed_dict(function), f"the keys of {function.__name__}")))
    if is_foreign_tool(function):
        function = adopted(function)
    if isinstance(function, BaseTool):
        takes_text = isinstance(function, Tool) and function.args_schema is None
        if takes_text or function.args_schema is ONE_TEXT:
            return {"name": function.name, "description": function.description, "parameters": ONE_TEXT}
        return _of_schema(shown_json(function), function.name, function.description)
    if hasattr(function, "tool_call_schema") and hasattr(function, "name"):  # what is told of a tool of another package
        schema = function.tool_call_schema
        schema = schema if isinstance(schema, dict) else schema.model_json_schema()
        return _of_schema(schema, function.name, function.description)
    if callable(function):
        name = name_of(function)
        model = create_schema_from_function(name, function, parse_docstring=True, include_injected=False)
        return _of_schema(json_of(model, f"the parameters of {name!r}"), name, model.__doc__)
    raise ValueError(_unknown(function))


def _of_dict(given: Mapping[str, Any]) -> dict[str, Any]:
    if "name" in given and "input_schema" in given:  # as Anthropic has it
        told = {"description": given["description"]} if "description" in given else {}
        return {"name": given["name"], "parameters": given["input_schema"], **told}
    if "toolSpec" in given:  # as Bedrock has it
        spec = given["toolSpec"]
        told = {"description": spec["description"]} if "description" in spec else {}
        return {"name": spec["name"], "parameters": spec["inputSchema"]["json"], **told}
    if given.get("type") == "function" and isinstance(given.get("function"), Mapping):
        return _of_dict(given["function"])
    if "name" in given:
        return {key: value for key, value in given.items() if key in ("name", "description", "parameters", "strict")}
    if "title" in given:
        rest = {key: value for key, value in given.items() if key not in ("title", "description")}
        found = {"name": given["title"]}
        if "description" in given:
            found["description"] = given["description"]
        if "properties" in rest:
            found["parameters"] = rest
        return found
    raise ValueError(_unknown(given))


def _of_schema(schema: Mapping[str, Any], name: str | None = None, description: str | None = None) -> dict[str, Any]:
    found = dereferenced(schema)
    title, told = found.pop("title", ""), found.pop("description", "")
    return {"name": name or title, "description": description or told, "parameters": untitled(found)}


def _as_told(schema: Any) -> Any:
    """Return the schema of a TypedDict, in which a key that may be `None` has the type of what else it may be."""
    if isinstance(schema, list):
        return [_as_told(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _as_told(value) for key, value in schema.items()}
    ways = [each for each in found.get("anyOf", ()) if each != {"type": "null"}]
    if len(ways) == 1:
        del found["anyOf"]
        found = {**ways[0], **found}
    if "default" in found and found["default"] is None:
        del found["default"]
    return found


def _unknown(given: Any) -> str:
    return (
        "expected a tool, a pydantic model, a TypedDict, a function, a dict in the form of OpenAI, Anthropic or "
        f"Bedrock, or a JSON schema with a 'title' that names it, got {type(given).__name__}: {given!r}"
    )
