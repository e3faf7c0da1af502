"""Vectors: numbers, scores and ranks are the same with numpy and without it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph import vectors
from stepgraph.vectors import as_numbers, length_of, nearest, unit_of

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


def test_numbers_are_python_s_own_floats():
    assert as_numbers([1, 2.5, True]) == [1.0, 2.5, 1.0]
    assert all(type(number) is float for number in as_numbers((1, 2)))


def test_arrays_are_vectors():
    numpy = pytest.importorskip("numpy")
    found = as_numbers(numpy.array([1, 2], dtype="f4"))
    assert (found, type(found[0])) == ([1.0, 2.0], float)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["a"], "a vector is a list of numbers, got \\['a'\\]"),
        (3, "a vector is a list of numbers, got 3"),
        ([None], "a vector is a list of numbers"),
        ([1.0, math.nan], "finite numbers, got nan"),
        ([math.inf, -math.inf], "finite numbers, got inf"),
    ],
)
def test_what_is_no_vector(wrong, message):
    with pytest.raises(ValueError, match=message):
        as_numbers(wrong)


def test_large_numbers_are_finite():
    assert as_numbers([1e308, 1e308]) == [1e308, 1e308]


def test_lengths():
    assert length_of([3.0, 4.0]) == 5.0
    assert length_of([0.0, 0.0]) == 1.0
    assert unit_of([3, 4]) == [0.6, 0.8]


@given(st.lists(NUMBERS), st.integers(0, 8))
def test_the_nearest_are_the_first_of_a_stable_sort(scores, k):
    wanted = sorted(range(len(scores)), key=lambda position: -scores[position])[:k]
    assert nearest(scores, k) == wanted
    if vectors.numpy() is not None:
        assert nearest(vectors.numpy().array(scores), k) == wanted


def test_ties_keep_their_order():
    assert nearest([1.0, 2.0, 2.0, 1.0, 2.0], 4) == [1, 2, 4, 0]
