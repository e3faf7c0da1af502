"""Models in graphs: stream_mode="messages" shows their tokens, whether nodes hand the config on or not."""

import pytest

from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.testing.scripted_chat_model import ScriptedChatModel
from tests.language_models.models import TEXT, WORDS, AllHooks, OnlyGenerates, OnlyStreams, SyncHooks


def graph_of(model, *, is_async, config_passed, tags=None):
    if tags:
        model = model.with_config(tags=tags)

    async def call_model(state, config):
        return {"messages": [await model.ainvoke(state["messages"], *([config] if config_passed else []))]}

    def call_model_sync(state, config):
        return {"messages": [model.invoke(state["messages"], *([config] if config_passed else []))]}

    node = call_model if is_async else call_model_sync
    return StateGraph(MessagesState).add_node("call_model", node).add_edge(START, "call_model").compile()


async def shown(graph, door):
    given = {"messages": "hi"}
    if door == "stream":
        return list(graph.stream(given, stream_mode="messages"))
    return [each async for each in graph.astream(given, stream_mode="messages")]


@pytest.mark.parametrize("config_passed", [True, False])
@pytest.mark.parametrize(("door", "is_async"), [("stream", False), ("astream", False), ("astream", True)])
@pytest.mark.parametrize("model", [AllHooks, SyncHooks, OnlyStreams])
async def test_tokens_of_nodes(model, door, is_async, config_passed):
    found = await shown(graph_of(model(), is_async=is_async, config_passed=config_passed), door)
    assert [chunk.content for chunk, _ in found] == [*WORDS, "", ""]
    assert len({chunk.id for chunk, _ in found}) == 1
    metadata = found[0][1]
    assert metadata["langgraph_node"] == "call_model"
    assert metadata["langgraph_step"] == 1
    assert metadata["ls_model_type"] == "chat"


@pytest.mark.parametrize("is_async", [True, False])
async def test_models_that_cannot_stream_show_whole_messages(is_async):
    found = await shown(graph_of(OnlyGenerates(), is_async=is_async, config_passed=False), "astream")
    assert [chunk.content for chunk, _ in found] == [TEXT]


async def test_models_that_shall_not_be_shown():
    found = await shown(graph_of(AllHooks(), is_async=True, config_passed=False, tags=["nostream"]), "astream")
    assert [type(message).__name__ for message, _ in found] == ["AIMessage"]  # the one that the node wrote
    model = AllHooks(disable_streaming=True)
    found = await shown(graph_of(model, is_async=True, config_passed=False), "astream")
    assert [chunk.content for chunk, _ in found] == [TEXT]
    assert model.called == ["agenerate"]


async def test_the_state_has_the_message_of_the_tokens():
    graph = graph_of(AllHooks(), is_async=True, config_passed=False)
    ids, last = set(), None
    async for mode, found in graph.astream({"messages": "hi"}, stream_mode=["messages", "values"]):
        if mode == "messages":
            ids.add(found[0].id)
        else:
            last = found["messages"][-1]
    assert {last.id} == ids
    assert (last.content, last.type) == (TEXT, "ai")


async def test_two_calls_with_a_run_id_around_are_two_messages():
    from stepgraph.callbacks.ids import new_run_id  # noqa: PLC0415

    model = ScriptedChatModel(["a", "b"])

    async def twice(state, config):
        return {"messages": [await model.ainvoke("x", config), await model.ainvoke("y", config)]}

    graph = StateGraph(MessagesState).add_node("twice", twice).add_edge(START, "twice").compile()
    found = await graph.ainvoke({"messages": "hi"}, {"run_id": new_run_id()})
    assert [each.content for each in found["messages"]] == ["hi", "a", "b"]


async def test_events_of_a_graph():
    graph = graph_of(AllHooks(), is_async=True, config_passed=False)
    events = [event async for event in graph.astream_events({"messages": "hi"}, version="v2")]
    streamed = [each["data"]["chunk"].content for each in events if each["event"] == "on_chat_model_stream"]
    assert streamed == [*WORDS, "", ""]
