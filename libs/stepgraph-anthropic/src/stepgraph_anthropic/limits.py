"""Limits: what models can, by their names; the API says so nowhere."""

from __future__ import annotations

from typing import Final

__all__ = ["knows_efforts", "longest_answer", "patience", "takes_later_systems"]

FALLBACK: Final = 4096
"""Tokens that every model can answer with."""

_LONGEST: Final = (
    ("claude-fable-5", 128_000),
    ("claude-haiku-5", 128_000),
    ("claude-haiku-4-5", 64_000),
    ("claude-opus-5", 128_000),
    ("claude-opus-4-8", 128_000),
    ("claude-opus-4-7", 128_000),
    ("claude-opus-4-6", 128_000),
    ("claude-opus-4-5", 64_000),
    ("claude-sonnet-5", 128_000),
    ("claude-sonnet-4-6", 128_000),
    ("claude-sonnet-4-5", 64_000),
)
"""How names of models begin, and with how many tokens those models can answer."""

_LATER_SYSTEMS: Final = (
    *("claude-fable-5", "claude-haiku-5", "claude-mythos-5", "claude-opus-4-8", "claude-opus-5", "claude-sonnet-5"),
)
"""How models are called that take system messages in the middle of a conversation."""

_EFFORTS: Final = ("claude-fable-5", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5", "claude-sonnet-5")
"""How models are called that think as much as they are told to."""

_SLOWEST: Final = 128_000 / 3600
"""Tokens a second. The SDK reckons with as many."""

_USUAL: Final = 600.0
"""Seconds that the SDK waits."""


def longest_answer(model: str) -> int:
    """Return with how many tokens a model can answer, for those that are known; else what any model can."""
    return next((tokens for start, tokens in _LONGEST if model.startswith(start)), FALLBACK)


def patience(max_tokens: int) -> float:
    """Return how many seconds an answer that is not streamed is waited for: the longer it may be, the longer."""
    return max(_USUAL, max_tokens / _SLOWEST)


def takes_later_systems(model: str) -> bool:
    """Return whether a model takes system messages in the middle of a conversation."""
    return model.startswith(_LATER_SYSTEMS)


def knows_efforts(model: str) -> bool:
    """Return whether a model thinks as much as it is told to, without a budget."""
    return model.startswith(_EFFORTS)
