"""Mustache templates."""

import pytest

from stepgraph.prompts.mustache import Mustache


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("{{a}} {{{a}}} {{&a}} {{ a }}", {"a": "<&\">'"}, "&lt;&amp;&quot;&gt;' <&\">' <&\">' &lt;&amp;&quot;&gt;'"),
        ("{{#b}}<{{c}}>{{/b}}", {"b": [{"c": 1}, {"c": 2}]}, "<1><2>"),
        ("{{#b}}{{.}},{{/b}}", {"b": (1, 2)}, "1,2,"),
        ("a\n{{#b}}\n- {{c}}\n{{/b}}\nend", {"b": [{"c": 1}]}, "a\n- 1\nend"),
        ("{{#b}}x{{/b}}{{^b}}none{{/b}}", {}, "none"),
        ("{{#b}}x{{/b}}{{^b}}none{{/b}}", {"b": 0}, "none"),
        ("{{#b}}{{x}}{{/b}}", {"b": True, "x": 3}, "3"),
        ("{{#a}}{{#b}}{{c}}{{/b}}{{/a}}", {"a": {"b": [{"c": 1}]}}, "1"),
        ("{{#a}}{{b}}{{c}}{{/a}}", {"a": {"b": 1}, "b": 2, "c": 3}, "13"),
        ("{{d.e.f}}{{d.x.y}}{{l.1}}{{l.9}}{{l.x}}", {"d": {"e": {"f": 5}}, "l": [0, 7]}, "57"),
        ("a{{! comment }}b", {}, "ab"),
        ("{{!\nlong\n}}\nb", {}, "b"),
        ("{{=<% %>=}}<% a %>{{a}}<%={{ }}=%>{{a}}", {"a": 1}, "1{{a}}1"),
        ("{{> partial}}x", {"partial": "y"}, "x"),
        ("{{a}}{{b}}{{c}}", {"a": 0, "b": False, "c": None}, "0False"),
        ('{"json": {{a}} }', {"a": 1}, '{"json": 1 }'),
    ],
)
def test_it_is_filled_in(template, values, text):
    assert Mustache(template).fill(values) == text


def test_its_variables_and_those_of_sections():
    sections = Mustache("{{a}} {{#b}}{{c}}{{.}}{{/b}} {{^z}}{{/z}} {{x.y.z}} {{! no }}").sections
    assert sections == {"a": {}, "b": {"c": {}}, "z": {}, "x": {"y": {"z": {}}}}


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("x\n{{#a}}y", "section 'a', opened in line 2, is never closed"),
        ("{{#a}}\n{{/b}}", "section 'b' is closed in line 2, but the last one opened is 'a'"),
        ("{{/b}}", "section 'b' is closed in line 1, but none is open"),
        ("{{a", "a tag in line 1 is not closed"),
    ],
)
def test_what_cannot_be_read(template, wrong):
    with pytest.raises(ValueError, match=wrong):
        Mustache(template)
