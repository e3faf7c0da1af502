"""ConfigurableModel: a config chooses the model; what is none of its business never gets to it."""

import asyncio
import sys
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from stepgraph.chat_models import ConfigurableModel, init_chat_model
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.prebuilt import create_react_agent
from stepgraph.runnables.declared import Declared
from stepgraph.testing.scripted_chat_model import ScriptedChatModel, calling
from stepgraph.tools import tool

MADE: list = []


class Model(ScriptedChatModel):
    """Says which one it is."""

    temperature: float | None = None
    api_key: Any = None

    def __init__(self, **kwargs):
        MADE.append(kwargs)
        super().__init__([lambda _: f"{self.model} {self.temperature}"], repeats=True, **kwargs)


@pytest.fixture(autouse=True)
def _providers(monkeypatch):
    MADE.clear()
    for module, cls in (("stepgraph_openai", "ChatOpenAI"), ("stepgraph_anthropic", "ChatAnthropic")):
        found = ModuleType(module)
        setattr(found, cls, type(cls, (Model,), {}))
        monkeypatch.setitem(sys.modules, module, found)


def chosen(**configurable):
    return {"configurable": configurable}


async def through(door, model, config=None):
    if door == "invoke":
        return model.invoke("hi", config).content
    if door == "ainvoke":
        return (await model.ainvoke("hi", config)).content
    if door == "batch":
        return model.batch(["hi"], config)[0].content
    if door == "abatch":
        return (await model.abatch(["hi"], config))[0].content
    if door == "stream":
        return "".join(chunk.content for chunk in model.stream("hi", config))
    return "".join([chunk.content async for chunk in model.astream("hi", config)])


@pytest.mark.parametrize("door", ["invoke", "ainvoke", "batch", "abatch", "stream", "astream"])
async def test_a_config_chooses(door):
    model = init_chat_model(temperature=0)
    assert await through(door, model, chosen(model="gpt-4o")) == "gpt-4o 0.0"
    assert await through(door, model, chosen(model="claude-x")) == "claude-x 0.0"
    assert await through(door, model, chosen(model="x", model_provider="openai")) == "x 0.0"
    assert await through(door, model, chosen(model="gpt-4o", temperature=1)) == "gpt-4o 0.0"
    with pytest.raises(ValueError, match=r"no model was chosen: set config\['configurable'\]\['model'\], or give"):
        await through(door, model)
    assert [each["model"] for each in MADE] == ["gpt-4o", "claude-x", "x"]


async def test_fields_and_prefixes():
    model = init_chat_model("gpt-4o", temperature=0, configurable_fields=("temperature",), config_prefix="first")
    assert isinstance(model, ConfigurableModel)
    assert model.invoke("hi").content == "gpt-4o 0.0"
    assert model.invoke("hi", chosen(first_temperature=0.5, temperature=1)).content == "gpt-4o 0.5"
    assert model.invoke("hi", chosen(first_model="claude-x")).content == "gpt-4o 0.0"
    every = init_chat_model("gpt-4o", configurable_fields="any", config_prefix="p_")
    assert every.invoke("hi", chosen(p_model="claude-x", p_temperature=2)).content == "claude-x 2.0"
    assert [spec.id for spec in model.config_specs] == ["first_temperature"]


def test_a_name_that_is_wrong_is_wrong_at_once():
    with pytest.raises(ValueError, match="provider 'nope' is not supported"):
        init_chat_model("nope:x", configurable_fields="any")


async def test_keys_of_graphs_are_no_arguments_of_models():
    for model in (
        init_chat_model("gpt-4o", configurable_fields="any"),
        init_chat_model("gpt-4o", configurable_fields=["temperature"]),
    ):

        async def ask(state, model=model):
            return {"messages": [await model.ainvoke(state["messages"])]}

        async def ask_with_config(state, config, model=model):
            return {"messages": [await model.ainvoke(state["messages"], config)]}

        graph = StateGraph(MessagesState).add_node(ask).add_node(ask_with_config)
        graph.add_edge(START, "ask").add_edge("ask", "ask_with_config")
        agent = graph.compile(checkpointer=InMemorySaver())
        for thread in "12":
            found = await agent.ainvoke({"messages": "hi"}, chosen(thread_id=thread, temperature=0.5))
            assert [each.content for each in found["messages"]] == ["hi", "gpt-4o 0.5", "gpt-4o 0.5"]
    assert MADE == [{"model": "gpt-4o", "temperature": 0.5}] * 2


