"""create_react_agent: turns, streams, interrupts, memory, and what it says about what is wrong."""

import asyncio
import time
from typing import Any

import pytest
from pydantic import BaseModel

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.config import get_stream_writer
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.language_models import FakeListChatModel
from stepgraph.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from stepgraph.prebuilt import ToolNode, ToolRuntime, create_react_agent
from stepgraph.prebuilt.chat_agent_executor import AgentState
from stepgraph.runnables import RunnableConfig
from stepgraph.store.memory import InMemoryStore
from stepgraph.testing.scripted_chat_model import ScriptedChatModel, calling
from stepgraph.tools import tool
from stepgraph.types import Command, interrupt
from tests.pregel.colours import turns

HI = {"messages": "hi"}
THREAD: Any = {"configurable": {"thread_id": "1"}}


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


@tool
async def report(what: str) -> str:
    """Report."""
    get_stream_writer()({"about": what})
    await asyncio.sleep(0)
    return f"reported {what}"


@tool
def ask(question: str) -> str:
    """Ask a human."""
    return f"{question} {interrupt(question)}"


def said(result):
    return [(each.type, each.content) for each in result["messages"]]


def asks(*questions):
    calls = [{"name": "ask", "args": {"question": each}, "id": each} for each in questions]
    return AIMessage("", tool_calls=calls)


# Turns.


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("is_async", [True, False])
async def test_a_model_calls_tools_until_it_has_an_answer(version, is_async):
    model = ScriptedChatModel([calling("add", a=1, b=2), calling("add", a=3, b=3), "six"])
    agent = create_react_agent(model, [add], version=version, prompt="be brief")
    result = await agent.ainvoke(HI) if is_async else agent.invoke(HI)
    expected = [("human", "hi"), ("ai", ""), ("tool", "3"), ("ai", ""), ("tool", "6"), ("ai", "six")]
    assert said(result) == expected
    assert [len(each.messages) for each in model.calls] == [2, 4, 6]
    assert {each.messages[0].content for each in model.calls} == {"be brief"}
    assert [each["function"]["name"] for each in model.calls[0].tools] == ["add"]


async def test_a_thread_goes_on():
    model = ScriptedChatModel(["Hello", "You said hi"])
    agent = create_react_agent(model, [], checkpointer=InMemorySaver())
    await agent.ainvoke(HI, THREAD)
    result = await agent.ainvoke({"messages": "what did I say?"}, THREAD)
    assert said(result) == [("human", "hi"), ("ai", "Hello"), ("human", "what did I say?"), ("ai", "You said hi")]
    assert len({each.id for each in result["messages"]}) == 4


async def test_an_agent_in_a_graph_and_with_a_store():
    @tool
    def remember(what: str, runtime: ToolRuntime) -> str:
        """Remember."""
        runtime.store.put(("memories",), "k", {"what": what})
        return "ok"

    store = InMemoryStore()
    agent = create_react_agent(ScriptedChatModel([calling("remember", what="x"), "done"]), [remember], name="helper")
    graph = StateGraph(MessagesState).add_node("helper", agent).add_edge(START, "helper").compile(store=store)
    result = await graph.ainvoke(HI)
    assert store.get(("memories",), "k").value == {"what": "x"}
    assert [each.name for each in result["messages"] if each.type == "ai"] == ["helper", "helper"]
    agent = create_react_agent(ScriptedChatModel([calling("remember", what="y"), "done"]), [remember], store=store)
    await agent.ainvoke(HI)
    assert store.get(("memories",), "k").value == {"what": "y"}


async def test_agents_side_by_side_do_not_mix():
    model = ScriptedChatModel([lambda messages: f"for {messages[-1].content}"], repeats=True)
    agent = create_react_agent(model, [], checkpointer=InMemorySaver())
    inputs = [{"messages": str(number)} for number in range(20)]
    results = await agent.abatch(inputs, [{"configurable": {"thread_id": str(number)}} for number in range(20)])
    assert [each["messages"][-1].content for each in results] == [f"for {number}" for number in range(20)]


