"""Paths to the texts of a value."""

import pytest

from stepgraph.store.base import get_text_at_path, tokenize_path

VALUE = {
    "a": {"b": "x", "n": 3, "t": True, "none": None},
    "items": [{"text": "1"}, {"other": "2"}, {"text": "3"}],
    "two words": "y",
}


@pytest.mark.parametrize(
    ("path", "tokens"),
    [
        ("a.b", ["a", "b"]),
        ("items[*].text", ["items", "[*]", "text"]),
        ("$.a[0][-1]", ["a", "[0]", "[-1]"]),
        ("$", []),
        ("", []),
        ("*.{a,b.c}", ["*", "{a,b.c}"]),
        ("[*].x", ["[*]", "x"]),
    ],
)
def test_a_path_has_steps(path, tokens):
    assert tokenize_path(path) == tokens


@pytest.mark.parametrize("path", ["a[", "a[x]", "a..b", ".a", "a.", "a{b", "a]"])
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(ValueError, match="is not a path to texts"):
        tokenize_path(path)


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("a.b", ["x"]),
        (["a", "b"], ["x"]),
        ("a.n", ["3"]),
        ("a.t", ["True"]),
        ("a.none", []),
        ("a.c", []),
        ("a.b.c", []),
        ("two words", ["y"]),
        ("items[*].text", ["1", "3"]),
        ("items[0].text", ["1"]),
        ("items[-1]", ['{"text": "3"}']),
        ("items[3]", []),
        ("items.text", []),
        ("a[0]", []),
        ("items.*.text", ["1", "3"]),
        ("a.{b,n}", ["x", "3"]),
        ("{a.b, two words,}", ["x", "y"]),
        ("*.b", ["x"]),
        ("a", ['{"b": "x", "n": 3, "none": null, "t": true}']),
    ],
)
def test_texts_are_found(path, texts):
    assert get_text_at_path(VALUE, path) == texts


def test_the_whole_value_is_json():
    assert get_text_at_path({"b": "é", "a": [1]}, "$") == ['{"a": [1], "b": "é"}']
