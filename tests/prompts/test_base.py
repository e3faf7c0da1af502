"""What all prompts have: inputs, tags of their own, schemas, and doors of both colours that need no thread."""

import asyncio
import copy
import pickle
import threading

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.documents import Document
from stepgraph.errors import MissingVariablesError
from stepgraph.messages import HumanMessage
from stepgraph.prompt_values import StringPromptValue
from stepgraph.prompts import (
    BasePromptTemplate,
    ChatPromptTemplate,
    PromptTemplate,
    StringPromptTemplate,
    aformat_document,
    format_document,
)
from stepgraph.runnables import ConfigurableField

CHAT = ChatPromptTemplate.from_messages([("system", "You are {x}"), ("human", "{q}")])


@pytest.fixture(params=["invoke", "ainvoke", "stream", "astream"])
def made_by(request):
    """Calls a prompt by each of its doors."""

    def call(prompt, input, config=None):
        if request.param == "invoke":
            return prompt.invoke(input, config)
        if request.param == "ainvoke":
            return asyncio.run(prompt.ainvoke(input, config))
        if request.param == "stream":
            (made,) = prompt.stream(input, config)
            return made

        async def first():
            return [made async for made in prompt.astream(input, config)]

        (made,) = asyncio.run(first())
        return made

    return call


def test_every_door_makes_the_same(made_by):
    assert made_by(CHAT, {"x": "a", "q": "b", "more": 1}).to_string() == "System: You are a\nHuman: b"


def test_one_variable_may_be_given_alone(made_by):
    assert made_by(PromptTemplate.from_template("<{x}>"), 5) == StringPromptValue("<5>")


def test_a_missing_variable_is_named(made_by):
    with pytest.raises(MissingVariablesError, match=r"ChatPromptTemplate lacks variable 'q'.*given 'x'.*\{\{q\}\}"):
        made_by(CHAT, {"x": 1})


def test_an_input_that_is_no_dict(made_by):
    with pytest.raises(TypeError, match="ChatPromptTemplate takes a dict with its variables 'q', 'x', got str: 'hi'"):
        made_by(CHAT, "hi")


class Heard(BaseCallbackHandler):
    def __init__(self):
        self.starts = []

    def on_chain_start(self, serialized, inputs, **facts):
        self.starts.append((facts["name"], facts.get("run_type"), facts["tags"], facts["metadata"]))


def test_runs_have_the_prompts_own_tags_and_metadata(made_by):
    prompt = ChatPromptTemplate([("human", "{x}")], tags=["mine"], metadata={"m": 1})
    heard = Heard()
    made_by(prompt, "hi", {"callbacks": [heard], "tags": ["given"]})
    assert heard.starts == [("ChatPromptTemplate", "prompt", ["given", "mine"], {"m": 1})]


def test_so_they_have_inside_a_chain(made_by):
    prompt = ChatPromptTemplate([("human", "{x}")], tags=["mine"], metadata={"m": 1})
    heard = Heard()
    made_by(prompt | (lambda value: value), "hi", {"callbacks": [heard]})
    assert heard.starts[1] == ("ChatPromptTemplate", "prompt", ["seq:step:1", "mine"], {"m": 1})


def test_a_chain_finds_its_prompts():
    assert (CHAT | (lambda value: value)).get_prompts() == [CHAT]


async def test_events_are_those_of_prompts():
    events = [event["event"] async for event in CHAT.astream_events({"x": 1, "q": 2})]
    assert events == ["on_prompt_start", "on_prompt_end"]


async def test_in_a_chain_it_has_ended_before_the_next_step_begins():
    chain = CHAT | (lambda value: "x")
    events = [(event["event"], event["name"]) async for event in chain.astream_events({"x": 1, "q": 2})]
    assert events[1:4] == [
        ("on_prompt_start", "ChatPromptTemplate"),
        ("on_prompt_end", "ChatPromptTemplate"),
        ("on_chain_start", "RunnableLambda"),
    ]


async def test_async_prompts_stay_on_their_thread():
    seen = set()

    class Spy(StringPromptTemplate):
        def format(self, **kwargs):
            seen.add(threading.get_ident())
            return "x"

    await Spy().ainvoke({})
    await ChatPromptTemplate.from_template("{x}").partial(x=lambda: seen.add(threading.get_ident())).ainvoke({})
    assert seen == {threading.get_ident()}


def test_known_beforehand():
    calls = []
    prompt = CHAT.partial(x=lambda: calls.append(1) or len(calls))
    assert (prompt.input_variables, CHAT.input_variables) == (["q"], ["q", "x"])
    assert prompt.format(q="b").startswith("System: You are 1")
    assert prompt.format(q="b").startswith("System: You are 2")
    assert prompt.format(q="b", x="given").startswith("System: You are given")


def test_names_that_mean_something_else():
    with pytest.raises(ValueError, match="cannot be called 'stop'"):
        PromptTemplate.from_template("{stop}")
    with pytest.raises(ValueError, match="'x' stand among both"):
        StringPromptTemplate(input_variables=["x"], partial_variables={"x": 1})


def test_what_a_subclass_has_to_write():
    with pytest.raises(NotImplementedError, match="Bare must define format_prompt"):
        type("Bare", (BasePromptTemplate,), {})().invoke({})
    with pytest.raises(NotImplementedError, match="StringPromptTemplate must define format"):
        StringPromptTemplate().format()


def test_schemas():
    schema = CHAT.get_input_jsonschema()
    assert schema["title"] == "PromptInput"
    assert schema["required"] == ["q", "x"]
    assert schema["properties"]["q"] == {"title": "Q", "type": "string"}
    assert CHAT.InputType.__origin__ is dict
    typed = StringPromptTemplate(input_variables=["n"], input_types={"n": int}, optional_variables=["o"])
    assert typed.get_input_jsonschema()["properties"]["n"]["type"] == "integer"
    assert typed.get_input_jsonschema()["required"] == ["n"]


def test_it_can_be_pickled_copied_and_compared():
    assert pickle.loads(pickle.dumps(CHAT)) == CHAT
    assert copy.deepcopy(CHAT) == CHAT
    assert CHAT.model_copy() == CHAT
    assert CHAT.partial(x=1) != CHAT
    assert CHAT.asdict()["_type"] == "chat"


def test_a_config_can_put_another_text_in_its_place():
    prompt = PromptTemplate.from_template("a {b}").configurable_fields(template=ConfigurableField(id="text"))
    assert prompt.invoke({"b": 1}).text == "a 1"
    changed = prompt.with_config(configurable={"text": "z {b} {c}"})
    assert changed.invoke({"b": 1, "c": 2}).text == "z 1 2"


def test_a_change_of_its_text_counts():
    prompt = PromptTemplate.from_template("a {b}")
    prompt.template = "z {b}"
    assert prompt.format(b=1) == "z 1"


async def test_documents():
    document = Document(page_content="text", metadata={"page": 1})
    prompt = PromptTemplate.from_template("{page}: {page_content}")
    assert format_document(document, prompt) == await aformat_document(document, prompt) == "1: text"
    with pytest.raises(ValueError, match=r"metadata lacks 'title'.*it has 'page'"):
        format_document(document, PromptTemplate.from_template("{title}"))


def test_a_prompt_is_what_a_message_and_others_make():
    assert (HumanMessage("{no}") + "{yes}").format_messages(yes=1) == [HumanMessage("{no}"), HumanMessage("1")]
