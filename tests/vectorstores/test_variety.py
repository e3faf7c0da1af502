"""Maximal marginal relevance, with results that langchain-core 1.7.2 gives too."""

import pytest

from stepgraph.vectorstores.utils import maximal_marginal_relevance

QUERY = [1.0, 0.2]
VECTORS = [[1.0, 0.1], [1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [-1.0, 0.3]]


@pytest.mark.parametrize(
    ("lambda_mult", "chosen"),
    [(1.0, [0, 1, 2, 3]), (0.5, [0, 3, 2, 1]), (0.3, [0, 4, 3, 2]), (0.0, [0, 4, 3, 2])],
)
def test_variety_against_nearness(lambda_mult, chosen):
    assert maximal_marginal_relevance(QUERY, VECTORS, lambda_mult=lambda_mult, k=4) == chosen


def test_there_may_be_fewer_than_wanted():
    assert maximal_marginal_relevance(QUERY, [], k=2) == []
    assert maximal_marginal_relevance(QUERY, VECTORS[:1], k=2) == [0]
    assert maximal_marginal_relevance(QUERY, VECTORS, k=0) == []


def test_arrays_and_a_query_of_one_row():
    numpy = pytest.importorskip("numpy")
    assert maximal_marginal_relevance(numpy.array(QUERY), numpy.array(VECTORS), k=2) == [0, 3]
    assert maximal_marginal_relevance(numpy.array([QUERY]), VECTORS, k=2) == [0, 3]
