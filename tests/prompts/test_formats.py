"""How text with variables in it is read and filled in."""

import re

import pytest

from stepgraph.errors import MissingVariablesError
from stepgraph.messages import HumanMessage
from stepgraph.prompts.formats import compiled, missing_variables


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("", {}, ""),
        ("no variables", {}, "no variables"),
        ("{{}} {{x}}", {}, "{} {x}"),
        ("{a} {b} {a}", {"a": 1, "b": "two"}, "1 two 1"),
        ("{a:>4}|{a!r}|{b:.2f}", {"a": "x", "b": 1.234}, "   x|'x'|1.23"),
        ("{ a }", {" a ": 1}, "1"),
        ("{a}", {"a": "{b}"}, "{b}"),
    ],
)
def test_f_strings(template, values, text):
    assert compiled(template).fill(values) == text


def test_variables_are_sorted_and_stand_once():
    assert compiled("{b} {a} {b}").variables == ("a", "b")


@pytest.mark.parametrize(
    "template", ["{a.b}", "{a.__class__}", "{a[0]}", "{a[b]}", "{a!r:{b.c}}", "{a:{b}}", "{0}", "{}", "{a!x}"]
)
def test_what_reaches_into_a_value_or_has_no_name_is_refused(template):
    with pytest.raises(ValueError, match=re.escape(repr(template))):
        compiled(template)


@pytest.mark.parametrize("template", ["{a", "a}", "{a!}", "{"])
def test_open_braces_are_refused_with_advice(template):
    with pytest.raises(ValueError, match="write braces that are meant as text twice"):
        compiled(template)


def test_mustache_never_reaches_into_a_value():
    text = compiled("{{m.content}}|{{m.__class__}}|{{l.append}}", "mustache").fill(
        {"m": HumanMessage("secret"), "l": []}
    )
    assert text == "||"


def test_a_template_is_read_once():
    assert compiled("read {once}") is compiled("read {once}")
    assert compiled("long {x}" * 1_000) is compiled("long {x}" * 1_000)


def test_formats_that_do_not_exist():
    with pytest.raises(ValueError, match="'f-string', 'mustache', 'jinja2', got 'html'"):
        compiled("x", "html")


def test_the_error_names_what_is_missing_what_is_there_and_what_to_do():
    error = missing_variables("Prompt", ["b"], ["a", "b"], {"a": 1})
    assert isinstance(error, KeyError)
    assert isinstance(error, MissingVariablesError)
    assert error.missing == ("b",)
    assert str(error) == (
        "Prompt lacks variable 'b': it takes 'a', 'b' and was given 'a'; give it a value; "
        "if {b} is meant as text, write it as {{b}}"
    )


def test_there_is_no_advice_on_braces_for_other_formats():
    error = missing_variables("Prompt", ["b", "a"], ["a", "b"], {}, "mustache")
    assert str(error) == "Prompt lacks variables 'a', 'b': it takes 'a', 'b' and was given none; give them a value"
