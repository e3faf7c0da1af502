"""Chat models of another make inside nodes: they find a handler in the config and stream to it."""

import asyncio
import subprocess
import sys
import types
from contextvars import ContextVar

import pytest

from stepgraph.config import get_config
from stepgraph.graph import MessagesState
from stepgraph.messages import HumanMessage
from tests.pregel.colours import until_error
from tests.pregel.foreign import CONFIG_MODULE, ForeignModel, Manager, Recorder, foreign_context
from tests.pregel.states import chain

__all__ = ["foreign_context"]

INPUT = {"messages": [HumanMessage("hi", id="h")]}


def asks(colour, model, *, passing):
    """Return a node that asks a model, with its config or without."""

    async def node(state, config):
        passed = (config,) if passing else ()
        if colour.nodes_async:
            return {"messages": [await model.ainvoke(state["messages"], *passed)]}
        return {"messages": [model.invoke(state["messages"], *passed)]}

    return chain(("node", colour.node(node)), state=MessagesState)


async def heard(colour, graph, config=None, **kwargs):
    return [
        (message.content, metadata.get("tags"), metadata["langgraph_node"])
        for message, metadata in await colour.chunks(graph, INPUT, config, stream_mode="messages", **kwargs)
    ]


@pytest.fixture(params=["passing", "ambient"])
def passing(request, foreign_context):
    """Whether the node passes its config to the model, or the model finds it in the foreign context variable."""
    return request.param == "passing"


async def test_its_tokens_are_shown_and_its_answer_is_not_repeated(colour, passing):
    graph = asks(colour, ForeignModel("hel", "lo"), passing=passing)
    assert await heard(colour, graph) == [("hel", None, "node"), ("lo", None, "node")]


async def test_its_labels_and_those_of_the_run_are_shown(colour, passing):
    model = ForeignModel("a", tags=["model"], metadata={"ls_provider": "p"})
    graph = asks(colour, model, passing=passing)
    config = {"tags": ["run"], "metadata": {"m": 1}}
    ((_, metadata),) = await colour.chunks(graph, INPUT, config, stream_mode="messages")
    assert metadata["tags"] == ["run", "model"]
    assert (metadata["m"], metadata["ls_provider"], metadata["langgraph_step"]) == (1, "p", 1)


async def test_one_that_cannot_stream_is_shown_as_a_whole(colour, passing):
    graph = asks(colour, ForeignModel("hel", "lo", tags=["model"], can_stream=False), passing=passing)
    assert await heard(colour, graph) == [("hello", ["model"], "node")]


async def test_one_with_the_tag_nostream_is_shown_when_its_node_returns(colour, passing):
    graph = asks(colour, ForeignModel("hel", "lo", tags=["nostream"]), passing=passing)
    assert await heard(colour, graph) == [("hello", None, "node")]


async def test_one_that_fails_has_shown_what_it_said(colour, passing):
    graph = asks(colour, ForeignModel("hel", "lo", error=ValueError("cut off")), passing=passing)
    chunks, error = await until_error(colour.stream(graph, INPUT, stream_mode="messages"))
    assert str(error) == "cut off"
    assert [message.content for message, _ in chunks] == ["hel", "lo"]


async def test_it_is_not_made_to_stream_when_nobody_listens(colour, passing):
    recorder = Recorder()
    graph = asks(colour, ForeignModel("hel", "lo"), passing=passing)
    result = await colour.invoke(graph, INPUT, {"callbacks": [recorder]})
    assert result["messages"][-1].content == "hello"
    assert recorder.events == ["on_chat_model_start", "on_llm_end"]


async def test_the_users_own_handlers_hear_it_too(colour, passing):
    for callbacks in (list, Manager):
        recorder = Recorder()
        graph = asks(colour, ForeignModel("hel", "lo"), passing=passing)
        mine = callbacks([recorder])
        assert len(await heard(colour, graph, {"callbacks": mine})) == 2
        assert recorder.events == ["on_chat_model_start", *["on_llm_new_token"] * 2, "on_llm_end"]
        assert (mine if isinstance(mine, list) else mine.handlers) == [recorder], "what the user gave is left alone"


async def test_a_tuple_of_handlers_is_as_good_as_a_list(colour, passing):
    recorder = Recorder()
    graph = asks(colour, ForeignModel("hello"), passing=passing)
    assert len(await heard(colour, graph, {"callbacks": (recorder,)})) == 1
    assert recorder.events == ["on_chat_model_start", "on_llm_new_token", "on_llm_end"]


