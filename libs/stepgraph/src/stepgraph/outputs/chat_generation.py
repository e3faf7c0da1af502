"""ChatGeneration and ChatGenerationChunk, where others keep them."""

from stepgraph.outputs.generation import ChatGeneration, ChatGenerationChunk

__all__ = ["ChatGeneration", "ChatGenerationChunk"]
