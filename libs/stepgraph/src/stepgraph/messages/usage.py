"""Usage: what calls of models have used, in tokens, and what several have used together."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from typing_extensions import NotRequired, TypedDict

__all__ = ["InputTokenDetails", "OutputTokenDetails", "UsageMetadata", "add_usage", "subtract_usage"]


class InputTokenDetails(TypedDict, total=False):
    """What the tokens of an input were: heard, or found in the provider's cache, or put there."""

    audio: int
    cache_creation: int
    cache_read: int


class OutputTokenDetails(TypedDict, total=False):
    """What the tokens of an output were: spoken, or thought."""

    audio: int
    reasoning: int


class UsageMetadata(TypedDict):
    """What a call of a model has used, in tokens.

    Attributes:
        input_tokens: What it read.
        output_tokens: What it wrote.
        total_tokens: Both.
        input_token_details: Parts of the first.
        output_token_details: Parts of the second.
    """

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_token_details: NotRequired[InputTokenDetails]
    output_token_details: NotRequired[OutputTokenDetails]


def add_usage(left: UsageMetadata | None, right: UsageMetadata | None) -> UsageMetadata:
    """Return what two calls, or two parts of one, have used together."""
    return _each_count(left, right, operator.add)  # type: ignore[no-any-return]


def subtract_usage(left: UsageMetadata | None, right: UsageMetadata | None) -> UsageMetadata:
    """Return what one call has used more than another, and never less than nothing."""
    return _each_count(left, right, lambda more, less: max(more - less, 0))  # type: ignore[no-any-return]


def _each_count(left: Any, right: Any, join: Callable[[int, int], int]) -> Any:
    if not left or not right:
        return left or right or {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    total = dict(left)
    for key, value in right.items():
        before = total.get(key)
        if isinstance(value, dict):
            total[key] = _each_count(before, value, join) if before else value
        elif value is not None:
            total[key] = join(before or 0, value)
    return total
