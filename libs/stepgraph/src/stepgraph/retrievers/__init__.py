"""Retrievers: runnables that find documents for a query."""

from stepgraph.retrievers.base import (
    BaseRetriever,
    LangSmithRetrieverParams,
    RetrieverInput,
    RetrieverLike,
    RetrieverOutput,
    RetrieverOutputLike,
)

__all__ = [
    "BaseRetriever",
    "LangSmithRetrieverParams",
    "RetrieverInput",
    "RetrieverLike",
    "RetrieverOutput",
    "RetrieverOutputLike",
]