# Streams.


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_tokens_of_an_agent(version):
    model = ScriptedChatModel([calling("report", what="x"), "all is well"])
    agent = create_react_agent(model, [report], version=version)
    found = [(chunk, metadata) async for chunk, metadata in agent.astream(HI, stream_mode="messages")]
    texts = [(chunk.content, metadata["langgraph_node"]) for chunk, metadata in found if chunk.content]
    assert texts == [("reported x", "tools"), ("all ", "agent"), ("is ", "agent"), ("well", "agent")]
    fragments = [each["args"] for chunk, _ in found for each in getattr(chunk, "tool_call_chunks", ())]
    assert "".join(fragments) == '{"what": "x"}'


async def test_custom_chunks_and_updates():
    model = ScriptedChatModel([calling("report", what="x"), "done"])
    agent = create_react_agent(model, [report])
    found = [each async for each in agent.astream(HI, stream_mode=["updates", "custom"])]
    assert [(mode, next(iter(chunk))) for mode, chunk in found] == [
        ("updates", "agent"),
        ("custom", "about"),
        ("updates", "tools"),
        ("updates", "agent"),
    ]


def test_tokens_of_a_sync_agent():
    agent = create_react_agent(ScriptedChatModel(["a b c"]), [])
    found = [chunk.content for chunk, _ in agent.stream(HI, stream_mode="messages") if chunk.content]
    assert found == ["a ", "b ", "c"]


async def test_events_of_an_agent():
    agent = create_react_agent(ScriptedChatModel([calling("add", a=1, b=1), "two"]), [add])
    kinds = [(each["event"], each["name"]) async for each in agent.astream_events(HI, version="v2")]
    assert kinds.count(("on_chat_model_start", "ScriptedChatModel")) == 2
    assert kinds.index(("on_tool_start", "add")) < kinds.index(("on_tool_end", "add"))


async def test_closing_the_stream_ends_the_model_s_request():
    ended = []

    class Hangs(ScriptedChatModel):
        async def _astream(self, *args, **kwargs):
            try:
                async for chunk in super()._astream(*args, **kwargs):
                    yield chunk
                    await asyncio.Event().wait()
            finally:
                ended.append("ended")

    chunks = create_react_agent(Hangs(["a b"]), []).astream(HI, stream_mode="messages")
    await anext(chunks)
    await chunks.aclose()
    assert ended == ["ended"]


# Interrupts.


@pytest.mark.parametrize("is_async", [True, False])
@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_tool_asks_and_goes_on_with_the_answer(version, is_async):
    async def run(given):
        return await agent.ainvoke(given, THREAD) if is_async else agent.invoke(given, THREAD)

    model = ScriptedChatModel([asks("sure?"), "done"])
    agent = create_react_agent(model, [ask], checkpointer=InMemorySaver(), version=version)
    result = await run(HI)
    assert [each.value for each in result["__interrupt__"]] == ["sure?"]
    result = await run(Command(resume="yes"))
    assert said(result)[-2:] == [("tool", "sure? yes"), ("ai", "done")]
    assert len(model.calls) == 2


@pytest.mark.parametrize("is_async", [True, False])
async def test_tools_that_ask_at_once_get_their_own_answers(is_async):
    async def run(given):
        return await agent.ainvoke(given, THREAD) if is_async else agent.invoke(given, THREAD)

    agent = create_react_agent(ScriptedChatModel([asks("a?", "b?", "c?"), "done"]), [ask], checkpointer=InMemorySaver())
    asked = (await run(HI))["__interrupt__"]
    assert [each.value for each in asked] == ["a?", "b?", "c?"]
    result = await run(Command(resume={asked[1].id: "B", asked[0].id: "A"}))
    assert [each.value for each in result["__interrupt__"]] == ["c?"]
    result = await run(Command(resume="C"))
    assert [each.content for each in result["messages"] if each.type == "tool"] == ["a? A", "b? B", "c? C"]


