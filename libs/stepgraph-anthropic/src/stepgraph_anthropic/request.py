"""Requests: what a model, its messages and the options of a call are to the SDK's `messages.create`.

What `create` does not know by name goes into the body as it is. What only the beta API knows leads there.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from anthropic.resources.beta.messages import Messages as BetaMessages
from anthropic.resources.messages import Messages

from stepgraph_anthropic.forms import format_of
from stepgraph_anthropic.limits import knows_efforts

__all__ = ["configured", "is_beta", "request_of", "thinking_of"]

_TOOL_BETAS: Final = {
    "web_fetch_20250910": "web-fetch-2025-09-10",
    "code_execution_20250522": "code-execution-2025-05-22",
    "mcp_toolset": "mcp-client-2025-11-20",
    "memory_20250818": "context-management-2025-06-27",
    "computer_20250124": "computer-use-2025-01-24",
    "computer_20251124": "computer-use-2025-11-24",
    "tool_search_tool_regex_20251119": "advanced-tool-use-2025-11-20",
    "tool_search_tool_bm25_20251119": "advanced-tool-use-2025-11-20",
    "advisor_20260301": "advisor-tool-2026-03-01",
}
"""Tools of the provider's own, and the betas that they belong to."""

_UNSENT: Final = ("stream", "stream_usage", "ls_structured_output_format", "effort", "reasoning_effort")


def request_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `create`.

    Args:
        options: What the API is asked for, in the API's words or in those of other models; `None` is left out.
    """
    request = {key: value for key, value in options.items() if value is not None and key not in _UNSENT}
    config = dict(request.pop("output_config", None) or {})
    if "response_format" in request:
        config["format"] = format_of(request.pop("response_format"))
    if config:
        request["output_config"] = config
    if not request.get("tools"):
        request.pop("tools", None)
        request.pop("tool_choice", None)
    betas = dict.fromkeys((*(request.get("betas") or ()), *_needed(request)))
    if betas:
        request["betas"] = list(betas)
    return _in_place(request)


def configured(*said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `output_config` of a request, with the effort that has names of its own; what is said later counts."""
    config: dict[str, Any] = {}
    for each in said:
        config.update(each.get("output_config") or {})
        effort = each.get("effort") or each.get("reasoning_effort")
        if effort:
            config["effort"] = effort
    return config


def thinking_of(model: str, *said: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how a model shall think that is told how much trouble to take, and not whether to think."""
    is_told = any(each.get("effort") or each.get("reasoning_effort") for each in said)
    if not is_told or any(each.get("thinking") is not None for each in said) or not knows_efforts(model):
        return None
    return {"type": "adaptive", "display": "summarized"}


def is_beta(request: Mapping[str, Any]) -> bool:
    """Return whether only the beta API can be asked for this."""
    return any(name in request for name in _names(True) - _names(False))


def _needed(request: Mapping[str, Any]) -> Iterator[str]:
    for tool in request.get("tools") or ():
        if isinstance(tool, Mapping):
            if (kind := tool.get("type")) in _TOOL_BETAS:
                yield _TOOL_BETAS[kind]
            if tool.get("input_examples"):
                yield "advanced-tool-use-2025-11-20"
    if request.get("mcp_servers"):
        yield "mcp-client-2025-11-20"
    if (request.get("output_config") or {}).get("task_budget"):
        yield "task-budgets-2026-03-13"
    if request.get("user_profile_id"):
        yield "user-profiles-2026-03-24"


def _in_place(request: dict[str, Any]) -> dict[str, Any]:
    """Put what the SDK has no parameter for into the body; what the caller put there himself counts."""
    unknown = request.keys() - _names(True)
    if not unknown:
        return request
    body = {name: request.pop(name) for name in sorted(unknown)}
    return {**request, "extra_body": {**body, **(request.get("extra_body") or {})}}


@lru_cache(maxsize=2)
def _names(beta: bool) -> frozenset[str]:
    return frozenset(inspect.signature(BetaMessages.create if beta else Messages.create).parameters)
