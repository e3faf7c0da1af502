"""Making tools of functions and of runnables."""

from __future__ import annotations

import typing
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal, TypeAlias, overload

from pydantic import BaseModel, RootModel
from typing_extensions import is_typeddict

from stepgraph.runnables.base import Runnable
from stepgraph.runnables.call import surrounding_config
from stepgraph.runnables.models import type_of
from stepgraph.signatures import kind_of
from stepgraph.tools.arguments import model_of
from stepgraph.tools.base import BaseTool
from stepgraph.tools.docstrings import text_of
from stepgraph.tools.simple import Tool
from stepgraph.tools.structured import StructuredTool, name_of
from stepgraph.tools.typed_dicts import model_of_typed_dict

__all__ = ["convert_runnable_to_tool", "tool"]

_Callable: TypeAlias = Callable[..., Any] | Runnable[Any, Any]


@overload
def tool(
    *,
    description: str | None = None,
    return_direct: bool = False,
    args_schema: Any = None,
    infer_schema: bool = True,
    response_format: Literal["content", "content_and_artifact"] = "content",
    parse_docstring: bool = False,
    error_on_invalid_docstring: bool = True,
    extras: dict[str, Any] | None = None,
) -> Callable[[_Callable], BaseTool]: ...


@overload
def tool(
    name_or_callable: str,
    runnable: Runnable[Any, Any],
    *,
    description: str | None = None,
    return_direct: bool = False,
    args_schema: Any = None,
    infer_schema: bool = True,
    response_format: Literal["content", "content_and_artifact"] = "content",
    parse_docstring: bool = False,
    error_on_invalid_docstring: bool = True,
    extras: dict[str, Any] | None = None,
) -> BaseTool: ...


@overload
def tool(
    name_or_callable: Callable[..., Any],
    *,
    description: str | None = None,
    return_direct: bool = False,
    args_schema: Any = None,
    infer_schema: bool = True,
    response_format: Literal["content", "content_and_artifact"] = "content",
    parse_docstring: bool = False,
    error_on_invalid_docstring: bool = True,
    extras: dict[str, Any] | None = None,
) -> BaseTool: ...


@overload
def tool(
    name_or_callable: str,
    *,
    description: str | None = None,
    return_direct: bool = False,
    args_schema: Any = None,
    infer_schema: bool = True,
    response_format: Literal["content", "content_and_artifact"] = "content",
    parse_docstring: bool = False,
    error_on_invalid_docstring: bool = True,
    extras: dict[str, Any] | None = None,
) -> Callable[[_Callable], BaseTool]: ...


def tool(
    name_or_callable: Any = None,
    runnable: Runnable[Any, Any] | None = None,
    *,
    description: str | None = None,
    return_direct: bool = False,
    args_schema: Any = None,
    infer_schema: bool = True,
    response_format: Literal["content", "content_and_artifact"] = "content",
    parse_docstring: bool = False,
    error_on_invalid_docstring: bool = True,
    extras: dict[str, Any] | None = None,
) -> Any:
    """Make a tool of a function of either colour, or of a runnable: `@tool`, `@tool("name")` or `@tool(option=…)`.

    Parameters of the function are the arguments; those annotated with `InjectedToolArg` and its kind, `ToolRuntime`,
    `RunnableConfig`, `StreamWriter` or `Runtime` are filled when it is called, and no model sees them.

    Args:
        name_or_callable: The function, or the name of the tool; the function's own by default.
        runnable: A runnable that takes a dict, where a tool is to be made of that: `tool("name", runnable)`.
        description: What models are told; by default the docstring, or else that of `args_schema`.
        return_direct: Whether an agent ends with its answer.
        args_schema: A pydantic model of the arguments, a TypedDict or a JSON schema.
        infer_schema: Whether a model is made of the function's parameters; else, and without `args_schema`, the tool
            takes one text.
        response_format: `"content_and_artifact"` where the function returns a pair.
        parse_docstring: Whether a Google-style docstring describes the parameters.
        error_on_invalid_docstring: Whether a docstring that does not is an error.
        extras: What a provider wants to know of it besides.

    Raises:
        ValueError: There is no name or nothing to tell models, or the docstring is not as it should be.
        TypeError: The signature cannot be read, or `args_schema` is none.
    """

    def made(function: Any, name: str) -> BaseTool:
        told, schema = description, args_schema
        func, coroutine = (None, function) if kind_of(function) == "coroutine" else (function, None)
        if isinstance(function, Runnable):
            func, coroutine = _calling(function)
            told, schema = description or repr(function), args_schema or _dict_model(function)
        if not infer_schema and schema is None:
            told = told or text_of(function)
            if not told:
                raise ValueError(
                    f"tool {name!r} has nothing to tell a model what it does: write a docstring, or pass description=…"
                )
            return Tool(
                name,
                func,
                told,
                coroutine=coroutine,
                return_direct=return_direct,
                response_format=response_format,
                extras=extras,
            )
        return StructuredTool.from_function(
            func,
            coroutine,
            name,
            told,
            return_direct,
            schema,
            infer_schema,
            response_format=response_format,
            parse_docstring=parse_docstring,
            error_on_invalid_docstring=error_on_invalid_docstring,
            extras=extras,
        )

    if runnable is not None:
        if not isinstance(name_or_callable, str) or not name_or_callable:
            raise ValueError(f"a tool of a runnable needs a name: tool('name', runnable), got {name_or_callable!r}")
        return made(runnable, name_or_callable)
    if name_or_callable is None:
        return lambda function: made(function, _named(function))
    if isinstance(name_or_callable, str):
        return lambda function: made(function, name_or_callable)
    if not callable(name_or_callable) and not isinstance(name_or_callable, Runnable):
        raise ValueError(
            f"tool takes a function, or a name, got {type(name_or_callable).__name__}: {name_or_callable!r}"
        )
    return made(name_or_callable, _named(name_or_callable))


