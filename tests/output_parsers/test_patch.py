"""What has changed between two values of JSON."""

import json
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from stepgraph.output_parsers.patch import patch

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "~/", ""]), inner, max_size=3)
    ),
    max_leaves=10,
)


def patched(value, operations):
    """Apply operations as RFC 6902 says."""
    root = {"": deepcopy(value)}
    for each in operations:
        *around, last = [""] + [part.replace("~1", "/").replace("~0", "~") for part in each["path"].split("/")[1:]]
        place = root
        for key in around:
            place = place[int(key)] if isinstance(place, list) else place[key]
        if isinstance(place, list):
            number = int(last)
            if each["op"] == "add":
                place.insert(number, deepcopy(each["value"]))
            elif each["op"] == "remove":
                del place[number]
            else:
                place[number] = deepcopy(each["value"])
        elif each["op"] == "remove":
            del place[last]
        else:
            place[last] = deepcopy(each["value"])
    return root[""]


@given(VALUES, VALUES)
def test_operations_make_one_of_the_other(before, after):
    made = patched(before, patch(before, after))
    assert json.dumps(made, sort_keys=True) == json.dumps(after, sort_keys=True)


@given(VALUES)
def test_nothing_has_changed(value):
    assert patch(value, deepcopy(value)) == []


def test_operations():
    before = {"gone": 1, "list": [1, 2, 3], "same": "x"}
    after = {"list": [1, 5], "same": "x", "new": True}
    assert patch(before, after) == [
        {"op": "remove", "path": "/gone"},
        {"op": "replace", "path": "/list/1", "value": 5},
        {"op": "remove", "path": "/list/2"},
        {"op": "add", "path": "/new", "value": True},
    ]
