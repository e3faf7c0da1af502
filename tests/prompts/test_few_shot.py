"""Prompts that show a model examples."""

import threading

import pytest

from stepgraph.errors import MissingVariablesError
from stepgraph.messages import AIMessage, HumanMessage
from stepgraph.prompts import (
    ChatPromptTemplate,
    FewShotChatMessagePromptTemplate,
    FewShotPromptTemplate,
    FewShotPromptWithTemplates,
    PromptTemplate,
)

EXAMPLE = PromptTemplate.from_template("{i}->{o}")
TURNS = ChatPromptTemplate.from_messages([("human", "{i}"), ("ai", "{o}")])
EXAMPLES = [{"i": "1", "o": "2", "more": 3}, {"i": "4", "o": "5"}]


class Selector:
    """Selects examples by the length of what is asked."""

    def __init__(self):
        self.threads = []

    def select_examples(self, values):
        self.threads.append(threading.get_ident())
        return EXAMPLES[: len(values["q"])]


class AsyncSelector(Selector):
    async def aselect_examples(self, values):
        return [{"i": "async", "o": values["q"]}]


async def test_text():
    prompt = FewShotPromptTemplate(
        examples=EXAMPLES, example_prompt=EXAMPLE, prefix="{p}", suffix="{q}?", example_separator="\n"
    )
    assert prompt.input_variables == ["p", "q"]
    assert prompt.format(p="Add", q=7) == await prompt.aformat(p="Add", q=7) == "Add\n1->2\n4->5\n7?"
    assert prompt.partial(p="Add").invoke(7).text == "Add\n1->2\n4->5\n7?"
    with pytest.raises(MissingVariablesError, match="lacks variable 'p'"):
        prompt.format(q=1)


async def test_examples_are_selected():
    selector = Selector()
    prompt = FewShotPromptTemplate(example_selector=selector, example_prompt=EXAMPLE, suffix="{q}")
    assert prompt.format(q="x") == await prompt.aformat(q="x") == "1->2\n\nx"
    assert selector.threads[0] == threading.get_ident()
    assert selector.threads[1] != threading.get_ident()
    awaited = FewShotPromptTemplate(example_selector=AsyncSelector(), example_prompt=EXAMPLE, suffix="{q}")
    assert (await awaited.ainvoke({"q": "x"})).text == "async->x\n\nx"


def test_braces_in_examples_are_written_twice():
    prompt = FewShotPromptTemplate(examples=[{"i": "{{}}", "o": 1}], example_prompt=EXAMPLE, suffix="")
    assert prompt.format() == "{}->1"
    unsafe = FewShotPromptTemplate(examples=[{"i": "{q.__class__}", "o": 1}], example_prompt=EXAMPLE, suffix="{q}")
    with pytest.raises(ValueError, match="invalid variable name"):
        unsafe.format(q=1)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "got neither"),
        ({"examples": [], "example_selector": Selector()}, "got both"),
        ({"example_selector": 3}, "an example_selector has select_examples"),
    ],
)
def test_examples_or_a_selector(given, wrong):
    with pytest.raises(ValueError, match=wrong):
        FewShotPromptTemplate(example_prompt=EXAMPLE, suffix="", **given)


def test_an_example_that_lacks_something():
    prompt = FewShotPromptTemplate(examples=[{"i": 1}], example_prompt=EXAMPLE, suffix="")
    with pytest.raises(MissingVariablesError, match="the prompt of an example lacks variable 'o'"):
        prompt.format()


def test_named_variables_are_checked_if_asked_for():
    given = {"examples": [], "example_prompt": EXAMPLE, "validate_template": True, "input_variables": ["x"]}
    with pytest.raises(ValueError, match="input_variables names 'x'"):
        FewShotPromptTemplate(suffix="{q}", **given)
    with pytest.raises(ValueError, match="have the variables 'q'"):
        FewShotPromptWithTemplates(suffix=PromptTemplate.from_template("{q}"), **given)


async def test_between_templates():
    prompt = FewShotPromptWithTemplates(
        examples=[{"i": "{", "o": "}"}],
        example_prompt=EXAMPLE,
        prefix=PromptTemplate.from_template("{p}"),
        suffix=PromptTemplate.from_template("{q}"),
    )
    assert prompt.input_variables == ["p", "q"]
    assert prompt.format(p=1, q=2) == await prompt.aformat(p=1, q=2) == "1\n\n{->}\n\n2"


async def test_messages():
    shots = FewShotChatMessagePromptTemplate(examples=EXAMPLES[:1], example_prompt=TURNS)
    prompt = ChatPromptTemplate.from_messages([shots, "{q}"])
    expected = [HumanMessage("1"), AIMessage("2"), HumanMessage("x")]
    assert prompt.format_messages(q="x") == await prompt.aformat_messages(q="x") == expected
    assert shots.format() == "Human: 1\nAI: 2"


async def test_selected_messages():
    shots = FewShotChatMessagePromptTemplate(
        example_selector=AsyncSelector(), example_prompt=TURNS, input_variables=["q"]
    )
    prompt = ChatPromptTemplate.from_messages([shots, "{q}"])
    assert prompt.format_messages(q="x")[:2] == [HumanMessage("1"), AIMessage("2")]
    assert (await prompt.aformat_messages(q="x"))[:2] == [HumanMessage("async"), AIMessage("x")]
