"""The messages stream: what models give out while a node runs, and what nodes return."""

import asyncio
from contextlib import aclosing
from copy import deepcopy
from types import SimpleNamespace

import pytest
from typing_extensions import TypedDict

from stepgraph.config import get_config
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage, RemoveMessage, ToolMessage
from stepgraph.pregel import stream_message
from stepgraph.types import Command
from tests.pregel.colours import until_error
from tests.pregel.states import chain


def talk(node, **compiled):
    return chain(("node", node), state=MessagesState, **compiled)


def given(text="hi"):
    return {"messages": [HumanMessage(text, id="h")]}


async def texts(colour, graph, input=None, config=None, **kwargs):
    chunks = await colour.chunks(graph, input or given(), config, stream_mode="messages", **kwargs)
    if kwargs.get("subgraphs"):
        return [(namespace, message.content) for namespace, (message, _) in chunks]
    return [message.content for message, _ in chunks]


async def test_a_message_that_a_node_returns(colour):
    async def node(state):
        return {"messages": AIMessage("hello", id="1")}

    ((message, metadata),) = await colour.chunks(talk(colour.node(node)), given(), stream_mode="messages")
    assert message == AIMessage("hello", id="1")
    assert metadata["langgraph_node"] == "node"
    assert metadata["langgraph_step"] == 1
    assert metadata["langgraph_path"] == ("__pregel_pull", "node")
    assert metadata["langgraph_triggers"] == ("branch:to:node",)
    assert metadata["langgraph_checkpoint_ns"].startswith("node:")
    assert "tags" not in metadata


async def test_the_thread_is_in_the_metadata_and_other_configuration_is_not(colour):
    async def node(state):
        return {"messages": AIMessage("hello", id="1")}

    config = {"configurable": {"thread_id": "t", "run_id": "r", "user": "u", "api_key": "k"}, "metadata": {"own": 1}}
    ((_, metadata),) = await colour.chunks(talk(colour.node(node)), given(), config, stream_mode="messages")
    assert (metadata["thread_id"], metadata["run_id"], metadata["own"]) == ("t", "r", 1)
    assert not {"user", "api_key"} & metadata.keys()


async def test_a_list_of_messages_that_a_node_returns(colour):
    async def node(state):
        return {"messages": [AIMessage("one"), ToolMessage("two", tool_call_id="t"), AIMessage("three")]}

    assert await texts(colour, talk(colour.node(node))) == ["one", "two", "three"]


async def test_messages_in_a_command_and_in_a_bare_state(colour):
    async def commands(state):
        return Command(update={"messages": [AIMessage("in a command")]})

    async def bare(state):
        return [AIMessage("bare")]

    assert await texts(colour, talk(colour.node(commands))) == ["in a command"]
    graph = StateGraph(list).add_node("node", colour.node(bare)).add_edge(START, "node").compile()
    assert await texts(colour, graph, [HumanMessage("hi")]) == ["bare"]


async def test_messages_under_any_key(colour):
    class State(TypedDict, total=False):
        answer: object
        text: str
        others: list

    async def node(state):
        return {"answer": AIMessage("answer"), "text": "no message", "others": [1, AIMessage("other"), "x"]}

    assert sorted(await texts(colour, chain(colour.node(node), state=State), {"text": "x"})) == ["answer", "other"]


async def test_a_message_without_an_id_is_given_one_which_the_state_keeps(colour):
    async def node(state):
        return {"messages": [AIMessage("hello")]}

    chunks = await colour.chunks(talk(colour.node(node)), given(), stream_mode=["messages", "values"])
    ((shown, _),) = [chunk for mode, chunk in chunks if mode == "messages"]
    assert shown.id
    assert chunks[-1][1]["messages"][-1].id == shown.id


async def test_short_forms_of_messages_are_not_shown_as_messages(colour):
    async def node(state):
        return {"messages": ["a text of a person", ("ai", "a pair")]}

    assert await texts(colour, talk(colour.node(node))) in ([], ["a text of a person", "a pair"])


async def test_a_message_is_shown_once_however_often_it_is_returned(colour):
    async def first(state):
        return {"messages": [AIMessage("hello", id="1")]}

    async def again(state):
        return {"messages": [*state["messages"], AIMessage("more", id="2"), AIMessage("more", id="2")]}

    graph = chain(colour.node(first), colour.node(again), state=MessagesState)
    assert await texts(colour, graph) == ["hello", "more"]


