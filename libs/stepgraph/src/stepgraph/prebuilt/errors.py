"""Errors of tools: which of them the model is told of, so that it can try again, and in what words."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, get_args, get_origin

from pydantic import ValidationError

from stepgraph.prebuilt.request import ToolCallRequest

__all__ = [
    "ErrorPolicy",
    "ToolInvocationError",
    "UnreadableArgumentsError",
    "as_invocation_error",
    "told",
    "wrong_arguments_only",
]


class ToolInvocationError(Exception):
    """A tool was called with arguments that do not fit.

    Attributes:
        tool_name: The tool.
        tool_kwargs: The arguments that the model gave.
        source: What is wrong about them.
    """

    def __init__(self, tool_name: str, source: ValidationError, tool_kwargs: dict[str, Any]) -> None:
        super().__init__(
            f"Error: the arguments of tool {tool_name!r} do not fit: {source}\n Please fix them and try again. You "
            f"gave: {tool_kwargs!r}"
        )
        self.tool_name: str = tool_name
        self.tool_kwargs: dict[str, Any] = tool_kwargs
        self.source: ValidationError = source


ErrorPolicy: TypeAlias = "bool | str | Callable[..., str] | type[Exception] | tuple[type[Exception], ...]"
"""What becomes of errors: `True`, all are told to the model; a text, it is told that; a function, what it returns, for
errors of the type that its parameter is annotated with; types, errors of these are told; `False`, they are raised."""


class UnreadableArgumentsError(ValueError):
    """A model called a tool with arguments that are no JSON object.

    Attributes:
        tool_name: The tool.
        given: What came in their place.
    """

    def __init__(self, call: Any) -> None:
        self.tool_name: str = call["name"]
        self.given: str = call["args"]
        problem = call.get("error") or "they are no JSON"
        super().__init__(
            f"Error: the arguments of tool {self.tool_name!r} cannot be read: {problem}\n Please call it again with a "
            "JSON object."
        )


def wrong_arguments_only(error: Exception) -> str:
    """Tell the model of arguments that it got wrong; raise what went wrong in the tool itself."""
    if isinstance(error, (ToolInvocationError, UnreadableArgumentsError)):
        return str(error)
    raise error


def as_invocation_error(error: Exception, request: ToolCallRequest) -> Exception:
    """Return the error of a tool as what it is: one of its arguments, or its own."""
    if isinstance(error, ValidationError) and error.title == f"the arguments of tool {request.tool_call['name']!r}":
        return ToolInvocationError(request.tool_call["name"], error, dict(request.tool_call["args"]))
    return error


def told(error: Exception, policy: ErrorPolicy) -> str | None:
    """Return what the model is told of an error, `None` if it shall be raised."""
    if isinstance(policy, bool):
        return _words(error) if policy else None
    if isinstance(policy, str):
        return policy
    if isinstance(policy, (type, tuple)):
        return _words(error) if isinstance(error, policy) else None
    return policy(error) if isinstance(error, _handled_by(policy)) else None


def _words(error: Exception) -> str:
    return f"Error: {error!r}\n Please fix your mistakes."


def _handled_by(policy: Callable[..., str]) -> tuple[type[BaseException], ...]:
    """Return the errors that a function is for: those that its first parameter is annotated with."""
    try:
        hints: Mapping[str, Any] = typing.get_type_hints(policy)
    except Exception:
        return (Exception,)
    annotation = next((hint for name, hint in hints.items() if name != "return"), Exception)
    found = get_args(annotation) if get_origin(annotation) is not None else (annotation,)
    types = tuple(each for each in found if isinstance(each, type) and issubclass(each, BaseException))
    return types or (Exception,)
