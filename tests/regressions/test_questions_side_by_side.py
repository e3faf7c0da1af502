"""Questions that branches of one task ask side by side each get their own answer, in whatever order they come."""

import itertools
from operator import add
from typing import Annotated

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.graph import START, StateGraph
from stepgraph.messages import AIMessage
from stepgraph.prebuilt import create_react_agent
from stepgraph.runnables import RunnableLambda, RunnableParallel
from stepgraph.testing import ScriptedChatModel
from stepgraph.tools import tool
from stepgraph.types import Command, interrupt
from tests.pregel.colours import turns

THREAD = {"configurable": {"thread_id": "1"}}


class State(TypedDict):
    found: Annotated[list, add]


class Asking:
    """Asks for something; which of two asks first changes from attempt to attempt."""

    def __init__(self):
        self.attempts = {name: itertools.count() for name in "ab"}

    async def __call__(self, name: str) -> str:
        is_slow = (name == "a") == (next(self.attempts[name]) % 2 == 0)
        await turns(20 if is_slow else 1)
        return f"{name}: {interrupt(name)}"


async def answered(graph, input):
    """Run a graph and answer whatever it asks with the question itself; return its state and what it asked."""
    output = await graph.ainvoke(input, THREAD)
    asked = []
    while "__interrupt__" in output:
        asked += [each.value for each in output["__interrupt__"]]
        answers = {each.id: f"for {each.value}" for each in output["__interrupt__"]}
        output = await graph.ainvoke(Command(resume=answers), THREAD)
    return output, asked


@pytest.mark.parametrize("kind", ["parallel", "batch", "limited batch", "map"])
async def test_branches_of_a_node(kind):
    ask = RunnableLambda(Asking())

    async def node(state):
        if kind == "parallel":
            found = await RunnableParallel(
                a=RunnableLambda(lambda _: "a") | ask, b=RunnableLambda(lambda _: "b") | ask
            ).ainvoke(0)
            return {"found": list(found.values())}
        if kind == "map":
            return {"found": await ask.map().ainvoke(["a", "b"])}
        return {"found": await ask.abatch(["a", "b"], {"max_concurrency": 2} if kind == "limited batch" else None)}

    graph = StateGraph(State).add_node(node).add_edge(START, "node").compile(checkpointer=InMemorySaver())
    output, asked = await answered(graph, {"found": []})
    assert output["found"] == ["a: for a", "b: for b"]
    assert sorted(set(asked)) == ["a", "b"]


async def test_tools_of_one_node():
    asking = Asking()

    @tool
    async def ask(name: str) -> str:
        """Ask."""
        return await asking(name)

    calls = [{"name": "ask", "args": {"name": name}, "id": name} for name in "ab"]
    model = ScriptedChatModel([AIMessage("", tool_calls=calls), "done"])
    agent = create_react_agent(model, [ask], checkpointer=InMemorySaver(), version="v1")
    output, _ = await answered(agent, {"messages": "Hi"})
    assert [message.content for message in output["messages"]] == ["Hi", "", "a: for a", "b: for b", "done"]