@pytest.mark.parametrize(
    "messages",
    [
        [HumanMessage("hi", id="h")],
        [HumanMessage("hi")],
        "hi",
        ["hi"],
        ("user", "hi"),
        [{"role": "user", "content": "hi"}],
        [HumanMessage("hi"), AIMessage("earlier"), HumanMessage("again")],
    ],
    ids=["with_id", "without_id", "text", "texts", "pair", "dicts", "several"],
)
async def test_messages_of_the_input_are_not_shown(colour, messages):
    async def returns_all(state):
        return {"messages": [*state["messages"], AIMessage("hello")]}

    assert await texts(colour, talk(colour.node(returns_all)), {"messages": deepcopy(messages)}) == ["hello"]


@pytest.mark.parametrize("messages", [[HumanMessage("hi")], "hi"], ids=["message", "text"])
@pytest.mark.parametrize("subgraphs", [False, True])
async def test_messages_of_the_input_are_not_shown_when_a_sub_graph_returns_its_state(colour, messages, subgraphs):
    async def node(state):
        return {"messages": [AIMessage("hello")]}

    graph = chain(("sub", talk(colour.node(node))), state=MessagesState)
    found = await texts(colour, graph, {"messages": deepcopy(messages)}, subgraphs=subgraphs)
    assert [text if isinstance(text, str) else text[1] for text in found] == ["hello"]


async def test_a_message_to_remove_is_not_shown(colour):
    async def node(state):
        return {"messages": [RemoveMessage("h"), AIMessage("hello")]}

    assert await texts(colour, talk(colour.node(node)), {"messages": [HumanMessage("hi", id="h")]}) == ["hello"]


async def test_any_object_with_type_content_and_id_is_a_message(colour):
    async def node(state):
        return {"messages": [SimpleNamespace(type="ai", content="duck", id=None)]}

    assert await texts(colour, talk(colour.node(node))) == ["duck"]


async def test_things_that_only_look_like_messages_are_not_shown(colour):
    class State(TypedDict, total=False):
        thing: object

    class Thing:
        content = id = None

        @property
        def type(self):
            return 3

    async def node(state):
        return {"thing": Thing()}

    assert await texts(colour, chain(colour.node(node), state=State), {"thing": 1}) == []


# What models give out.


async def test_chunks_arrive_while_the_model_speaks(colour):
    gates = [colour.gate() for _ in range(3)]
    order = []

    async def node(state):
        for number, gate in enumerate(gates):
            assert stream_message(AIMessageChunk(str(number), id="m")) is True
            order.append(f"spoke {number}")
            await gate.passed()
        return {"messages": [AIMessage("012", id="m")]}

    async with aclosing(colour.stream(talk(colour.node(node)), given(), stream_mode="messages")) as chunks:
        async for message, _ in chunks:
            order.append(f"heard {message.content}")
            gates[int(message.content)].open()
    assert sorted(order[:2]) == ["heard 0", "spoke 0"]
    assert [entry for entry in order if entry.startswith("heard")] == ["heard 0", "heard 1", "heard 2"]


async def test_a_message_whose_chunks_were_shown_is_not_shown_again(colour):
    async def node(state):
        for text in "abc":
            stream_message(AIMessageChunk(text, id="m"))
        return {"messages": [AIMessage("abc", id="m"), AIMessage("and another", id="n")]}

    assert await texts(colour, talk(colour.node(node))) == ["a", "b", "c", "and another"]


async def test_metadata_of_run_node_and_model_are_merged(colour):
    async def node(state):
        stream_message(AIMessageChunk("a", id="m"), metadata={"ls_provider": "p", "of": "model"}, tags=["model"])

    graph = StateGraph(MessagesState).add_node("node", colour.node(node), metadata={"of": "node", "n": 1})
    graph = graph.add_edge(START, "node").compile()
    config = {"metadata": {"of": "run", "r": 1}, "tags": ["run"], "configurable": {"secret": 1}}
    ((_, metadata),) = await colour.chunks(graph, given(), config, stream_mode="messages")
    assert metadata["tags"] == ["run", "model"]
    assert (metadata["of"], metadata["n"], metadata["r"], metadata["ls_provider"]) == ("model", 1, 1, "p")
    assert metadata["langgraph_node"] == "node"
    assert "secret" not in str(metadata)


async def test_each_chunk_has_metadata_of_its_own(colour):
    async def node(state):
        stream_message(AIMessageChunk("a", id="m"))
        stream_message(AIMessageChunk("b", id="m"))

    first, second = await colour.chunks(talk(colour.node(node)), given(), stream_mode="messages")
    first[1]["edited"] = True
    assert "edited" not in second[1]