@pytest.mark.parametrize("callbacks", [None, list, Manager], ids=["none", "list", "manager"])
async def test_in_a_sub_graph_every_token_is_shown_once_by_its_own_node(colour, passing, callbacks):
    inner = asks(colour, ForeignModel("hel", "lo"), passing=passing)

    async def calls(state, config):
        return await colour.inner_invoke(inner, state, *((config,) if passing else ()))

    config = None if callbacks is None else {"callbacks": callbacks([Recorder()])}
    for sub in (inner, colour.node(calls)):
        graph = chain(("sub", sub), state=MessagesState)
        chunks = await colour.chunks(graph, INPUT, config, stream_mode="messages", subgraphs=True)
        assert [(message.content, metadata["langgraph_node"]) for _, (message, metadata) in chunks] == [
            *(("hel", "node"), ("lo", "node")),
        ]
        assert all(namespace[0].startswith("sub:") for namespace, _ in chunks)


@pytest.mark.parametrize("callbacks", [None, list, Manager], ids=["none", "list", "manager"])
async def test_without_subgraphs_a_sub_graphs_tokens_are_not_shown(colour, passing, callbacks):
    inner = asks(colour, ForeignModel("hel", "lo"), passing=passing)

    async def calls(state, config):
        return await colour.inner_invoke(inner, state, *((config,) if passing else ()))

    config = None if callbacks is None else {"callbacks": callbacks([Recorder()])}
    for sub in (inner, colour.node(calls)):
        graph = chain(("sub", sub), state=MessagesState)
        assert await heard(colour, graph, config) == [("hello", None, "sub")]


async def test_models_asked_at_once_in_one_node(passing):
    models = [ForeignModel(*f"{number}" * 3) for number in range(5)]

    async def node(state, config):
        passed = (config,) if passing else ()
        await asyncio.gather(*(model.ainvoke(state["messages"], *passed) for model in models))

    chunks = chain(node, state=MessagesState).astream(INPUT, stream_mode="messages")
    found = sorted([message.content async for message, _ in chunks])
    assert found == sorted("000111222333444")


async def test_a_foreign_model_as_a_node(colour, foreign_context):
    class Agent(ForeignModel):
        def invoke(self, state, config=None):
            return {"messages": [super().invoke(state["messages"], config)]}

        async def ainvoke(self, state, config=None):
            return {"messages": [await super().ainvoke(state["messages"], config)]}

    graph = chain(("agent", Agent("hel", "lo")), state=MessagesState)
    assert await heard(colour, graph) == [("hel", None, "agent"), ("lo", None, "agent")]


# The foreign context variable.


async def test_nodes_find_their_config_in_the_foreign_variable_and_nobody_else_does(colour, foreign_context):
    seen = []

    async def node(state):
        seen.append(foreign_context.get() is get_config())

    async def after(state):
        seen.append(foreign_context.get()["metadata"]["langgraph_node"])

    inner = chain(("deep", colour.node(after)), state=MessagesState)
    graph = chain(("one", colour.node(node)), ("sub", inner), ("two", colour.node(after)), state=MessagesState)
    await colour.invoke(graph, INPUT)
    assert seen == [True, "deep", "two"]
    assert foreign_context.get() is None


async def test_what_the_caller_has_in_the_foreign_variable_is_there_again_afterwards(colour, foreign_context):
    mine = {"tags": ["of the caller"]}
    token = foreign_context.set(mine)

    async def node(state):
        assert foreign_context.get() is not mine

    try:
        await colour.invoke(chain(colour.node(node), state=MessagesState), INPUT)
        assert foreign_context.get() is mine
    finally:
        foreign_context.reset(token)


async def test_a_foreign_module_that_is_loaded_while_the_graph_runs(colour, monkeypatch):
    async def loads(state):
        module = types.ModuleType(CONFIG_MODULE)
        module.var_child_runnable_config = ContextVar("var", default=None)
        monkeypatch.setitem(sys.modules, CONFIG_MODULE, module)

    async def finds(state):
        assert sys.modules[CONFIG_MODULE].var_child_runnable_config.get() is get_config()

    graph = chain(colour.node(loads), colour.node(finds), state=MessagesState)
    await colour.invoke(graph, INPUT)


@pytest.mark.parametrize("module", [None, types.ModuleType(CONFIG_MODULE)], ids=["none", "half_loaded"])
async def test_a_foreign_module_without_the_variable_is_no_reason_to_fail(colour, monkeypatch, module):
    """So it looks while another thread imports it, and `None` is how an import is forbidden."""
    monkeypatch.setitem(sys.modules, CONFIG_MODULE, module)

    async def node(state):
        return {"messages": []}

    await colour.invoke(chain(colour.node(node), state=MessagesState), INPUT)


def test_the_engine_imports_nothing_foreign():
    script = (
        "import sys, operator\nfrom typing import Annotated, TypedDict\nfrom stepgraph import *\n"
        "S = TypedDict('S', {'x': Annotated[list, operator.add]})\n"
        "g = StateGraph(S).add_node('n', lambda s: {'x': [1]}).set_entry_point('n').compile()\n"
        "assert list(g.stream({'x': []}, stream_mode=['messages', 'values']))\n"
        "assert not [name for name in sys.modules if name.startswith(('langchain', 'langgraph', 'pydantic'))]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(sys.path)}, timeout=60)
