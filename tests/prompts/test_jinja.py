"""Templates of jinja2, where it is installed."""

import sys

import pytest

from stepgraph.messages import HumanMessage
from stepgraph.prompts import ChatPromptTemplate, PromptTemplate, jinja2_formatter, validate_jinja2
from stepgraph.prompts.jinja import _environment


def test_an_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2.sandbox", None)
    _environment.cache_clear()
    try:
        with pytest.raises(ImportError, match="pip install jinja2"):
            PromptTemplate.from_template("{{ nobody_has_read_this }}", template_format="jinja2")
    finally:
        _environment.cache_clear()


def of(template):
    pytest.importorskip("jinja2")
    return PromptTemplate.from_template(template, template_format="jinja2")


def test_it_is_filled_in():
    prompt = of("{{ a }} {% for x in b %}{{ x }},{% endfor %}{{ c.content }}")
    assert prompt.input_variables == ["a", "b", "c"]
    assert prompt.format(a="<", b=[1, 2], c=HumanMessage("hi")) == "< 1,2,hi"


@pytest.mark.parametrize(
    "template", ["{{ x.__init__.__globals__ }}", "{{ ''.__class__.__mro__ }}", "{{ x.append(1) }}"]
)
def test_the_sandbox_keeps_it_from_what_is_private_and_from_changing_values(template):
    refused = pytest.importorskip("jinja2").exceptions.SecurityError
    prompt, x = of(template), []
    with pytest.raises(refused, match="unsafe"):
        prompt.format(x=x)
    assert x == []


def test_what_is_private_is_empty():
    assert of("{{ x.__class__ }}|").format(x=1) == "|"


def test_what_cannot_be_read():
    with pytest.raises(ValueError, match="line 1"):
        of("{% for %}")


def test_by_itself_and_in_a_chat():
    pytest.importorskip("jinja2")
    assert jinja2_formatter("{{ x }}!", x=1) == "1!"
    with pytest.raises(ValueError, match="input_variables names 'y'"):
        validate_jinja2("{{ x }}", ["y"])
    prompt = ChatPromptTemplate.from_messages([("human", "{{ x }}")], template_format="jinja2")
    assert prompt.format_messages(x=1) == [HumanMessage("1")]
