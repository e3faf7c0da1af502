"""Binding: tools and the choice among them, as OpenAI takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stepgraph.errors import listed, nearest
from stepgraph.messages import AIMessage
from stepgraph.runnables import Runnable
from stepgraph.tools import convert_to_openai_tool
from stepgraph_openai.structured import response_format_of

__all__ = ["allowed", "as_tool", "bound"]

_CHOICES: Final = {"any": "required", "required": "required", "auto": "auto", "none": "none"}
"""What may be said in place of a tool's name."""

_PASSED: Final = ("defer_loading", "async")
"""What a tool's `extras` may say to OpenAI."""


def bound(
    model: Any,
    tools: Sequence[Any],
    tool_choice: str | dict[str, Any] | bool | None,
    strict: bool | None,
    parallel_tool_calls: bool | None,
    response_format: Any,
    kwargs: Mapping[str, Any],
) -> Runnable[Any, AIMessage]:
    """Return a model with tools that it may call; see `ChatOpenAI.bind_tools`."""
    more = dict(kwargs)
    if parallel_tool_calls is not None:
        more["parallel_tool_calls"] = parallel_tool_calls
    if response_format is not None:
        if strict is None and not model.use_responses_api:
            strict = True  # else the chat completions take no tools beside a form
        more["response_format"] = response_format_of(response_format, strict)
    found = [as_tool(tool, strict) for tool in tools]
    if tool_choice:
        more["tool_choice"] = _choice(tool_choice, found)
    return model.bind(tools=found, **more)  # type: ignore[no-any-return]


def as_tool(tool: Any, strict: bool | None) -> dict[str, Any]:
    """Return a tool as OpenAI takes it."""
    found = dict(convert_to_openai_tool(tool, strict=strict))
    extras = getattr(tool, "extras", None)
    if isinstance(extras, Mapping):
        found.update({key: extras[key] for key in _PASSED if key in extras})
    return found


def allowed(disabled: Mapping[str, Any] | None, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters without those, or those values, that a model does not know."""
    off = disabled or {}
    return {key: value for key, value in params.items() if not (key in off and (off[key] is None or value in off[key]))}


def _choice(choice: Any, tools: Sequence[Mapping[str, Any]]) -> Any:
    if choice is True:
        return "required"
    if isinstance(choice, Mapping):
        return choice
    if not isinstance(choice, str):
        raise ValueError(f"tool_choice is a name, a bool or a dict, got {type(choice).__name__}: {choice!r}")
    for tool in tools:
        if "function" in tool and tool["function"]["name"] == choice:
            return {"type": "function", "function": {"name": choice}}
        if tool.get("type") == choice or tool.get("name") == choice:
            return {"type": tool["type"], **({"name": choice} if tool.get("name") == choice else {})}
    if choice not in _CHOICES:
        names = [tool["function"]["name"] if "function" in tool else tool.get("name", tool["type"]) for tool in tools]
        raise ValueError(
            f"tool_choice {choice!r} names none of the tools{nearest(choice, names)}; there are {listed(names)}, and "
            f"{listed(_CHOICES)} name none"
        )
    return _CHOICES[choice]
