"""What agents of the older kind decided says itself in messages."""

from stepgraph.agents import AgentAction, AgentActionMessageLog, AgentFinish, AgentStep
from stepgraph.messages import AIMessage, FunctionMessage, HumanMessage


def test_an_action_says_what_the_model_said():
    action = AgentAction("search", {"q": 1}, "I search.")
    assert action == AgentAction(tool="search", tool_input={"q": 1}, log="I search.")
    assert action.type == "AgentAction"
    assert action.messages == [AIMessage("I search.")]


def test_an_action_with_messages_says_those():
    action = AgentActionMessageLog("search", "q", "log", message_log=[AIMessage("x")])
    assert action.messages == [AIMessage("x")]
    assert AgentStep(action, [1]).messages == [FunctionMessage("[1]", name="search")]


def test_what_a_tool_answered_is_told_as_text():
    action = AgentAction("search", "q", "log")
    odd = object()
    told = [AgentStep(action, answer).messages for answer in ("found", {"a": "é"}, odd)]
    assert told == [[HumanMessage("found")], [HumanMessage('{"a": "é"}')], [HumanMessage(str(odd))]]


def test_the_end():
    finish = AgentFinish({"output": 42}, "done")
    assert (finish.return_values, finish.type, finish.messages) == ({"output": 42}, "AgentFinish", [AIMessage("done")])
