"""Anthropic for stepgraph: chat models on the official SDK."""

from __future__ import annotations

from stepgraph_anthropic.chat import ChatAnthropic
from stepgraph_anthropic.errors import (
    AnthropicAPIError,
    AnthropicAuthenticationError,
    AnthropicConnectionError,
    AnthropicContextOverflowError,
    AnthropicInvalidRequestError,
    AnthropicMissingKeyError,
    AnthropicModelNotFoundError,
    AnthropicOverloadedError,
    AnthropicPermissionDeniedError,
    AnthropicRateLimitError,
    AnthropicStreamCutError,
    AnthropicTimeoutError,
)
from stepgraph_anthropic.forms import convert_to_anthropic_tool

__all__ = [
    "AnthropicAPIError",
    "AnthropicAuthenticationError",
    "AnthropicConnectionError",
    "AnthropicContextOverflowError",
    "AnthropicInvalidRequestError",
    "AnthropicMissingKeyError",
    "AnthropicModelNotFoundError",
    "AnthropicOverloadedError",
    "AnthropicPermissionDeniedError",
    "AnthropicRateLimitError",
    "AnthropicStreamCutError",
    "AnthropicTimeoutError",
    "ChatAnthropic",
    "convert_to_anthropic_tool",
]
