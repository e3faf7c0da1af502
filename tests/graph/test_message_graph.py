"""MessageGraph: a graph whose state is one list of messages."""

import pytest

from stepgraph.graph import END, MessageGraph
from stepgraph.messages import AIMessage, HumanMessage


@pytest.mark.filterwarnings("ignore:use StateGraph")
async def test_nodes_get_the_list_and_return_messages():
    graph = MessageGraph()
    graph.add_node("chatbot", lambda messages: [("assistant", f"You said {messages[-1].content}.")])
    graph.add_node("more", lambda messages: AIMessage("More?"))
    graph.set_entry_point("chatbot")
    graph.add_conditional_edges("chatbot", lambda messages: "more" if len(messages) < 3 else END)
    graph.set_finish_point("more")
    compiled = graph.compile()
    found = await compiled.ainvoke([HumanMessage("Hi")])
    assert [(each.type, each.content) for each in found] == [("human", "Hi"), ("ai", "You said Hi."), ("ai", "More?")]
    assert [each.content for each in compiled.invoke("Hi")] == ["Hi", "You said Hi.", "More?"]


def test_it_says_what_to_use_instead():
    with pytest.warns(DeprecationWarning, match=r"use StateGraph\(MessagesState\)"):
        MessageGraph()