def convert_runnable_to_tool(
    runnable: Runnable[Any, Any],
    args_schema: type[BaseModel] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    arg_types: dict[str, type] | None = None,
) -> BaseTool:
    """Make a tool of a runnable that takes a text or a dict.

    Args:
        runnable: The runnable.
        args_schema: A pydantic model of its input, where the runnable does not say.
        name: What models call it; the runnable's name by default.
        description: What models are told of it; what it takes, by default.
        arg_types: The keys of its input and their types, where neither says.

    Raises:
        TypeError: Nobody says which keys the dict has.
    """
    if args_schema is not None:
        runnable = runnable.with_types(input_type=args_schema)
    schema = runnable.get_input_jsonschema()
    name = name or runnable.get_name()
    description = description or f"Takes {schema}."
    if schema.get("type") == "string":
        return Tool(name, runnable.invoke, description, coroutine=runnable.ainvoke)
    func, coroutine = _calling(runnable)
    model: Any = runnable.input_schema
    is_root = isinstance(model, type) and issubclass(model, RootModel)
    if arg_types is not None or is_root or schema.get("type") != "object" or not schema.get("properties"):
        model = _model_of_keys(runnable, name, arg_types)
    return StructuredTool.from_function(func, coroutine, name, description, args_schema=model)


def _calling(runnable: Runnable[Any, Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return functions of both colours that run a runnable with their keyword arguments."""

    def invoke(**kwargs: Any) -> Any:
        return runnable.invoke(kwargs, surrounding_config())

    async def ainvoke(**kwargs: Any) -> Any:
        return await runnable.ainvoke(kwargs, surrounding_config())

    return invoke, ainvoke


def _dict_model(runnable: Runnable[Any, Any]) -> Any:
    """Return the model of the dict that a runnable takes."""
    described = type_of(runnable.input_schema)
    if is_typeddict(described):
        return model_of_typed_dict(described)
    schema = runnable.get_input_jsonschema()
    if schema.get("type") != "object":
        raise ValueError(
            f"the input of {runnable.get_name()!r} is no dict with known keys but {schema!r}, so it cannot be a tool; "
            "pass args_schema=…, or use as_tool(arg_types={…})"
        )
    return runnable.input_schema


def _model_of_keys(runnable: Runnable[Any, Any], name: str, keys: dict[str, type] | None) -> Any:
    if keys is None:
        with suppress(TypeError):  # only classes have annotations
            keys = typing.get_type_hints(runnable.InputType)
    if not keys:
        raise TypeError(
            f"{runnable.get_name()!r} cannot be a tool: its input must be a text, or a dict whose keys are known, "
            "as of a TypedDict; annotate it so, or pass arg_types={…}"
        )
    return model_of(name, {key: (annotation, ...) for key, annotation in keys.items()}, {}, "")


def _named(function: Any) -> str:
    return function.get_name() if isinstance(function, Runnable) else name_of(function)
