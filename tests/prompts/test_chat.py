"""ChatPromptTemplate: messages, some with variables, and places for messages."""

import re
from types import SimpleNamespace

import pytest

from stepgraph.errors import MissingVariablesError
from stepgraph.messages import AIMessage, HumanMessage, SystemMessage
from stepgraph.prompts import (
    BaseChatPromptTemplate,
    ChatPromptTemplate,
    HumanMessagePromptTemplate,
    MessagesPlaceholder,
    PromptTemplate,
    SystemMessagePromptTemplate,
)

FOREIGN = SimpleNamespace(type="human", content="x", id="1")
of = ChatPromptTemplate.from_messages


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("{x}", HumanMessage("1")),
        (("human", "{x}"), HumanMessage("1")),
        (("user", "{x}"), HumanMessage("1")),
        (("ai", "{x}"), AIMessage("1")),
        (("assistant", "{x}"), AIMessage("1")),
        (("system", "{x}"), SystemMessage("1")),
        (["system", "{x}"], SystemMessage("1")),
        ({"role": "system", "content": "{x}"}, SystemMessage("1")),
        ((SystemMessage, "{x}"), SystemMessage("1")),
        ((SystemMessagePromptTemplate, "{x}"), SystemMessage("1")),
        (HumanMessagePromptTemplate.from_template("{x}"), HumanMessage("1")),
        (PromptTemplate.from_template("{x}"), HumanMessage("1")),
        (HumanMessage("{x}"), HumanMessage("{x}")),
        (FOREIGN, FOREIGN),
        (of([("ai", "{x}")]), AIMessage("1")),
        (("human", [{"type": "text", "text": "{x}"}]), HumanMessage([{"type": "text", "text": "1"}])),
    ],
)
async def test_short_forms(form, message):
    assert of([form]).format_messages(x=1) == [message]
    assert await of([form]).aformat_messages(x=1) == [message]


@pytest.mark.parametrize(
    ("form", "error", "wrong"),
    [
        (("humna", "x"), ValueError, "role 'humna' does not exist; did you mean 'human'?"),
        ((int, "x"), ValueError, "does not exist"),
        (("human",), ValueError, "a pair of role and template, got ('human',)"),
        (("human", 3), ValueError, "a template is text or a list of content blocks, got int: 3"),
        ({"role": "human"}, ValueError, "has the keys 'role' and 'content' and no others, got 'role'"),
        (("placeholder", "x"), ValueError, "in curly braces"),
        (("placeholder", "{}"), ValueError, "in curly braces"),
        (("placeholder", ["{x}", "yes"]), ValueError, "whether it is optional"),
        (3, TypeError, "got int: 3"),
    ],
)
def test_what_is_no_form(form, error, wrong):
    with pytest.raises(error, match=re.escape(wrong)):
        of([form])


def test_text_in_place_of_a_list():
    with pytest.raises(ValueError, match=r"given as a list.*from_template"):
        of("hello")


def test_variables():
    prompt = of(["{b} {a}", ("placeholder", "{p}"), MessagesPlaceholder("m"), of(["{n}"])])
    assert prompt.input_variables == ["a", "b", "m", "n"]
    assert prompt.optional_variables == ["p"]
    assert prompt.partial_variables == {"p": []}
    assert set(prompt.input_types) == {"m", "p"}
    assert prompt.get_input_jsonschema()["required"] == ["a", "b", "m", "n"]
    assert of(["{{x}}"], template_format="mustache").input_variables == ["x"]


def test_a_variable_that_one_place_needs_is_needed():
    assert of([("placeholder", "{m}"), MessagesPlaceholder("m")]).input_variables == ["m"]


def test_places_for_messages():
    prompt = of([("placeholder", "{early}"), MessagesPlaceholder("late", n_messages=2)])
    late = [("human", "a"), {"role": "ai", "content": "b"}, SystemMessage("c"), FOREIGN]
    assert prompt.format_messages(late=late) == [SystemMessage("c"), FOREIGN]
    assert prompt.format_messages(late=(), early=["x"]) == [HumanMessage("x")]
    with pytest.raises(ValueError, match="variable 'late' should be a list of messages, got str: 'x'"):
        prompt.invoke({"late": "x"})
    with pytest.raises(MissingVariablesError, match="there is no list of messages for 'm'"):
        MessagesPlaceholder("m").format_messages()


