"""Tools as text, for prompts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import TypeAlias

from stepgraph.tools.base import BaseTool

__all__ = ["ToolsRenderer", "render_text_description", "render_text_description_and_args"]

ToolsRenderer: TypeAlias = Callable[[list[BaseTool]], str]
"""Makes one text of tools."""


def render_text_description(tools: Sequence[BaseTool]) -> str:
    """Return a line for each tool, such as `search(query: str) -> str - Searches the web`."""
    return "\n".join(map(_described, tools))


def render_text_description_and_args(tools: Sequence[BaseTool]) -> str:
    """Return a line for each tool, with the JSON schemas of its arguments."""
    return "\n".join(f"{_described(tool)}, args: {tool.args}" for tool in tools)


def _described(tool: BaseTool) -> str:
    func = getattr(tool, "func", None)
    signed = "" if func is None else str(signature(func))
    return f"{tool.name}{signed} - {tool.description}"
