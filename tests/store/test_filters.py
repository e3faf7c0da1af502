"""The filter language: what it means, and what is wrong in it."""

import pytest

from stepgraph.store.filters import Compare, Either, Every, Negated, matches, parse

VALUE = {
    "text": "b",
    "int": 3,
    "float": 2.5,
    "true": True,
    "none": None,
    "list": [1, {"a": 2}],
    "deep": {"a": {"b": 1}, "x.y": 7},
    "x.y": 8,
    "empty": {},
}


def found(filter, value=VALUE) -> bool:
    return matches(parse(filter), value)


@pytest.mark.parametrize(
    "filter",
    [
        None,
        {},
        {"text": "b"},
        {"int": 3, "text": "b"},
        {"int": 3.0},
        {"none": None},
        {"missing": None},
        {"list": [1, {"a": 2.0}]},
        {"list": (1, {"a": 2})},
        {"deep": {"a": {"b": 1}}},
        {"deep": {"x.y": 7}},
        {"x.y": 8},
        {"empty": {}},
        {"deep": {}},
        {"deep": {"$eq": {"a": {"b": 1}, "x.y": 7}}},
        {"int": {"$gt": 2, "$lte": 3}},
        {"int": {"$gt": 2.9}},
        {"text": {"$gte": "b", "$lt": "c"}},
        {"text": {"$ne": 1}},
        {"missing": {"$ne": 1}},
        {"int": {"$in": [1, 3]}},
        {"missing": {"$in": [None]}},
        {"int": {"$nin": [1, "3", True]}},
        {"missing": {"$exists": False}},
        {"none": {"$exists": True}},
        {"deep": {"a": {"b": {"$exists": True}}}},
        {"text": {"deeper": {"$exists": False}}},
        {"text": {"deeper": None}},
        {"$or": [{"int": 4}, {"text": "b"}]},
        {"$and": [{"int": 3}, {"text": "b"}], "true": True},
        {"$not": {"int": 4}},
        {"int": {"$not": {"$gt": 3}}},
        {"int": {"$or": [1, {"$gt": 2}]}},
        {"deep": {"$and": [{"a": {"b": 1}}, {"x.y": {"$gt": 6}}]}},
    ],
)
def test_it_matches(filter):
    assert found(filter)
    assert not found({"$not": filter or {}})


@pytest.mark.parametrize(
    "filter",
    [
        {"text": "a"},
        {"int": "3"},
        {"int": 3, "text": "c"},
        {"true": 1},
        {"true": {"$in": [1]}},
        {"none": False},
        {"list": [1]},
        {"list": {}},
        {"missing": {}},
        {"deep": {"$eq": {"x.y": 7}}},
        {"deep": {"x": {"y": 7}}},
        {"x": {"y": 8}},
        {"missing": {"$gt": 1}},
        {"missing": {"$lte": ""}},
        {"none": {"$lt": 1}},
        {"true": {"$gt": 0}},
        {"text": {"$gt": 1}},
        {"int": {"$gt": "1"}},
        {"list": {"$gte": 0}},
        {"deep": {"a": {"$gt": 0}}},
        {"int": {"$in": []}},
        {"missing": {"$nin": [None]}},
        {"$or": [{"int": 4}, {"text": "c"}]},
        {"$and": [{"int": 3}, {"text": "c"}]},
        {"int": {"$gt": 2, "$lt": 3}},
    ],
)
def test_it_does_not_match(filter):
    assert not found(filter)


def test_objects_that_cannot_be_compared_do_not_match():
    class Odd:
        def __eq__(self, other):
            raise RuntimeError("no")

        __hash__ = None

    assert not found({"a": 1}, {"a": Odd()})


@pytest.mark.parametrize(
    ("filter", "message"),
    [
        ({"a": {"$near": 1}}, r"unknown operator '\$near' under 'a'.*known are '\$eq', '\$ne'.*'\$not'"),
        ({"a": {"b": {"$gtt": 1}}}, r"unknown operator '\$gtt' under 'a' > 'b'; did you mean '\$gte?'"),
        ({"$xor": []}, r"unknown operator '\$xor' in a filter"),
        ({"$object": True}, "unknown operator"),
        ({"$or": []}, r"\$or takes a list of at least one filter, got \[\]"),
        ({"$and": {"a": 1}}, r"\$and takes a list"),
        ({"$or": ["a"]}, r"\$or takes filters, which are dicts; got 'a'"),
        ({"a": {"$in": "text"}}, r"\$in takes a list, got 'text' under 'a'"),
        ({"a": {"$exists": 1}}, r"\$exists takes True or False, got 1"),
        ({"a": {"$gt": None}}, r"\$gt takes a number or a string, got None"),
        ({"a": {"$lt": True}}, r"\$lt takes a number or a string, got True"),
        ({1: 2}, "the keys of a filter are strings, got 1 in a filter"),
    ],
)
def test_what_is_wrong_is_said(filter, message):
    with pytest.raises(ValueError, match=message):
        parse(filter)


def test_a_filter_is_a_dict():
    with pytest.raises(TypeError, match=r"a filter is a dict .* got \[\]"):
        parse([])


def test_a_filter_is_parsed_into_conditions():
    assert parse({"a": {"b": 1}}) == Compare(("a", "b"), "$eq", 1)
    assert parse({"a": {"$gt": 1, "$lt": 3}}) == Every((Compare(("a",), "$gt", 1), Compare(("a",), "$lt", 3)))
    assert parse({"$not": {"$or": [{"a": 1}, {}]}}) == Negated(Either((Compare(("a",), "$eq", 1), Every(()))))


async def test_probe_27_on_every_store(store):
    """Probe 27: `$gt` on a missing key crashed, dotted keys were taken apart, and there was no `$and` nor `$or`."""
    values = {"none": {}, "low": {"n": 1, "a.b": 1}, "high": {"n": 9, "a": {"b": 1}}}
    for key, value in values.items():
        await store.put(("p",), key, value)

    async def keys(filter):
        return [item.key for item in await store.search(("p",), filter=filter)]

    assert await keys({"n": {"$gt": 3}}) == ["high"]
    assert await keys({"a.b": 1}) == ["low"]
    assert await keys({"a": {"b": 1}}) == ["high"]
    assert await keys({"$or": [{"n": 1}, {"n": {"$gt": 8}}]}) == ["low", "high"]
    assert await keys({"$and": [{"n": {"$gte": 1}}, {"n": {"$lt": 9}}]}) == ["low"]


async def test_a_wrong_filter_is_refused_by_every_store(store):
    with pytest.raises(ValueError, match="unknown operator"):
        await store.search(("empty",), filter={"a": {"$regex": "x"}})
