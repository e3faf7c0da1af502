"""Outputs: what calls of models bring."""

from stepgraph.outputs.generation import ChatGeneration, ChatGenerationChunk, Generation, GenerationChunk
from stepgraph.outputs.result import ChatResult, LLMResult, RunInfo

__all__ = [
    "ChatGeneration",
    "ChatGenerationChunk",
    "ChatResult",
    "Generation",
    "GenerationChunk",
    "LLMResult",
    "RunInfo",
]
