"""The tracers that print."""

from __future__ import annotations

from stepgraph.callbacks.console import ConsoleCallbackHandler, FunctionCallbackHandler

__all__ = ["ConsoleCallbackHandler", "FunctionCallbackHandler"]
