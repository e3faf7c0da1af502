"""Items as objects."""

from datetime import datetime, timezone

from stepgraph.store.base import Item, SearchItem

AT = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)


def an_item(**changes):
    return Item(**{"value": {"a": 1}, "key": "k", "namespace": ("n",), "created_at": AT, "updated_at": AT} | changes)


def test_items_are_equal_by_all_that_they_hold():
    assert an_item() == an_item(namespace=["n"], created_at=AT.isoformat())
    assert hash(an_item()) == hash(an_item(value={}))
    for change in ({"value": {}}, {"key": "l"}, {"namespace": ("m",)}, {"updated_at": AT.replace(hour=13)}):
        assert an_item() != an_item(**change)
    assert an_item() != "k"


def test_items_as_data():
    data = {"namespace": ["n"], "key": "k", "value": {"a": 1}}
    data |= {"created_at": "2026-05-01T12:00:00+00:00", "updated_at": "2026-05-01T12:00:00+00:00"}
    assert an_item().dict() == data
    found = SearchItem(("n",), "k", {"a": 1}, AT, AT, 0.5)
    assert found.dict() == data | {"score": 0.5}
    assert repr(found).startswith("SearchItem(namespace=['n'], key='k', value={'a': 1}, ")
