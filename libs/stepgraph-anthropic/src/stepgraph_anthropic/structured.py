"""Structured output: models that answer in a form that is wanted, by calling a tool or by keeping to a schema."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from stepgraph.errors import OutputParserException, listed
from stepgraph.language_models.structured import is_pydantic, parser_for, with_raw
from stepgraph.messages import AIMessage
from stepgraph.output_parsers import JsonOutputParser, PydanticOutputParser
from stepgraph.runnables import Runnable, RunnableLambda
from stepgraph_anthropic.forms import convert_to_anthropic_tool, format_of

__all__ = ["structured"]

_METHODS: Final = ("function_calling", "json_schema")

_NEVER_FORCED: Final = ("claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5")
"""How models are called that take no tool that must be called."""


def structured(
    model: Any, schema: Any, method: str, include_raw: bool, kwargs: Mapping[str, Any]
) -> Runnable[Any, Any]:
    """Return a model that answers in the form of a schema; see `ChatAnthropic.with_structured_output`."""
    if method == "json_mode":
        method = "json_schema"  # the API has nothing less
    if method not in _METHODS:
        raise ValueError(f"method {method!r} does not exist; use one of {listed(_METHODS)}")
    if schema is None:
        raise TypeError("with_structured_output() takes a pydantic model, a TypedDict or a JSON schema, got None")
    if method == "function_calling":
        found, parser = _by_a_tool(model, schema, kwargs), parser_for(_described(schema))
    else:
        config = {**(model.output_config or {}), "format": format_of(schema)}
        more = {key: value for key, value in kwargs.items() if key != "strict"}  # answers always keep to the schema
        found = model.bind(**{"output_config": config, **more})
        parser = PydanticOutputParser(pydantic_object=schema) if is_pydantic(schema) else JsonOutputParser()
    return with_raw(found, parser) if include_raw else found | parser


def _described(schema: Any) -> Any:
    """Return a schema in the form that all providers share, where it is a tool in the API's."""
    if isinstance(schema, Mapping) and "input_schema" in schema:
        function = {"name": schema["name"], "description": schema.get("description", "")}
        return {"type": "function", "function": {**function, "parameters": schema["input_schema"]}}
    return schema


def _by_a_tool(model: Any, schema: Any, kwargs: Mapping[str, Any]) -> Runnable[Any, Any]:
    name = convert_to_anthropic_tool(schema)["name"]
    thinks = (model.thinking or {}).get("type") in ("enabled", "adaptive")
    if not thinks and not model.model.startswith(_NEVER_FORCED):
        return model.bind_tools([schema], **{"tool_choice": name, **kwargs})  # type: ignore[no-any-return]
    why = (
        f"{model.model!r} cannot be made to call a tool{' while it thinks' if thinks else ''}: an answer without a "
        "call raises OutputParserException; method='json_schema' has no such gap"
    )
    warnings.warn(why, UserWarning, stacklevel=4)

    called = RunnableLambda(partial(_called, name, why), name="called")
    return model.bind_tools([schema], **kwargs) | called  # type: ignore[no-any-return]


def _called(name: str, why: str, message: AIMessage) -> AIMessage:
    """Return an answer as it is.

    Raises:
        OutputParserException: It calls no tool.
    """
    if not message.tool_calls:
        raise OutputParserException(f"the answer calls no tool {name!r}: {why}", llm_output=message.text)
    return message
