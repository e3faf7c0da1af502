"""Text models: whatever hooks they have, every door gives the same text, and several prompts are one request."""

import asyncio
import threading

import pytest

from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.language_models import LLM, BaseLanguageModel, BaseLLM, FakeListLLM, llms
from stepgraph.messages import HumanMessage
from stepgraph.output_parsers import StrOutputParser
from stepgraph.prompts import ChatPromptTemplate
from stepgraph.runnables import ConfigurableField, RunnableLambda
from tests.language_models.texts import (
    ASYNC_MODELS,
    MODELS,
    PIECES,
    TEXT,
    AllHooks,
    AsyncHooks,
    AtOnce,
    OnlyAcalls,
    OnlyCalls,
    SyncHooks,
    TextListener,
)

HEARD = {"unheard": lambda: None, "heard": lambda: {"callbacks": [TextListener()]}}


def test_the_module_has_what_others_keep_there():
    assert (llms.LLM, llms.BaseLLM) == (LLM, BaseLLM)
    assert issubclass(LLM, BaseLLM)
    assert issubclass(BaseLLM, BaseLanguageModel)


@pytest.mark.parametrize("config", HEARD.values(), ids=HEARD)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_sync_doors_give_the_same(model, config):
    assert model().invoke("hi", config()) == TEXT
    assert model().batch(["a", "b"], config()) == [TEXT] * 2
    assert "".join(model().stream("hi", config())) == TEXT
    assert "".join(model().transform(iter(["h", "i"]), config())) == TEXT
    assert [each[0].text for each in model().generate(["a", "b"]).generations] == [TEXT] * 2


@pytest.mark.parametrize("config", HEARD.values(), ids=HEARD)
@pytest.mark.parametrize("model", ASYNC_MODELS.values(), ids=ASYNC_MODELS)
async def test_async_doors_give_the_same(model, config):
    assert await model().ainvoke("hi", config()) == TEXT
    assert await model().abatch(["a", "b"], config()) == [TEXT] * 2
    assert "".join([each async for each in model().astream("hi", config())]) == TEXT
    assert [each[0].text for each in (await model().agenerate(["a", "b"])).generations] == [TEXT] * 2


async def test_each_colour_has_its_hooks():
    model = AllHooks()
    model.invoke("hi")
    await model.ainvoke("hi")
    assert list(model.stream("hi")) == [each async for each in model.astream("hi")] == [*PIECES]
    assert model.called == ["call", "acall", "stream", "stream closed", "astream", "astream closed"]
    model = SyncHooks()
    assert [each async for each in model.astream("hi")] == [*PIECES]
    assert list(OnlyCalls().stream("hi")) == [TEXT]
    assert list(AtOnce().stream("hi")) == ["hi?"]


@pytest.mark.parametrize("model", [OnlyAcalls, AsyncHooks])
def test_sync_doors_of_models_with_async_hooks_say_what_to_do(model):
    with pytest.raises(NotImplementedError, match=rf"{model.__name__} must define _call\(\), or be run with ainvoke"):
        model().invoke("hi")
    with pytest.raises(NotImplementedError, match="must define _call"):
        list(model().stream("hi"))
    with pytest.raises(NotImplementedError, match=r"BaseLLM must define _generate\(\)"):
        BaseLLM().invoke("hi")


# Several prompts.


async def test_several_prompts_are_one_request():
    model = AtOnce()
    assert model.batch(["a", "b"]) == ["a?", "b?"]
    assert await model.abatch(["a", "b"]) == ["a?", "b?"]
    assert model.generate(["a", "b"]).generations[1][0].generation_info == {"n": 3}
    assert model.called == [["a", "b"]] * 3


async def test_prompts_of_acall_are_asked_side_by_side():
    all_here = asyncio.Event()

    class Waits(OnlyAcalls):
        async def _acall(self, prompt, stop=None, run_manager=None, **kwargs):
            self.called.append(prompt)
            if len(self.called) == 3:
                all_here.set()
            await all_here.wait()
            return prompt

    assert await Waits().abatch(["a", "b", "c"]) == ["a", "b", "c"]


async def test_prompts_of_call_have_one_thread_of_the_engine_in_async_code():
    class Where(OnlyCalls):
        def _call(self, prompt, stop=None, run_manager=None, **kwargs):
            self.called.append(threading.get_ident())
            return prompt

    model = Where()
    await model.abatch(["a", "b", "c"])
    assert len(set(model.called)) == 1
    assert model.called[0] != threading.get_ident()


