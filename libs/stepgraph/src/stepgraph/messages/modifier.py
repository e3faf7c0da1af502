"""Where programs look for RemoveMessage."""

from stepgraph.messages.remove import RemoveMessage

__all__ = ["RemoveMessage"]