@pytest.mark.parametrize("colour", ["sync", "async", "sync tools"])
@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_each_tool_gets_its_own_answer_whatever_comes_first(version, colour):
    """The first time one tool is slower than the other, the second time it is faster."""
    seen: dict[str, int] = {}

    def is_slow(question):
        seen[question] = seen.get(question, 0) + 1
        return (question == "a") == (seen[question] == 1)

    @tool
    def slow_or_fast(question: str) -> str:
        """Ask."""
        if is_slow(question):
            time.sleep(0.02)
        return f"{question} {interrupt(question)}"

    @tool("slow_or_fast")
    async def aslow_or_fast(question: str) -> str:
        """Ask."""
        await turns(5 if is_slow(question) else 0)
        return f"{question} {interrupt(question)}"

    calls = [{"name": "slow_or_fast", "args": {"question": each}, "id": each} for each in "ab"]
    used = aslow_or_fast if colour == "async" else slow_or_fast
    model = ScriptedChatModel([AIMessage("", tool_calls=calls), "done"])
    agent = create_react_agent(model, [used], checkpointer=InMemorySaver(), version=version)
    given: Any = HI
    for _ in range(4):
        result = agent.invoke(given, THREAD) if colour == "sync" else await agent.ainvoke(given, THREAD)
        if "__interrupt__" not in result:
            break
        given = Command(resume={each.id: f"for {each.value}" for each in result["__interrupt__"]})
    assert [each.content for each in result["messages"] if each.type == "tool"] == ["a for a", "b for b"]


@pytest.mark.parametrize("policy", [True, "sorry", Exception])
async def test_no_policy_swallows_an_interrupt(policy):
    node = ToolNode([ask], handle_tool_errors=policy)
    agent = create_react_agent(ScriptedChatModel([asks("sure?"), "done"]), node, checkpointer=InMemorySaver())
    assert "__interrupt__" in await agent.ainvoke(HI, THREAD)
    assert said(await agent.ainvoke(Command(resume="yes"), THREAD))[-1] == ("ai", "done")


async def test_a_wrapper_may_ask_before_a_tool_is_called():
    async def approve(request, execute):
        if interrupt({"call": request.tool_call["name"]}) != "ok":
            return ToolMessage("refused", tool_call_id=request.tool_call["id"])
        return await execute(request)

    for answer, content in (("ok", "2"), ("no", "refused")):
        model = ScriptedChatModel([calling("add", a=1, b=1), "done"])
        agent = create_react_agent(model, ToolNode([add], awrap_tool_call=approve), checkpointer=InMemorySaver())
        result = await agent.ainvoke(HI, THREAD)
        assert [each.value for each in result["__interrupt__"]] == [{"call": "add"}]
        result = await agent.ainvoke(Command(resume=answer), THREAD)
        assert said(result)[-2] == ("tool", content)


# Answers in a form.


class Weather(BaseModel):
    """The weather."""

    degrees: int


@pytest.mark.parametrize("is_async", [True, False])
async def test_answers_in_a_form(is_async):
    model = ScriptedChatModel([calling("add", a=1, b=1), "two degrees", calling("Weather", degrees=2)])
    agent = create_react_agent(model, [add], response_format=("In numbers", Weather))
    result = await agent.ainvoke(HI) if is_async else agent.invoke(HI)
    assert result["structured_response"] == Weather(degrees=2)
    last = model.calls[-1]
    assert (last.messages[0].content, last.tools[0]["function"]["name"]) == ("In numbers", "Weather")
    assert said(result)[-1] == ("ai", "two degrees")


async def test_an_answer_that_fails_its_form():
    model = ScriptedChatModel(["two", calling("Weather", degrees="warm")])
    with pytest.raises(ValueError, match="Weather"):
        await create_react_agent(model, [], response_format=Weather).ainvoke(HI)


# Models.


async def test_a_model_that_is_chosen():
    first, second = ScriptedChatModel([calling("add", a=1, b=1)]), ScriptedChatModel(["two"])

    async def choose(state, runtime):
        return first if len(state["messages"]) == 1 else second

    agent = create_react_agent(choose, [add])
    assert said(await agent.ainvoke(HI))[-1] == ("ai", "two")
    assert [len(each.calls[0].tools) for each in (first, second)] == [1, 1]
    with pytest.raises(TypeError, match=r"the function that chooses the agent's model is async; run the agent with a"):
        agent.invoke(HI)


