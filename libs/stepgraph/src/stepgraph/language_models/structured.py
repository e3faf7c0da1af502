"""Structured output: a model that answers by calling a tool whose arguments have the form that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final

from stepgraph.output_parsers import JsonOutputKeyToolsParser, PydanticToolsParser
from stepgraph.runnables import Runnable, RunnableParallel, RunnablePassthrough
from stepgraph.tools import convert_to_openai_tool

__all__ = ["is_pydantic", "parser_for", "structured", "with_raw"]

_OF_PROVIDERS: Final = ("method", "strict")
"""Arguments that models of providers know, and that any other may be given."""


def structured(model: Any, schema: Any, include_raw: bool, kwargs: Mapping[str, Any]) -> Runnable[Any, Any]:
    """Return a model that answers in the form of a schema; see `BaseChatModel.with_structured_output`.

    Raises:
        TypeError: The schema is `None`.
    """
    if schema is None:
        raise TypeError("with_structured_output() takes a pydantic model, a TypedDict or a JSON schema, got None")
    rest = {key: value for key, value in kwargs.items() if key not in _OF_PROVIDERS}
    bound = model.bind_tools([schema], tool_choice="any", **rest)
    parser = parser_for(schema)
    return with_raw(bound, parser) if include_raw else bound | parser


def is_pydantic(schema: Any) -> bool:
    """Return whether a schema is a pydantic model."""
    return isinstance(schema, type) and hasattr(schema, "model_validate")


def parser_for(schema: Any) -> Runnable[Any, Any]:
    """Return what reads the arguments of a call of the only tool: an instance of a pydantic model, else a dict."""
    if is_pydantic(schema):
        return PydanticToolsParser(tools=[schema], first_tool_only=True)
    name = convert_to_openai_tool(schema)["function"]["name"]
    return JsonOutputKeyToolsParser(key_name=name, first_tool_only=True)


def with_raw(model: Runnable[Any, Any], parser: Runnable[Any, Any]) -> Runnable[Any, Any]:
    """Return a model whose answer comes with what a parser makes of it, or with the parser's error."""
    assigned = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=_nothing)
    failed = RunnablePassthrough.assign(parsed=_nothing)
    return RunnableParallel(raw=model) | assigned.with_fallbacks([failed], exception_key="parsing_error")


def _nothing(_: Any) -> None:
    return None
