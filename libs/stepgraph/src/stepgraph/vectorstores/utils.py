"""The choice by relevance and variety under the path that LangChain's users know."""

from stepgraph.vectorstores.variety import maximal_marginal_relevance

__all__ = ["maximal_marginal_relevance"]
