"""Agents of other shapes: states that are models, hooks that ask, agents inside tools, models inside tools."""

from typing import Any

import pytest
from pydantic import BaseModel

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.messages import SystemMessage, ToolMessage
from stepgraph.prebuilt import create_react_agent
from stepgraph.prebuilt.chat_agent_executor import AgentStatePydantic, AgentStateWithStructuredResponsePydantic
from stepgraph.runtime import get_runtime
from stepgraph.testing.scripted_chat_model import ScriptedChatModel, calling
from stepgraph.tools import tool
from stepgraph.types import Command, interrupt

HI = {"messages": "hi"}
THREAD: Any = {"configurable": {"thread_id": "1"}}


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


@tool(return_direct=True)
def say(text: str) -> str:
    """Say it."""
    return text


class State(AgentStatePydantic):
    user: str = "nobody"


class FormState(AgentStateWithStructuredResponsePydantic):
    user: str = "nobody"


class Weather(BaseModel):
    """The weather."""

    degrees: int


def said(result):
    return [(each.type, each.content) for each in result["messages"]]


TWO = [("human", "hi"), ("ai", ""), ("tool", "2"), ("ai", "two")]


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_state_that_is_a_model_with_a_hook_before_the_model(version):
    model = ScriptedChatModel([calling("add", a=1, b=1), "two"])

    def last_only(state):
        return {"llm_input_messages": state.messages[-1:]}

    agent = create_react_agent(model, [add], state_schema=State, pre_model_hook=last_only, version=version)
    assert said(await agent.ainvoke(HI)) == TWO
    assert [len(each.messages) for each in model.calls] == [1, 1]


def test_a_state_that_is_a_model_with_a_prompt_and_a_form():
    model = ScriptedChatModel(["two", calling("Weather", degrees=2)])
    agent = create_react_agent(
        model,
        [add],
        state_schema=FormState,
        response_format=Weather,
        prompt=lambda state: [SystemMessage(state.user), *state.messages],
    )
    assert agent.invoke({**HI, "user": "ann"})["structured_response"] == Weather(degrees=2)
    assert [each.content for each in model.calls[0].messages] == ["ann", "hi"]


async def test_a_prompt_finds_the_context():
    seen = []

    async def prompt(state):
        seen.append(get_runtime().context)
        return state["messages"]

    agent = create_react_agent(ScriptedChatModel(["x"]), [], prompt=prompt, context_schema=dict)
    await agent.ainvoke(HI, context={"a": 1})
    assert seen == [{"a": 1}]


@pytest.mark.parametrize(("answer", "content"), [("yes", "2"), ("no", "denied")])
def test_a_hook_after_the_model_asks_a_human(answer, content):
    def approve(state):
        calls = state["messages"][-1].tool_calls
        if not calls or interrupt("may it?") == "yes":
            return {}
        return {"messages": [ToolMessage("denied", tool_call_id=call["id"]) for call in calls]}

    model = ScriptedChatModel([calling("add", a=1, b=1), "two"])
    agent = create_react_agent(model, [add], post_model_hook=approve, checkpointer=InMemorySaver())
    assert [each.value for each in agent.invoke(HI, THREAD)["__interrupt__"]] == ["may it?"]
    assert said(agent.invoke(Command(resume=answer), THREAD))[-2:] == [("tool", content), ("ai", "two")]


async def test_a_tool_whose_answer_is_the_agent_s_ends_a_turn_not_the_thread():
    agent = create_react_agent(
        ScriptedChatModel([calling("say", text="z"), "next"]), [say], checkpointer=InMemorySaver()
    )
    assert said(await agent.ainvoke(HI, THREAD))[-1] == ("tool", "z")
    assert said(await agent.ainvoke({"messages": "more"}, THREAD))[-1] == ("ai", "next")


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_direct_tool_that_failed_is_told_to_the_model(version):
    model = ScriptedChatModel([calling("say", text=1), "sorry"])
    result = await create_react_agent(model, [say], version=version).ainvoke(HI)
    assert result["messages"][-1].content == "sorry"
    assert result["messages"][-2].status == "error"


async def test_tokens_of_a_model_inside_a_tool():
    inner = ScriptedChatModel(["in ner"])

    @tool
    async def deep(x: int) -> str:
        """Ask another model."""
        return (await inner.ainvoke("q")).content

    agent = create_react_agent(ScriptedChatModel([calling("deep", x=1), "done"]), [deep])
    found = [(each.content, facts["langgraph_node"]) async for each, facts in agent.astream(HI, stream_mode="messages")]
    assert [each for each in found if each[0]] == [
        ("in ", "tools"),
        ("ner", "tools"),
        ("in ner", "tools"),
        ("done", "agent"),
    ]


@pytest.mark.parametrize("is_async", [True, False])
async def test_an_agent_inside_a_tool(is_async):
    inner = create_react_agent(ScriptedChatModel([calling("add", a=1, b=1), "two"]), [add])

    @tool
    def delegate(question: str) -> str:
        """Ask another agent."""
        return inner.invoke({"messages": question})["messages"][-1].content

    agent = create_react_agent(ScriptedChatModel([calling("delegate", question="1+1"), "it is two"]), [delegate])
    result = await agent.ainvoke(HI) if is_async else agent.invoke(HI)
    assert said(result) == [("human", "hi"), ("ai", ""), ("tool", "two"), ("ai", "it is two")]


def test_it_stops_where_it_is_told():
    model = ScriptedChatModel([calling("add", a=1, b=1), "two"])
    agent = create_react_agent(model, [add], interrupt_after=["tools"], checkpointer=InMemorySaver())
    agent.invoke(HI, THREAD)
    assert agent.get_state(THREAD).next == ("agent",)
    assert said(agent.invoke(None, THREAD)) == TWO