async def test_a_model_with_the_tag_nostream_is_silent_until_its_node_returns(colour):
    async def node(state):
        assert stream_message(AIMessageChunk("a", id="m"), tags=["nostream"]) is False
        return {"messages": [AIMessage("whole", id="m")]}

    assert await texts(colour, talk(colour.node(node))) == ["whole"]


async def test_a_model_learns_that_nobody_listens(colour):
    heard = []

    async def node(state):
        heard.append(stream_message(AIMessageChunk("a", id="m")))

    await colour.invoke(talk(colour.node(node)), given())
    await colour.chunks(talk(colour.node(node)), given(), stream_mode="values")
    await colour.invoke(chain(("sub", talk(colour.node(node))), state=MessagesState), given(), stream_mode="messages")
    assert heard == [False] * 3
    assert stream_message(AIMessageChunk("outside", id="m")) is False


async def test_chunks_from_a_sub_graph_come_with_its_namespace_and_once(colour):
    async def node(state):
        stream_message(AIMessageChunk("chunk", id="m"))
        return {"messages": [AIMessage("chunk", id="m"), AIMessage("whole", id="w")]}

    graph = chain(("sub", talk(colour.node(node))), state=MessagesState)
    found = await texts(colour, graph, subgraphs=True)
    assert [text for _, text in found] == ["chunk", "whole"]
    assert all(namespace[0].startswith("sub:") for namespace, _ in found)


async def test_without_subgraphs_a_sub_graphs_messages_come_when_it_returns(colour):
    async def node(state):
        stream_message(AIMessageChunk("chunk", id="m"))
        return {"messages": [AIMessage("chunk", id="m")]}

    graph = chain(("sub", talk(colour.node(node))), state=MessagesState)
    chunks = await colour.chunks(graph, given(), stream_mode="messages")
    assert [(message.content, metadata["langgraph_node"]) for message, metadata in chunks] == [("chunk", "sub")]


async def test_messages_in_a_list_of_modes(colour):
    async def node(state, writer):
        stream_message(AIMessageChunk("a", id="m"))
        writer("custom")
        return {"messages": [AIMessage("a", id="m")]}

    chunks = await colour.chunks(talk(colour.node(node)), given(), stream_mode=["messages", "custom", "updates"])
    assert [mode for mode, _ in chunks] == ["messages", "custom", "updates"]


async def test_chunks_of_models_that_speak_at_once_are_told_apart_by_node_and_id():
    def speaker(name):
        async def node(state):
            for number in range(5):
                stream_message(AIMessageChunk(str(number), id=name))
                await asyncio.sleep(0)
            return {"messages": [AIMessage("01234", id=name)]}

        return node

    graph = StateGraph(MessagesState)
    for name in "abc":
        graph.add_node(name, speaker(name)).add_edge(START, name)
    found = {}
    async for message, metadata in graph.compile().astream(given(), stream_mode="messages"):
        assert metadata["langgraph_node"] == message.id
        found[message.id] = found.get(message.id, "") + message.content
    assert found == dict.fromkeys("abc", "01234")


async def test_chunks_from_tasks_and_threads_that_a_node_starts():
    async def speaks(text):
        stream_message(AIMessageChunk(text, id=text))

    async def node(state):
        await asyncio.gather(speaks("gathered"), asyncio.create_task(speaks("task")))
        await asyncio.to_thread(stream_message, AIMessageChunk("thread", id="t"))

    found = [message.content async for message, _ in talk(node).astream(given(), stream_mode="messages")]
    assert sorted(found) == ["gathered", "task", "thread"]


async def test_messages_of_a_node_that_fails_are_those_that_it_streamed(colour):
    async def node(state):
        stream_message(AIMessageChunk("before", id="m"))
        raise ValueError("boom")

    chunks, error = await until_error(colour.stream(talk(colour.node(node)), given(), stream_mode="messages"))
    assert str(error) == "boom"
    assert [message.content for message, _ in chunks] == ["before"]


async def test_config_has_no_handler_unless_somebody_listens(colour):
    async def node(state):
        assert "callbacks" not in get_config()
        return {"messages": []}

    await colour.invoke(talk(colour.node(node)), given())
    await colour.chunks(talk(colour.node(node)), given(), stream_mode=["values", "updates", "custom"])
