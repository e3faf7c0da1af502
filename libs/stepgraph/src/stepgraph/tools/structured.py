"""StructuredTool: a function as a tool."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal

from pydantic import PlainSerializer

from stepgraph.execution.threads import in_thread
from stepgraph.tools.arguments import create_schema_from_function
from stepgraph.tools.base import BaseTool
from stepgraph.tools.docstrings import described, text_of
from stepgraph.tools.parameters import parameters_of
from stepgraph.tools.reading import default_body, plan_of
from stepgraph.tools.surroundings import filled

__all__ = ["FunctionTool", "StructuredTool", "name_of"]

_AS_TEXT: Final = PlainSerializer(lambda function: str(function), when_used="json-unless-none")


class FunctionTool(BaseTool):
    """A tool that calls a function.

    Attributes:
        func: The function for sync code.
        coroutine: The function for async code; without it, `func` is called in the engine's threads.
    """

    description: str = ""
    func: Annotated[Callable[..., Any] | None, _AS_TEXT] = None
    coroutine: Annotated[Callable[..., Awaitable[Any]] | None, _AS_TEXT] = None

    def _functions(self) -> tuple[Callable[..., Any] | None, Callable[..., Any] | None]:
        return self.func, self.coroutine

    @default_body
    def _run(self, *args: Any, config: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
        """Call the function, for subclasses that add something around it."""
        if self.func is None:
            raise NotImplementedError(f"tool {self.name!r} is async only; use `await ….ainvoke(…)`")
        more = filled(parameters_of(self.func).fills, run_manager, is_async=False)
        return self.func(*args, **kwargs, **more)

    @default_body
    async def _arun(self, *args: Any, config: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
        """Call the function, for subclasses that add something around it."""
        if self.coroutine is None:
            return await in_thread(self._run, *args, run_manager=run_manager, **kwargs)
        more = filled(parameters_of(self.coroutine).fills, run_manager, is_async=True)
        return await self.coroutine(*args, **kwargs, **more)


class StructuredTool(FunctionTool):
    """A function with any number of parameters as a tool; see `from_function` and `tool`."""

    @classmethod
    def from_function(
        cls,
        func: Callable[..., Any] | None = None,
        coroutine: Callable[..., Awaitable[Any]] | None = None,
        name: str | None = None,
        description: str | None = None,
        return_direct: bool = False,
        args_schema: Any = None,
        infer_schema: bool = True,
        *,
        response_format: Literal["content", "content_and_artifact"] = "content",
        parse_docstring: bool = False,
        error_on_invalid_docstring: bool = False,
        **kwargs: Any,
    ) -> StructuredTool:
        """Make a tool of a function.

        Args:
            func: The function.
            coroutine: The function for async code, where there are two, or where it is the only one.
            name: What models call it; the function's name by default.
            description: What models are told of it; by default the function's docstring, or that of `args_schema`.
            return_direct: Whether an agent ends with its answer.
            args_schema: A pydantic model of the arguments, a TypedDict or a JSON schema.
            infer_schema: Whether a model is made of the function's parameters, where there is no `args_schema`.
            response_format: `"content_and_artifact"` where the function returns a pair.
            parse_docstring: Whether a Google-style docstring describes the parameters.
            error_on_invalid_docstring: Whether a docstring that does not is an error.
            kwargs: Other fields of the tool.

        Raises:
            ValueError: There is no function or nothing to tell models, or the docstring is not as it should be.
            TypeError: The signature cannot be read, or `args_schema` is none.
        """
        source = coroutine if func is None else func
        if source is None:
            raise ValueError("a tool needs something to call; pass a function as func=, or an async one as coroutine=")
        name = name or name_of(source)
        if args_schema is None and infer_schema:
            args_schema = create_schema_from_function(
                name, source, parse_docstring=parse_docstring, error_on_invalid_docstring=error_on_invalid_docstring
            )
            told = args_schema.__doc__
        else:
            told = text_of(source)
            if parse_docstring:
                told = described(told, (), name=name)[0] if told else told
            told = told or _said_by(args_schema)
        if description is None:
            if not told:
                raise ValueError(
                    f"tool {name!r} has nothing to tell a model what it does: write a docstring, or pass description=…"
                )
            description = told
        tool = cls(
            name=name,
            func=func,
            coroutine=coroutine,
            args_schema=args_schema,
            description=description.strip(),
            return_direct=return_direct,
            response_format=response_format,
            **kwargs,
        )
        plan_of(tool)  # what is wrong with it is said now
        return tool


def name_of(function: Any) -> str:
    """Return the name of a function, of a partial one that of the function in it.

    Raises:
        ValueError: It has none.
    """
    found = getattr(_body(function), "__name__", None) or getattr(type(function), "__name__", None)
    if not isinstance(found, str) or found == "<lambda>":
        raise ValueError(f"{function!r} has no name for a tool; pass name=…")
    return found


def _body(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _said_by(schema: Any) -> str:
    """Return what a schema of arguments says of itself."""
    if isinstance(schema, dict):
        return str(schema.get("description") or "")
    return text_of(schema) if schema is not None and "__doc__" in vars(schema) else ""