def test_what_no_agent_can_use():
    with pytest.raises(TypeError, match="an agent's model is a chat model, its name or a function"):
        create_react_agent(42, [])
    with pytest.raises(NotImplementedError, match="FakeListChatModel does not call tools"):
        create_react_agent(FakeListChatModel(responses=["a"]), [add])
    with pytest.raises(ValueError, match=r"has the tools 'add', and its model is bound to 'report'"):
        create_react_agent(ScriptedChatModel().bind_tools([report]), [add])
    with pytest.raises(ValueError, match="version is 'v1' or 'v2', got 'v3'"):
        create_react_agent(ScriptedChatModel(), [], version="v3")
    with pytest.raises(TypeError, match=r"create_react_agent\(\) has no arguments 'promt'"):
        create_react_agent(ScriptedChatModel(), [], promt="x")

    class Poor(MessagesState):
        user: str

    with pytest.raises(ValueError, match=r"Poor lacks 'remaining_steps'; subclass .*AgentState"):
        create_react_agent(ScriptedChatModel(), [], state_schema=Poor)
    with pytest.raises(ValueError, match="lacks 'structured_response'"):
        create_react_agent(ScriptedChatModel(), [], state_schema=AgentState, response_format=Weather)


async def test_calls_that_nobody_answered():
    agent = create_react_agent(ScriptedChatModel(["x"]), [add])
    open_call = calling("add", a=1, b=1).model_copy(update={"id": "m"})
    open_call.tool_calls[0]["id"] = "c1"
    with pytest.raises(ValueError, match=r"the last answer calls tools that no ToolMessage has answered: add\(…\)"):
        await agent.ainvoke({"messages": [HumanMessage("hi"), open_call, HumanMessage("and?")]})


async def test_providers_own_tools_are_handed_on():
    search = {"type": "web_search"}
    model = ScriptedChatModel(["found"])
    bound = model.bind(tools=[search])
    assert said(await create_react_agent(bound, [search]).ainvoke(HI))[-1] == ("ai", "found")
    assert model.calls[0].tools == [search]


def test_it_is_drawn():
    agent = create_react_agent(ScriptedChatModel(), [add], response_format=Weather, pre_model_hook=lambda state: {})
    edges = {(each.source, each.target) for each in agent.get_graph().edges}
    assert ("__start__", "pre_model_hook") in edges
    assert ("pre_model_hook", "agent") in edges
    assert ("agent", "tools") in edges
    assert ("tools", "pre_model_hook") in edges
    assert ("agent", "generate_structured_response") in edges


async def test_a_prompt_gets_what_a_node_gets():
    def prompt(state, config: RunnableConfig, *, store):
        return [SystemMessage(f"{config['configurable']['user']} {store is not None}"), *state["messages"]]

    async def async_prompt(state, config):
        return [SystemMessage(config["configurable"]["user"]), *state["messages"]]

    config = {"configurable": {"user": "Ann"}}
    model = ScriptedChatModel(["ok"], repeats=True)
    create_react_agent(model, [], prompt=prompt, store=InMemoryStore()).invoke({"messages": "Hi"}, config)
    await create_react_agent(model, [], prompt=async_prompt).ainvoke({"messages": "Hi"}, config)
    assert [call.messages[0].content for call in model.calls] == ["Ann True", "Ann"]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_arguments_that_cannot_be_read_are_told_to_the_model(version):
    wrong = {"name": "add", "args": '{"a": 1, b', "id": "1", "error": "no JSON", "type": "invalid_tool_call"}
    model = ScriptedChatModel([AIMessage("", invalid_tool_calls=[wrong]), "I am sorry."])
    agent = create_react_agent(model, [add], version=version, checkpointer=InMemorySaver())
    output = agent.invoke({"messages": "Hi"}, {"configurable": {"thread_id": "1"}})
    told = output["messages"][2]
    assert (told.type, told.status, told.tool_call_id) == ("tool", "error", "1")
    assert "arguments of tool 'add' cannot be read: no JSON" in told.content
    assert output["messages"][-1].content == "I am sorry."
