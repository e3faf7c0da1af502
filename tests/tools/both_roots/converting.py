"""A program written for langchain-core: tools, types and dicts as descriptions for a provider."""
# ruff: noqa: UP045 - written as such programs are

import warnings
from typing import Annotated, Literal, Optional

from langchain_core.tools import InjectedToolArg, create_schema_from_function
from langchain_core.utils.function_calling import (
    convert_to_json_schema,
    convert_to_openai_function,
    convert_to_openai_tool,
    tool_example_to_messages,
)
from telling import attempt, show
from toolbox import Args, Point, Query, add, everything
from typing_extensions import TypedDict


class Typed(TypedDict):
    """A typed dict.

    Args:
        name: The name.
    """

    name: str
    age: Annotated[int, ..., "how old"]
    tags: Annotated[Optional[list[str]], None, "labels"]
    nested: Query


def plain(a: int, b: Literal["x", "y"] = "x", user: Annotated[str, InjectedToolArg] = "") -> str:
    """Be plain.

    Args:
        a: The a.
        b: The b.
    """
    return ""


def converting():
    show("function", convert_to_openai_function(plain))
    show("model", convert_to_openai_function(Args), convert_to_openai_function(Point, strict=True))
    show("typed dict", convert_to_openai_function(Typed))
    show("anthropic", convert_to_openai_function({"name": "n", "description": "d", "input_schema": {"type": "object"}}))
    show(
        "bedrock", convert_to_openai_function({"toolSpec": {"name": "n", "inputSchema": {"json": {"type": "object"}}}})
    )
    show("openai", convert_to_openai_function({"name": "n", "parameters": {}, "other": 1}))
    show(
        "titled",
        convert_to_openai_function(
            {"title": "t", "description": "d", "type": "object", "properties": {"title": {"type": "string"}}}
        ),
    )
    show(
        "built in",
        convert_to_openai_tool({"type": "web_search_preview_2025"}),
        convert_to_openai_tool({"type": "function", "function": {"name": "n"}}),
    )
    show("strict", convert_to_openai_tool(everything, strict=True), convert_to_openai_tool(add, strict=False))
    attempt("unknown", lambda: convert_to_openai_function({"type": "object"}))
    attempt("number", lambda: convert_to_openai_function(3))
    attempt(
        "strictly", lambda: convert_to_openai_function({"name": "n", "parameters": {}, "strict": False}, strict=True)
    )
    show(
        "json schema",
        convert_to_json_schema(add),
        convert_to_json_schema(Point),
        convert_to_json_schema(Typed, strict=True),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        messages = tool_example_to_messages("hi", [Point(x=1)], ["done"], ai_response="bye")
    show(
        "example",
        [(each.type, each.content) for each in messages],
        messages[1].additional_kwargs["tool_calls"][0]["function"],
    )
    show(
        "schema",
        create_schema_from_function(
            "s", plain, parse_docstring=True, filter_args=["b"], include_injected=False
        ).model_json_schema(),
    )


for part in (converting,):
    print(f"-- {part.__name__}")
    part()
