"""ValidationNode, where others keep it."""

from stepgraph.prebuilt.validation import ValidationNode

__all__ = ["ValidationNode"]
