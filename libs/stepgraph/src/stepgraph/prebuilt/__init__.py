"""Prebuilt: a node that calls tools, and an agent made of it."""

from stepgraph.prebuilt.errors import ToolInvocationError
from stepgraph.prebuilt.react_agent import create_react_agent
from stepgraph.prebuilt.request import ToolCallRequest
from stepgraph.prebuilt.tool_node import ToolNode
from stepgraph.prebuilt.tools_condition import tools_condition
from stepgraph.prebuilt.validation import ValidationNode
from stepgraph.tools import InjectedState, InjectedStore, ToolRuntime

__all__ = [
    "InjectedState",
    "InjectedStore",
    "ToolCallRequest",
    "ToolInvocationError",
    "ToolNode",
    "ToolRuntime",
    "ValidationNode",
    "create_react_agent",
    "tools_condition",
]
