"""Ranking: which of the candidates of a search come first, and which of them are on the page that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from stepgraph.vectors import scores

__all__ = ["page_of"]


def page_of(
    candidates: Sequence[Sequence[bytes]], query: bytes | None, limit: int, offset: int
) -> list[tuple[int, float | None]]:
    """Return the positions and scores of one page of the candidates.

    Args:
        candidates: The vectors of each, in the order in which they were created.
        query: The vector to be near to; `None` keeps the order.
        limit: How many at the most.
        offset: How many to skip.

    Returns:
        The nearest first, each by its best vector, then those without vectors; ties in the order of creation.
    """
    if query is None:
        return [(position, None) for position in range(len(candidates))[offset : offset + limit]]
    owners = [position for position, vectors in enumerate(candidates) for _ in vectors]
    best: dict[int, float] = {}
    for owner, score in zip(owners, scores(query, [each for vectors in candidates for each in vectors]), strict=True):
        best[owner] = max(score, best.get(owner, score))
    ranked = sorted(best, key=lambda position: (-best[position], position))
    ranked += [position for position in range(len(candidates)) if position not in best]
    return [(position, best.get(position)) for position in ranked[offset : offset + limit]]
