"""The chat model and its tools, where others keep theirs."""

from __future__ import annotations

from stepgraph_anthropic.chat import ChatAnthropic
from stepgraph_anthropic.forms import convert_to_anthropic_tool

__all__ = ["ChatAnthropic", "convert_to_anthropic_tool"]
