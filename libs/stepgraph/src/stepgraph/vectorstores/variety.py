"""Variety: which of the documents that are near to a query say different things (maximal marginal relevance)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stepgraph.vectors import DECIMALS, dot, unit_of

__all__ = ["maximal_marginal_relevance"]


def maximal_marginal_relevance(
    query_embedding: Sequence[float], embedding_list: Sequence[Sequence[float]], lambda_mult: float = 0.5, k: int = 4
) -> list[int]:
    """Return the positions of vectors that are near to a query and far from each other, in the order of the choice.

    The nearest comes first. Then, again and again, the one with the highest `lambda_mult * (how near it is to the
    query) - (1 - lambda_mult) * (how near it is to the nearest that was chosen)`; of equal ones, the first.

    Args:
        query_embedding: The vector of the query.
        embedding_list: The vectors to choose from.
        lambda_mult: From 0.0, for as much variety as there can be, to 1.0, for nearness alone.
        k: How many to choose at the most.
    """
    query: Any = query_embedding
    if len(query) == 1 and not isinstance(query[0], (int, float)) and hasattr(query[0], "__len__"):
        query = query[0]  # a matrix of one row
    unit, units = unit_of(query), [unit_of(each) for each in embedding_list]
    nearness = [_cosine(unit, each) for each in units]
    left = set(range(len(units)))
    redundancy = [0.0] * len(units)
    chosen: list[int] = []

    def worth(position: int) -> tuple[float, int]:
        if not chosen:
            return nearness[position], -position
        return lambda_mult * nearness[position] - (1 - lambda_mult) * redundancy[position], -position

    while left and len(chosen) < k:
        best = max(left, key=worth)
        left.remove(best)
        for position in left:
            likeness = _cosine(units[best], units[position])
            redundancy[position] = max(redundancy[position], likeness) if chosen else likeness
        chosen.append(best)
    return chosen


def _cosine(first: Sequence[float], second: Sequence[float]) -> float:
    return float(round(dot(first, second), DECIMALS))
