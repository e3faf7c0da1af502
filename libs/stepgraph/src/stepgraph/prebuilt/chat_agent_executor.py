"""Agents, where others keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from stepgraph.messages import SystemMessage
from stepgraph.prebuilt.agent_state import (
    AgentState,
    AgentStatePydantic,
    AgentStateWithStructuredResponse,
    AgentStateWithStructuredResponsePydantic,
)
from stepgraph.prebuilt.react_agent import create_react_agent
from stepgraph.runnables import Runnable

__all__ = [
    "AgentState",
    "AgentStatePydantic",
    "AgentStateWithStructuredResponse",
    "AgentStateWithStructuredResponsePydantic",
    "Prompt",
    "create_react_agent",
    "create_tool_calling_executor",
]

Prompt: TypeAlias = SystemMessage | str | Callable[..., Any] | Runnable[Any, Any]
"""What `create_react_agent(prompt=…)` takes."""

create_tool_calling_executor = create_react_agent
"""The older name."""
