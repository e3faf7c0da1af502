"""ValidationNode and tools_condition: what they say of calls, and of states that have none."""

import pytest
from pydantic import BaseModel

from stepgraph.graph import END, START, MessagesState, StateGraph
from stepgraph.messages import AIMessage, HumanMessage
from stepgraph.prebuilt import ToolNode, ValidationNode, tools_condition
from stepgraph.testing.scripted_chat_model import ScriptedChatModel, calling
from stepgraph.tools import tool


class Pick(BaseModel):
    """Pick a number."""

    number: int


def asked(name, args):
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": "1"}])


async def test_calls_are_checked_and_not_made():
    node = ValidationNode([Pick])
    for found in (node.invoke([asked("Pick", {"number": "3"})]), await node.ainvoke([asked("Pick", {"number": "3"})])):
        assert [(each.content, each.status, each.additional_kwargs) for each in found] == [
            ('{"number":3}', "success", {})
        ]
    (wrong,) = node.invoke({"messages": [asked("Pick", {"number": "x"})]})["messages"]
    assert (wrong.status, wrong.additional_kwargs) == ("error", {"is_error": True})
    assert "Respond after fixing all validation errors." in wrong.content
    (unknown,) = node.invoke([asked("Pik", {})])
    assert "there is no schema 'Pik'" in unknown.content
    assert "'Pick'" in unknown.content
    with pytest.raises(ValueError, match="there is no AIMessage among the messages"):
        node.invoke([HumanMessage("x")])


def test_tools_and_functions_have_schemas():
    @tool
    def add(a: int, b: int) -> int:
        """Add."""
        raise AssertionError

    node = ValidationNode([add, Pick])
    assert list(node.schemas_by_name) == ["add", "Pick"]
    assert node.invoke([asked("add", {"a": 1, "b": 2})])[0].content == '{"a":1,"b":2}'


async def test_a_model_tries_again_until_its_call_fits():
    model = ScriptedChatModel([calling("Pick", number="x"), calling("Pick", number=3)])

    async def agent(state):
        return {"messages": [await model.bind_tools([Pick]).ainvoke(state["messages"])]}

    def again(state):
        return "agent" if state["messages"][-1].additional_kwargs.get("is_error") else END

    graph = StateGraph(MessagesState).add_node("agent", agent).add_node("check", ValidationNode([Pick]))
    graph.add_edge(START, "agent").add_edge("agent", "check").add_conditional_edges("check", again, ["agent", END])
    found = await graph.compile().ainvoke({"messages": "pick"})
    assert found["messages"][-1].content == '{"number":3}'


@pytest.mark.parametrize("is_async", [True, False])
async def test_tools_condition_in_a_graph(is_async):
    @tool
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    model = ScriptedChatModel([calling("add", a=1, b=1), "two"]).bind_tools([add])

    def call_model(state):
        return {"messages": [model.invoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node("model", call_model).add_node("tools", ToolNode([add]))
    graph.add_edge(START, "model").add_conditional_edges("model", tools_condition).add_edge("tools", "model")
    agent = graph.compile()
    found = await agent.ainvoke({"messages": "hi"}) if is_async else agent.invoke({"messages": "hi"})
    assert [each.content for each in found["messages"]] == ["hi", "", "2", "two"]


@pytest.mark.parametrize("state", [[], {}, {"messages": []}, {"messages": None}, object()])
def test_states_without_messages(state):
    with pytest.raises(ValueError, match="expected a state with messages under 'messages', or a list of messages"):
        tools_condition(state)
