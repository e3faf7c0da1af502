"""ChatResult, where others keep it."""

from stepgraph.outputs.result import ChatResult

__all__ = ["ChatResult"]
