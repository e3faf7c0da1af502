"""Example selectors: which examples a few-shot prompt shows for an input."""

from stepgraph.example_selectors.base import BaseExampleSelector
from stepgraph.example_selectors.length_based import LengthBasedExampleSelector
from stepgraph.example_selectors.semantic_similarity import (
    MaxMarginalRelevanceExampleSelector,
    SemanticSimilarityExampleSelector,
    sorted_values,
)

__all__ = [
    "BaseExampleSelector",
    "LengthBasedExampleSelector",
    "MaxMarginalRelevanceExampleSelector",
    "SemanticSimilarityExampleSelector",
    "sorted_values",
]
