"""RunInfo, where others keep it."""

from stepgraph.outputs.result import RunInfo

__all__ = ["RunInfo"]