async def test_max_concurrency_bounds_how_many_are_asked_for_at_once():
    model = AtOnce()
    assert model.batch([*"abc"], {"max_concurrency": 2}) == ["a?", "b?", "c?"]
    assert await model.abatch([*"abc"], [{"max_concurrency": 2}, None, {}]) == ["a?", "b?", "c?"]
    outer = RunnableLambda(lambda given: model.batch(given))
    assert outer.invoke([*"abc"], {"max_concurrency": 1}) == ["a?", "b?", "c?"]
    assert [len(each) for each in model.called] == [2, 1, 2, 1, 1, 1, 1]


def test_an_exception_stands_for_each_prompt_of_its_request():
    class Fails(AtOnce):
        def _generate(self, prompts, stop=None, run_manager=None, **kwargs):
            if "bad" in prompts:
                raise OSError("no")
            return super()._generate(prompts)

    found = Fails().batch(["a", "bad", "c"], {"max_concurrency": 2}, return_exceptions=True)
    assert [repr(each) for each in found] == ["OSError('no')"] * 2 + ["'c?'"]
    with pytest.raises(OSError, match="no"):
        Fails().batch(["a", "bad"])


# What comes in.


def test_messages_are_one_text():
    class Repeats(OnlyCalls):
        def _call(self, prompt, stop=None, run_manager=None, **kwargs):
            return prompt

    model = Repeats()
    assert model.invoke([("system", "s"), HumanMessage("h")]) == "System: s\nHuman: h"
    assert model.invoke(HumanMessage("h")) == "Human: h"
    prompt = ChatPromptTemplate.from_messages([("system", "s"), ("human", "{x}")])
    assert (prompt | model | StrOutputParser()).invoke({"x": "y"}) == "System: s\nHuman: y"


def test_what_is_no_prompt():
    with pytest.raises(TypeError, match="got int: 3"):
        AllHooks().invoke(3)
    with pytest.raises(TypeError, match=r"generate\(\) takes a list of texts, got str: 'hi'.* for generate_prompt"):
        AllHooks().generate("hi")
    with pytest.raises(TypeError, match="takes a list of texts"):
        AllHooks().generate([HumanMessage("hi")])
    with pytest.raises(TypeError, match="expected a list of inputs, got str"):
        AllHooks().batch("hi")
    with pytest.raises(ValueError, match="expected a config for each of 2 inputs, got 1"):
        AllHooks().batch(["a", "b"], [{}])


# What hooks give.


def test_what_is_no_answer():
    class Silent(SyncHooks):
        def _call(self, *args, **kwargs):
            return None

        def _stream(self, *args, **kwargs):
            yield from ()

    class Short(AtOnce):
        def _generate(self, prompts, *args, **kwargs):
            return super()._generate(prompts[:1])

    with pytest.raises(TypeError, match=r"_call\(\) of Silent must return a text, got NoneType"):
        Silent().invoke("hi")
    with pytest.raises(ValueError, match="the stream of Silent gave no chunk"):
        list(Silent().stream("hi"))
    with pytest.raises(ValueError, match="Short was asked for 2 texts and gave 1"):
        Short().batch(["a", "b"])


def test_hooks_get_what_they_ask_for():
    got = []

    class Narrow(LLM):
        def _call(self, prompt, stop=None, **kwargs):
            got.append((prompt, stop, kwargs))
            return ""

    Narrow().invoke("hi", {"callbacks": [TextListener()]}, stop=["."], temperature=0)
    Narrow().bind(stop=["x"]).invoke("ho")
    assert got == [("hi", ["."], {"temperature": 0}), ("ho", ["x"], {})]


# Around models.


def test_it_is_printed_with_what_makes_it_up():
    assert str(FakeListLLM(responses=["a"])) == "\033[1mFakeListLLM\033[0m\nParams: {'responses': ['a']}"


def test_other_runnables_around_it():
    model = FakeListLLM(responses=["a"])
    field = model.configurable_fields(responses=ConfigurableField(id="texts"))
    assert field.with_config(configurable={"texts": ["b"]}).invoke("hi") == "b"
    assert BaseLLM().with_fallbacks([model]).invoke("hi") == "a"
    assert (model.OutputType, model.invoke("hi")) == (str, "a")


@pytest.mark.parametrize("is_async", [True, False])
async def test_graphs_show_messages_and_no_text_of_text_models(is_async):
    """As elsewhere: tokens of chat models alone are messages."""
    model = AllHooks()

    async def ask(state):
        return {"messages": [await model.ainvoke(state["messages"])]}

    def ask_sync(state):
        return {"messages": ["".join(model.stream(state["messages"]))]}

    graph = StateGraph(MessagesState).add_node("ask", ask if is_async else ask_sync).add_edge(START, "ask").compile()
    found = [each async for each in graph.astream({"messages": "hi"}, stream_mode=["messages", "values"])]
    assert [chunk for mode, chunk in found if mode == "messages"] == []
    assert [each.content for each in found[-1][1]["messages"]] == ["hi", TEXT]
