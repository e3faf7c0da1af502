"""Deltas: applied to the value before, each gives the value after; where nothing is told apart there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph.checkpoint.base import Delta
from stepgraph.checkpoint.deltas import delta_between


def applied(before, delta):
    """Do what a saver does with a delta."""
    if isinstance(before, dict):
        left = {key: value for key, value in before.items() if key not in delta.gone}
        return {**left, **delta.edits}
    after = [delta.edits.get(index, item) for index, item in enumerate(before[: delta.kept])]
    return [*after, *delta.added]


class Item:
    """Something that is equal to nothing but itself."""

    def __init__(self, number):
        self.number = number

    def __repr__(self):
        return f"<{self.number}>"


ITEMS = [Item(number) for number in range(30)]


@st.composite
def list_edits(draw):
    """A list and one that came from it: items replaced, some cut off or moved, some added."""
    before = draw(st.lists(st.sampled_from(ITEMS), max_size=12))
    after = [draw(st.sampled_from([item, item, item, *ITEMS])) for item in before]
    after = after[: draw(st.integers(0, len(after)))] if draw(st.booleans()) else after
    return before, [*after, *draw(st.lists(st.sampled_from(ITEMS), max_size=4))]


@st.composite
def dict_edits(draw):
    """A dict and one that came from it: values replaced, keys removed, keys added, and perhaps another order."""
    keys = st.integers(0, 20)
    before = draw(st.dictionaries(keys, st.sampled_from(ITEMS), max_size=12))
    after = dict(before)
    for key in draw(st.lists(keys, max_size=4)):
        after.pop(key, None)
    after.update(draw(st.dictionaries(keys, st.sampled_from(ITEMS), max_size=4)))
    if draw(st.booleans()):
        after = dict(draw(st.permutations(list(after.items()))))
    return before, after


@given(list_edits())
def test_applying_the_delta_of_lists_gives_the_value(edit):
    before, after = edit
    delta = delta_between(before, after)
    if delta is not None:
        assert applied(before, delta) == after


@given(dict_edits())
def test_applying_the_delta_of_dicts_gives_the_value_in_its_order(edit):
    before, after = edit
    delta = delta_between(before, after)
    if delta is not None:
        assert list(applied(before, delta).items()) == list(after.items())


@given(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=8), st.lists(st.sampled_from(ITEMS), min_size=1))
def test_what_is_appended_is_all_that_is_kept(before, added):
    assert delta_between(before, [*before, *added]) == Delta(kept=len(before), edits={}, added=added)


def test_an_item_that_was_replaced_is_an_edit():
    before = ITEMS[:5]
    after = [*before[:2], ITEMS[9], *before[3:]]
    assert delta_between(before, after) == Delta(kept=5, edits={2: ITEMS[9]}, added=[])


def test_a_list_that_was_cut_keeps_what_is_left():
    assert delta_between(ITEMS[:5], ITEMS[:3]) == Delta(kept=3, edits={}, added=[])


def test_a_dict_tells_what_changed_and_what_is_gone():
    before = {key: ITEMS[key] for key in range(6)}
    after = {**before, 1: ITEMS[9], 7: ITEMS[7]}
    del after[2]
    assert delta_between(before, after) == Delta(edits={1: ITEMS[9], 7: ITEMS[7]}, gone=[2])


EDITED = [ITEMS[0]]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (EDITED, EDITED),
        ([ITEMS[0]], [ITEMS[0]]),
        ({1: ITEMS[0]}, {1: ITEMS[0]}),
        ([], [ITEMS[0]]),
        (ITEMS[:4], ITEMS[4:8]),
        ({1: ITEMS[0], 2: ITEMS[1]}, {2: ITEMS[1], 1: ITEMS[0]}),
        ((1,), (1, 2)),
        ({1}, {1, 2}),
        ("text", "texts"),
        ([1], {0: 1}),
    ],
    ids=[
        "the same object, perhaps edited in place",
        "a list of the same items",
        "a dict of the same items",
        "nothing before",
        "all other items",
        "another order",
        "tuples",
        "sets",
        "texts",
        "another type",
    ],
)
def test_what_is_better_saved_whole(before, after):
    assert delta_between(before, after) is None


class Many(list):
    """A list of a type of its own, which a plain list must not replace."""


def test_types_of_ones_own_are_saved_whole():
    assert delta_between(Many([1]), Many([1, 2])) is None
