"""Choice: which of OpenAI's two APIs a request needs, where nobody says which. Nothing here is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["ONLY_RESPONSES", "needs_responses"]

ONLY_RESPONSES: Final = frozenset(
    {
        *("background", "context_management", "conversation", "include", "instructions", "max_output_tokens"),
        *("max_tool_calls", "previous_response_id", "prompt", "reasoning", "text", "truncation"),
    }
)
"""Parameters that the chat completions do not know."""

_NOT_IN_CHAT: Final = ("gpt-5-pro", "gpt-5.2-pro", "gpt-5.4-pro", "gpt-5.5-pro", "gpt-5.6-sol")
"""Models, by the start of their names, that answer through the Responses API alone."""


def needs_responses(model: Any, params: Mapping[str, Any]) -> bool:
    """Return whether a request goes to the Responses API.

    Args:
        model: The chat model: what its `use_responses_api` says, counts.
        params: What the request is made with. Without a word, tools of OpenAI's own need the Responses API, and so do
            parameters that only it knows, and some models.
    """
    if model.use_responses_api is not None:
        return bool(model.use_responses_api)
    if model.use_previous_response_id or model.output_version == "responses/v1":
        return True
    if any(params.get(name) is not None for name in ONLY_RESPONSES):
        return True
    name, tools = params["model"], params.get("tools") or ()
    if name.startswith(_NOT_IN_CHAT) or "codex" in name or (tools and name.lower().startswith("gpt-6")):
        return True
    return any(tool.get("type", "function") != "function" for tool in tools)
