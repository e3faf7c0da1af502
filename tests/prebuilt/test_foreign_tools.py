"""ToolNode and agents with tools of other libraries, and with objects that are like tools."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.messages import AIMessage, ToolMessage
from stepgraph.prebuilt import InjectedState, ToolNode, ValidationNode, create_react_agent
from stepgraph.testing.scripted_chat_model import ScriptedChatModel, calling
from stepgraph.tools import ToolException, tool
from tests.both_roots import needs_langchain
from tests.tools.test_foreign import Duck, Foreign, Hears


def asks(*calls):
    return {
        "messages": [
            AIMessage(
                "", tool_calls=[{"name": name, "args": args, "id": str(n)} for n, (name, args) in enumerate(calls)]
            )
        ]
    }


async def answers(node, given, config, is_async):
    found = await node.ainvoke(given, config) if is_async else node.invoke(given, config)
    assert {type(each) for each in found["messages"]} == {ToolMessage}
    return [(each.name, each.content, each.status) for each in found["messages"]]


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_node_with_all_kinds_of_tools(is_async):
    @tool
    def ours(x: int) -> int:
        """Ours."""
        return x

    def function(x: int) -> int:
        """Function."""
        return -x

    hears = Hears()
    node = ToolNode([ours, function, Duck(), Foreign()])
    assert sorted(node.tools_by_name) == ["duck", "foreign", "function", "ours"]
    given = asks(("ours", {"x": 1}), ("function", {"x": 1}), ("duck", {"a": 1}), ("foreign", {"a": 1}))
    found = await answers(node, given, {"callbacks": [hears]}, is_async)
    assert found == [
        ("ours", "1", "success"),
        ("function", "-1", "success"),
        ("duck", "2", "success"),
        ("foreign", "3", "success"),
    ]
    assert sorted(each[1] for each in hears.heard if each[0] == "start") == ["duck", "function", "ours"]


@pytest.mark.parametrize("is_async", [True, False])
async def test_policies_stand(is_async):
    theirs = type("ToolException", (Exception,), {})
    broken = Foreign()
    broken.answer = theirs("no")
    wrong = asks(("duck", {"a": "x"}), ("foreign", {"a": "x"}))
    for _, content, status in await answers(ToolNode([Duck(), Foreign()]), wrong, None, is_async):
        assert status == "error"
        assert "do not fit" in content
    asked = asks(("foreign", {"a": 1}))
    with pytest.raises(theirs, match="no"):
        await answers(ToolNode([broken]), asked, None, is_async)
    for policy in (ToolException, theirs, (theirs,), True):
        found = await answers(ToolNode([broken], handle_tool_errors=policy), asked, None, is_async)
        assert found == [("foreign", "Error: ToolException('no')\n Please fix your mistakes.", "error")]


@pytest.mark.parametrize("is_async", [True, False])
async def test_the_state_is_injected(is_async):
    class Wants(BaseModel):
        """Wants the state."""

        a: int
        state: Annotated[dict, InjectedState]
        note: Annotated[Any, InjectedState("note")]

    class State(MessagesState):
        note: str

    duck = Duck()
    duck.args_schema = Wants
    duck.invoke = lambda input, config=None: f"{input['note']} {len(input['state']['messages'])}"
    graph = StateGraph(State).add_node("tools", ToolNode([duck])).add_edge(START, "tools").compile()
    given = {**asks(("duck", {"a": 1, "note": "made up"})), "note": "n"}
    found = await graph.ainvoke(given) if is_async else graph.invoke(given)
    assert found["messages"][-1].content == "n 1"


@pytest.mark.parametrize("is_async", [True, False])
async def test_an_agent_with_them(is_async):
    direct = Foreign()
    direct.return_direct = True
    model = ScriptedChatModel([calling("duck", a=1), calling("foreign", a=1)])
    agent = create_react_agent(model, [Duck(), direct])
    found = await agent.ainvoke({"messages": "hi"}) if is_async else agent.invoke({"messages": "hi"})
    assert [each.type for each in found["messages"]] == ["human", "ai", "tool", "ai", "tool"]
    assert [each.content for each in found["messages"] if each.type == "tool"] == ["2", "3"]


def test_a_node_that_only_checks():
    node = ValidationNode([Duck()])
    (message,) = node.invoke(asks(("duck", {"a": 1})))["messages"]
    assert message.content == '{"a":1,"b":1}'


@needs_langchain
@pytest.mark.parametrize("is_async", [True, False])
async def test_tools_of_langchain(is_async):
    from langchain_core import tools as lc  # noqa: PLC0415 - where it is installed

    @lc.tool(response_format="content_and_artifact")
    def add(
        a: int, b: int, who: Annotated[str, InjectedState("who")], id: Annotated[str, lc.InjectedToolCallId]
    ) -> Any:
        """Add."""
        return f"{a + b} for {who}", [id]

    @lc.tool
    async def later(text: str) -> str:
        """Later."""
        raise lc.ToolException(text)

    class State(MessagesState):
        who: str

    node = ToolNode([add, later] if is_async else [add], handle_tool_errors=ToolException)
    graph = StateGraph(State).add_node("tools", node).add_edge(START, "tools").compile()
    hears = Hears()
    calls = [("add", {"a": 1, "b": 2}), *([("later", {"text": "no"})] if is_async else [])]
    given, config = {**asks(*calls), "who": "w"}, {"callbacks": [hears]}
    found = await graph.ainvoke(given, config) if is_async else graph.invoke(given, config)
    first, *others = found["messages"][1:]
    assert type(first) is ToolMessage
    assert (first.content, first.artifact, first.tool_call_id) == ("3 for w", ["0"], "0")
    assert [each.status for each in others] == ["error"] * is_async
    assert sorted(each[1] for each in hears.heard if each[0] == "start") == ["add", "later"][: 1 + is_async]

    model = ScriptedChatModel([calling("add", a=1, b=2), "done"])

    class AgentState(MessagesState):
        who: str
        remaining_steps: int

    agent = create_react_agent(model, [add], state_schema=AgentState)
    given = {"messages": "hi", "who": "w"}
    found = await agent.ainvoke(given) if is_async else agent.invoke(given)
    assert [each.content for each in found["messages"]] == ["hi", "", "3 for w", "done"]
