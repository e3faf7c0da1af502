"""Agents with chat models of other libraries: such are asked in dicts, and what they say becomes messages of ours."""

from types import SimpleNamespace

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.messages import AIMessage
from stepgraph.prebuilt import create_react_agent
from stepgraph.tools import tool


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


class Foreign:
    """A chat model that knows nothing of us."""

    def __init__(self, *answers, tools=()):
        self.answers = list(answers)
        self.asked = []
        self.tools = tools

    def bind_tools(self, tools):
        bound = Foreign(tools=tools)
        bound.answers, bound.asked = self.answers, self.asked
        return bound

    def with_structured_output(self, schema):
        return SimpleNamespace(invoke=lambda messages, config=None: {"form": schema, "of": len(messages)})

    def invoke(self, messages, config=None):
        assert all(isinstance(each, dict) for each in messages)
        self.asked.append((messages, [each["function"]["name"] for each in self.tools]))
        content, calls = self.answers.pop(0)
        return SimpleNamespace(type="ai", content=content, tool_calls=calls, id=f"f{len(self.asked)}", name=None)

    async def ainvoke(self, messages, config=None):
        return self.invoke(messages, config)


@pytest.mark.parametrize("is_async", [True, False])
async def test_an_agent_with_a_foreign_model(is_async):
    call = {"name": "add", "args": {"a": 1, "b": 2}, "id": "c", "type": "tool_call"}
    model = Foreign(("", [call]), ("three", []))
    agent = create_react_agent(model, [add], prompt="be brief", checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    found = await agent.ainvoke({"messages": "hi"}, config) if is_async else agent.invoke({"messages": "hi"}, config)
    assert [(each.type, each.content) for each in found["messages"]] == [
        ("human", "hi"),
        ("ai", ""),
        ("tool", "3"),
        ("ai", "three"),
    ]
    assert type(found["messages"][-1]) is AIMessage
    asked, tools = model.asked[-1]
    assert tools == ["add"]
    assert [each["role"] for each in asked] == ["system", "human", "ai", "tool"]
    assert asked[2]["tool_calls"] == [call]
    assert (asked[3]["tool_call_id"], asked[3]["content"]) == ("c", "3")
    assert (agent.get_state(config)).values["messages"][-1].content == "three"


async def test_an_answer_in_a_form():
    agent = create_react_agent(Foreign(("a", [])), [], response_format={"title": "x"})
    found = await agent.ainvoke({"messages": "hi"})
    assert found["structured_response"] == {"form": {"title": "x"}, "of": 2}
