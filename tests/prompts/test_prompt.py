"""PromptTemplate: text with variables in it."""

import pytest

from stepgraph.errors import MissingVariablesError
from stepgraph.prompts import PromptTemplate, check_valid_template, get_template_variables
from stepgraph.prompts.string import mustache_formatter

TWO = PromptTemplate.from_template("{a} {b}")


def test_variables_are_found_whatever_was_named():
    assert TWO.input_variables == ["a", "b"]
    assert PromptTemplate(template="{a} {b}", input_variables=["c"]).input_variables == ["a", "b"]
    assert PromptTemplate.from_template("{a} {b}", partial_variables={"a": 1}).input_variables == ["b"]


@pytest.mark.parametrize("values", [{"a": 1}, {"a": 1, "c": 2}])
def test_a_missing_variable_is_named(values):
    with pytest.raises(MissingVariablesError, match="PromptTemplate lacks variable 'b'") as caught:
        TWO.format(**values)
    assert caught.value.missing == ("b",)


def test_a_value_that_fails_is_another_matter():
    class Failing:
        def __format__(self, spec):
            raise KeyError("inner")

    with pytest.raises(KeyError, match="inner"):
        TWO.format(a=Failing(), b=1)


def test_what_is_wrong_with_a_text_is_said_plainly():
    with pytest.raises(ValueError, match=r"^invalid variable name 'a\.b'"):
        PromptTemplate.from_template("{a.b}")
    with pytest.raises(ValueError, match=r"invalid variable name 'a\.b'"):
        PromptTemplate(template="{a.b}")


def test_variables_that_are_named_are_checked_if_asked_for():
    assert PromptTemplate(template="{a}", input_variables=["a"], validate_template=True).format(a=1) == "1"
    with pytest.raises(ValueError, match="has the variables 'a', but input_variables names 'b'"):
        PromptTemplate(template="{a}", input_variables=["b"], validate_template=True)
    with pytest.raises(ValueError, match="not there for mustache"):
        PromptTemplate(template="{{a}}", template_format="mustache", validate_template=True)


def test_texts_are_added():
    both = TWO.partial(a=1) + " {c} " + PromptTemplate.from_template("{d}", partial_variables={"d": 4})
    assert both.template == "{a} {b} {c} {d}"
    assert both.input_variables == ["b", "c"]
    assert both.format(b=2, c=3) == "1 2 3 4"


def test_texts_that_cannot_be_added():
    with pytest.raises(ValueError, match="written in one format, got 'f-string' and 'mustache'"):
        TWO + PromptTemplate.from_template("{{a}}", template_format="mustache")
    with pytest.raises(ValueError, match="a value for the variable 'a'"):
        TWO.partial(a=1) + TWO.partial(a=2)
    with pytest.raises(TypeError):
        TWO + 3


def test_files_and_examples(tmp_path):
    path = tmp_path / "prompt.txt"
    path.write_text("é {x}", encoding="utf-8")
    assert PromptTemplate.from_file(path, encoding="utf-8").format(x=1) == "é 1"
    assert PromptTemplate.from_examples(["a", "b"], "{q}", ["q"], prefix="p").format(q=1) == "p\n\na\n\nb\n\n1"


def test_schemas_of_mustache_have_what_is_in_sections():
    prompt = PromptTemplate.from_template("{{a}} {{#b}}{{c}}{{/b}}", template_format="mustache")
    schema = prompt.get_input_jsonschema()
    assert list(schema["properties"]) == ["a", "b"]
    assert list(schema["$defs"]["b"]["properties"]) == ["c"]


def test_printing(capsys):
    TWO.pretty_print()
    assert capsys.readouterr().out == "{a} {b}\n"
    assert repr(TWO) == "PromptTemplate(input_variables=['a', 'b'], template='{a} {b}')"


def test_what_formats_offer_by_themselves():
    assert get_template_variables("{b} {a}", "f-string") == ["a", "b"]
    assert mustache_formatter("{{a}}", a=1) == "1"
    with pytest.raises(ValueError, match="input_variables names 'b'"):
        check_valid_template("{a}", "f-string", ["b"])