async def test_models_are_kept():
    model = init_chat_model("gpt-4o", configurable_fields="any")
    for _ in range(3):
        await model.ainvoke("hi", chosen(temperature=1))
        model.invoke("hi")
    await asyncio.gather(*(model.ainvoke("hi", chosen(temperature=1)) for _ in range(5)))
    assert len(MADE) == 2
    for number in range(40):
        model.invoke("hi", chosen(temperature=number))
        model.invoke("hi")  # which stays, for it is used
    assert sum("temperature" not in each for each in MADE) == 1
    assert len(model._made) <= 16


class Joke(BaseModel):
    """A joke."""

    setup: str


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


async def test_what_is_declared_holds_for_each_model(monkeypatch):
    monkeypatch.setattr(
        Model, "__init__", lambda self, **kwargs: ScriptedChatModel.__init__(self, *SCRIPTS.pop(0), **kwargs)
    )
    first, second = [calling("add", a=1, b=2)], [calling("Joke", setup="hm")]
    SCRIPTS[:] = [[first + second], [second]]
    model = init_chat_model()
    bound = model.bind_tools([add])
    assert isinstance(bound, Declared)
    found = await bound.ainvoke("hi", chosen(model="gpt-4o"))
    assert found.tool_calls[0]["name"] == "add"
    formed = model.with_structured_output(Joke)
    assert formed.invoke("hi", chosen(model="gpt-4o")) == Joke(setup="hm")
    assert formed.with_config(chosen(model="claude-x")).invoke("hi") == Joke(setup="hm")


SCRIPTS: list = []


async def test_in_chains_and_bindings():
    model = init_chat_model("gpt-4o", configurable_fields="any")
    chain = model | (lambda message: message.content)
    assert chain.invoke("hi", chosen(temperature=2)) == "gpt-4o 2.0"
    assert await chain.ainvoke("hi") == "gpt-4o None"
    assert model.with_config(chosen(temperature=3)).invoke("hi").content == "gpt-4o 3.0"
    model.bind(stop=["x"]).invoke("hi")
    assert model.calls[-1].stop == ["x"]
    kinds = [each["event"] async for each in model.astream_events("hi", version="v2")]
    assert (kinds[0], kinds[-1]) == ("on_chat_model_start", "on_chat_model_end")


async def test_an_agent_with_it():
    model = init_chat_model("gpt-4o", configurable_fields="any")
    agent = create_react_agent(model, [add], checkpointer=InMemorySaver())
    found = await agent.ainvoke({"messages": "hi"}, chosen(thread_id="1", model="claude-x"))
    assert found["messages"][-1].content == "claude-x None"


def test_attributes():
    model = init_chat_model("gpt-4o", configurable_fields="any")
    assert model.temperature is None
    assert model.get_name() == "ConfigurableModel"
    assert "gpt-4o" in repr(model)
    with pytest.raises(AttributeError, match="'temperature': which model it is a config says"):
        _ = init_chat_model().temperature
    with pytest.raises(AttributeError):
        _ = model.no_such_thing


def test_two_keys_are_two_models():
    model = init_chat_model("gpt-4o", configurable_fields="any")
    for key in (SecretStr("one"), SecretStr("two"), SecretStr("two")):
        model.invoke("hi", chosen(api_key=key))
    assert [each["api_key"].get_secret_value() for each in MADE] == ["one", "two"]


def test_no_key_is_shown():
    model = init_chat_model("gpt-4o", configurable_fields="any", api_key="sk-1")
    assert "sk-1" not in repr(model)
