"""Tool: a function of one text as a tool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.tools.arguments import model_of
from stepgraph.tools.errors import ToolException
from stepgraph.tools.reading import plan_of
from stepgraph.tools.structured import FunctionTool

__all__ = ["Tool"]


class Tool(FunctionTool):
    """A function with one parameter as a tool, whatever a model calls that parameter.

    Args:
        name: What models call it.
        func: The function for sync code.
        description: What models are told of it.
        kwargs: Other fields of the tool.
    """

    def __init__(self, name: str, func: Callable[..., Any] | None, description: str, **kwargs: Any) -> None:
        super().__init__(name=name, func=func, description=description, **kwargs)

    @property
    def args(self) -> dict[str, Any]:
        """The JSON schemas of the arguments that models see, by name: one text, where nobody said otherwise."""
        return {"tool_input": {"type": "string"}} if self.args_schema is None else super().args

    def get_input_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return a pydantic model of the argument."""
        if self.args_schema is None:
            return model_of(self.name, {"tool_input": (str, ...)}, {}, self.description)
        return super().get_input_schema(config)

    def _to_args_and_kwargs(
        self, tool_input: str | dict[str, Any], tool_call_id: str | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        args, kwargs = super()._to_args_and_kwargs(tool_input, tool_call_id)
        injected = plan_of(self).injected
        given = [*args, *(value for name, value in kwargs.items() if name not in injected)]
        if len(given) != 1:
            raise ToolException(
                f"tool {self.name!r} takes one argument, got {len(given)}: {given!r}; use StructuredTool for more"
            )
        return tuple(given), {name: value for name, value in kwargs.items() if name in injected}

    @classmethod
    def from_function(
        cls,
        func: Callable[..., Any] | None,
        name: str,
        description: str,
        return_direct: bool = False,
        args_schema: Any = None,
        coroutine: Callable[..., Awaitable[Any]] | None = None,
        **kwargs: Any,
    ) -> Tool:
        """Make a tool of a function.

        Args:
            func: The function.
            name: What models call it.
            description: What models are told of it.
            return_direct: Whether an agent ends with its answer.
            args_schema: A pydantic model of the argument, a TypedDict or a JSON schema.
            coroutine: The function for async code.
            kwargs: Other fields of the tool.

        Raises:
            ValueError: There is no function.
        """
        if func is None and coroutine is None:
            raise ValueError("a tool needs something to call; pass a function as func=, or an async one as coroutine=")
        return cls(
            name=name,
            func=func,
            coroutine=coroutine,
            description=description,
            return_direct=return_direct,
            args_schema=args_schema,
            **kwargs,
        )