def test_messages_stay_the_same_objects():
    message, given = SystemMessage("s"), AIMessage("a")
    made = of([message, MessagesPlaceholder("m")]).format_messages(m=[given])
    assert made[0] is message
    assert made[1] is given


def test_nested_prompts_keep_what_they_know():
    inner = of([("system", "{x} {y}"), ("placeholder", "{h}")]).partial(x=1)
    outer = of([inner, "{q}"])
    assert outer.input_variables == ["q", "y"]
    assert outer.format_messages(q=3, y=2, h=["m"]) == [SystemMessage("1 2"), HumanMessage("m"), HumanMessage("3")]
    assert outer.format_messages(q=3, y=2, x=0)[0] == SystemMessage("0 2")


def test_growing_in_place():
    prompt = of(["{a}"])
    part = prompt.partial(a=1)
    prompt.append(("ai", "{b}"))
    prompt.extend([MessagesPlaceholder("m"), ("placeholder", "{p}")])
    assert prompt.input_variables == ["a", "b", "m"]
    assert prompt.optional_variables == ["p"]
    assert prompt.format_messages(a=1, b=2, m=[]) == [HumanMessage("1"), AIMessage("2")]
    assert len(prompt) == 4
    assert len(part) == 1


@pytest.mark.parametrize(
    ("other", "added"),
    [
        ("{b}", [HumanMessage("2")]),
        (("ai", "{b}"), [AIMessage("2")]),
        (("one {b}", "two"), [HumanMessage("one 2"), HumanMessage("two")]),
        ([("ai", "{b}"), "x"], [AIMessage("2"), HumanMessage("x")]),
        (SystemMessage("s"), [SystemMessage("s")]),
        (SystemMessagePromptTemplate.from_template("{b}"), [SystemMessage("2")]),
        (of(["{b} {c}"]).partial(c=3), [HumanMessage("2 3")]),
    ],
)
def test_adding(other, added):
    prompt = of(["{a}"])
    both = prompt + other
    assert both.format_messages(a=1, b=2) == [HumanMessage("1"), *added]
    assert len(prompt) == 1


def test_what_cannot_be_added():
    with pytest.raises(TypeError):
        of(["{a}"]) + 5


def test_parts_and_truth():
    prompt = of(["{a}", "{b}"])
    assert prompt[1] is prompt.messages[1]
    assert prompt[:1].input_variables == ["a"]
    assert of([])
    assert of([]).invoke({}).messages == []


def test_named_variables_are_checked_if_asked_for():
    assert ChatPromptTemplate(["{a}"], input_variables=["a"], validate_template=True).input_variables == ["a"]
    with pytest.raises(ValueError, match="the messages have the variables 'a', but input_variables names 'b'"):
        ChatPromptTemplate(["{a}"], input_variables=["b"], validate_template=True)


async def test_parts_of_the_users_own_are_awaited():
    class Slow(BaseChatPromptTemplate):
        async def aformat_messages(self, **kwargs):
            return [HumanMessage(f"slow {kwargs['a']}")]

    prompt = of([Slow(input_variables=["a"]), "{b}"])
    assert (await prompt.ainvoke({"a": 1, "b": 2})).messages == [HumanMessage("slow 1"), HumanMessage("2")]
    with pytest.raises(NotImplementedError, match="Slow must define format_messages"):
        prompt.invoke({"a": 1, "b": 2})


def test_a_whole_of_text():
    prompt = ChatPromptTemplate.from_template("{x} {y}", partial_variables={"y": 2})
    assert prompt.input_variables == ["x"]
    assert prompt.format(x=1) == "Human: 1 2"


def test_printing(capsys):
    prompt = of(
        [
            ("system", "You are {x}"),
            MessagesPlaceholder("h"),
            AIMessage("hi"),
            ("human", [{"text": "t {u}"}, {"image_url": "{v}"}]),
        ]
    )
    prompt.pretty_print()
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if line and "=" not in line] == [
        *("You are {x}", "{h}", "hi", "t {u}", "{'url': '{v}'}")
    ]
    titles = [line.strip("= ") for line in printed.splitlines() if "=" in line]
    assert titles == ["System Message", "Messages Placeholder", "Ai Message", "Human Message"]
