"""How far the reliability tests go: `STEPGRAPH_RELIABILITY=thorough` for every point, and crashes after crashes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

THOROUGH = os.environ.get("STEPGRAPH_RELIABILITY") == "thorough"
TIMEOUT = 0 if THOROUGH else 120  # seconds for one test; 0 for no limit


def some(items: Sequence[T], most: int) -> Sequence[T]:
    """Return all items in the long look, and otherwise at most `most`, spread evenly, the first and the last among
    them."""
    if THOROUGH or len(items) <= most:
        return items
    return [items[round(number * (len(items) - 1) / (most - 1))] for number in range(most)]
