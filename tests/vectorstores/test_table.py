"""The table of vectors follows the dict of entries, whatever is done to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph import vectors
from stepgraph.vectorstores.table import Table

NUMBERS = st.lists(st.integers(-3, 3), min_size=2, max_size=2)
EDIT = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 5), NUMBERS),
    st.tuples(st.just("delete"), st.integers(0, 5), st.none()),
    st.tuples(st.just("clear"), st.none(), st.none()),
    st.tuples(st.just("turn"), st.none(), st.none()),
    st.tuples(st.just("look"), st.none(), st.none()),
)


def edited(store, kind, key, numbers):
    if kind == "set":
        store[key] = {"id": key, "vector": numbers, "text": "", "metadata": {}}
    elif kind == "delete":
        store.pop(key, None)
    elif kind == "clear":
        store.clear()
    elif kind == "turn":
        entries = list(reversed(store.items()))
        store.clear()
        store.update(entries)


@pytest.mark.parametrize("has_numpy", [True, False])
@given(edits=st.lists(EDIT, max_size=20))
def test_it_is_as_if_it_had_been_made_anew(has_numpy, edits):
    if has_numpy:
        pytest.importorskip("numpy")
    with pytest.MonkeyPatch.context() as patch:
        if not has_numpy:
            patch.setattr(vectors, "_numpy", lambda: None)
        store, table = {}, Table()
        older = []
        for kind, key, numbers in edits:
            edited(store, kind, key, numbers)
            if kind == "look":
                view = table.view(store)
                older.append((view, list(view.scores([1, 2], range(len(view.entries))))))
        view, fresh = table.view(store), Table().view(store)
        places = range(len(store))
        assert view.entries == fresh.entries == list(store.values())
        assert list(view.scores([1, 2], places)) == list(fresh.scores([1, 2], places))
        for then, scores in older:  # what a search works on stays as it was
            assert list(then.scores([1, 2], range(len(then.entries)))) == scores


def test_another_width_names_the_document(arithmetic):
    store = {1: {"id": "first", "vector": [1.0, 2.0]}, 2: {"id": "second", "vector": [1.0]}}
    with pytest.raises(ValueError, match="have 2 numbers, document 'second''s vector has 1"):
        Table().view(store)


def test_what_is_no_number_is_refused(arithmetic):
    with pytest.raises(ValueError, match="finite numbers, got nan"):
        Table().view({1: {"id": "1", "vector": [1.0, float("nan")]}})
