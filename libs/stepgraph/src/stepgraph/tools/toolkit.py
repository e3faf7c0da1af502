"""Tools that belong together: `stepgraph.tools.base` has their base, beside that of tools, where others look for it."""

from stepgraph.tools.base import BaseToolkit

__all__ = ["BaseToolkit"]
