"""LLMResult, where others keep it."""

from stepgraph.outputs.result import LLMResult

__all__ = ["LLMResult"]
