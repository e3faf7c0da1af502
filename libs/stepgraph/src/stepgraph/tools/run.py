"""ToolRun: one call of a tool that was given a config, or that somebody hears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepgraph.runnables.component import ComponentCall
from stepgraph.tools.parameters import NAMED
from stepgraph.tools.reading import plan_of

__all__ = ["ToolRun"]


class ToolRun(ComponentCall):
    """One call of a tool.

    Args:
        tool: The tool.
        config: What the caller gave.
        arguments: The arguments, without those that are injected; `None` where the input is a text.
        text: The input as text.
        tool_call_id: The id of the tool call that it answers.
        colors: In which colours its start and its end are printed.
        facts: What else handlers are told.
    """

    __slots__ = ("_arguments", "_colors", "_facts", "_text", "_tool_call_id")

    def __init__(
        self,
        tool: Any,
        config: Mapping[str, Any] | None,
        arguments: dict[str, Any] | None,
        text: str,
        tool_call_id: str | None,
        colors: tuple[str | None, str | None],
        facts: Mapping[str, Any],
    ) -> None:
        super().__init__(tool, config)
        self._arguments = arguments
        self._text = text
        self._tool_call_id = tool_call_id
        self._colors = colors
        self._facts = facts

    @classmethod
    def of(
        cls,
        tool: Any,
        tool_input: Any,
        tool_call_id: str | None,
        config: Mapping[str, Any] | None,
        colors: tuple[str | None, str | None],
        facts: Mapping[str, Any],
    ) -> ToolRun:
        """Return the run of a call, whose handlers see nothing that is injected; see the class."""
        seen: dict[str, Any] | None = None
        if isinstance(tool_input, dict):
            plan = plan_of(tool)
            hidden = {*NAMED, *plan.injected, *(name for name, _ in plan.parameters.fills)}
            seen = {name: value for name, value in tool_input.items() if name not in hidden}
        text = tool_input if isinstance(tool_input, str) else str(tool_input if seen is None else seen)
        return cls(tool, config, seen, text, tool_call_id, colors, facts)

    def _begun(self, manager: Any, description: dict[str, Any], input: Any, run_id: Any, facts: dict[str, Any]) -> Any:
        facts.pop("run_type", None)
        tool = self._runnable
        description = {"name": tool.name, "description": tool.description}
        told = {**facts, "color": self._colors[0], "inputs": self._arguments, "tool_call_id": self._tool_call_id}
        return manager.on_tool_start(description, self._text, run_id, **told, **self._facts)

    def _ended(self, output: Any, kwargs: dict[str, Any]) -> Any:
        return self.run.on_tool_end(output, color=self._colors[1], name=self._runnable.name, **self._facts)

    def _failed(self, error: BaseException, kwargs: dict[str, Any]) -> Any:
        return self.run.on_tool_error(error, tool_call_id=self._tool_call_id)
