"""OpenAI's Responses API: when it is asked, what it is sent, and how its answers are read."""

from __future__ import annotations

from stepgraph_openai.responses.answers import result_of
from stepgraph_openai.responses.choice import needs_responses
from stepgraph_openai.responses.events import Chunks
from stepgraph_openai.responses.payload import payload_of

__all__ = ["Chunks", "needs_responses", "payload_of", "result_of"]
