"""What Google-style docstrings say."""

import inspect

import pytest

from stepgraph.tools.docstrings import described, text_of

TEXT = """
Summary of it.

    More of it.

Args:
    a: The a: with a colon.
    b (int, optional): The b,
        which goes on: here
        and here.

    *rest: The rest.
    **more: More.

Returns:
    Something: else.
"""


def test_a_docstring_is_taken_apart():
    summary, arguments = described(inspect.cleandoc(TEXT), ["a", "b", "rest", "more"])
    assert summary == "Summary of it.     More of it."
    assert arguments == {
        "a": "The a: with a colon.",
        "b": "The b, which goes on: here and here.",
        "rest": "The rest.",
        "more": "More.",
    }


def test_sections_before_the_arguments_are_no_summary():
    assert described("Do.\n\nReturns:\n    x.\n\nArgs:\n    a: The a.", ["a"]) == ("Do.", {"a": "The a."})


def test_hidden_parameters_may_be_told_of_but_need_not():
    text = "Do.\n\nArgs:\n    config: The config."
    assert described(text, [], hidden=["config"], strict=True) == ("Do.", {"config": "The config."})
    assert described("Do.", [], hidden=["config"], strict=True) == ("Do.", {})


@pytest.mark.parametrize("text", ["", "Do.", "Args:\n    a: The a."])
def test_strictly_there_is_a_summary_and_a_section(text):
    with pytest.raises(ValueError, match="the docstring of 'f' cannot be parsed: expected a summary"):
        described(text, ["a"], strict=True, name="f")


def test_arguments_that_are_not_there_are_named():
    with pytest.raises(ValueError, match=r"an argument 'aa' that the function does not have; did you mean 'a'"):
        described("Do.\n\nArgs:\n    aa: The a.", ["a"], name="f")


def test_what_has_no_docstring():
    assert text_of(lambda: 1) == text_of(test_what_has_no_docstring) == ""
