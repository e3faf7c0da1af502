"""ToolNode: calls side by side, in bounds, in order; errors as the policy says; what it takes and gives."""

import asyncio
import threading

import pytest
from pydantic import ValidationError

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.messages import AIMessage, HumanMessage, ToolMessage
from stepgraph.prebuilt import ToolInvocationError, ToolNode
from stepgraph.testing.scripted_chat_model import calling
from stepgraph.tools import ToolException, tool
from stepgraph.types import Command, Send
from tests.pregel.colours import PATIENCE, turns


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


@tool
async def shout(text: str) -> str:
    """Shout."""
    return text.upper()


def asked(*calls):
    made = [{"name": name, "args": args, "id": str(number)} for number, (name, args) in enumerate(calls)]
    return AIMessage("", tool_calls=made)


def contents(messages):
    return [(each.tool_call_id, each.content) for each in messages]


# What it takes, outside of any graph.


async def test_states_lists_and_tool_calls():
    node = ToolNode([add])
    message = asked(("add", {"a": 1, "b": 2}), ("add", {"a": 2, "b": 2}))
    expected = [("0", "3"), ("1", "4")]
    for is_async in (True, False):

        async def through(given, is_async=is_async):
            return await node.ainvoke(given) if is_async else node.invoke(given)

        assert contents((await through({"messages": [HumanMessage("x"), message]}))["messages"]) == expected
        assert contents(await through([message])) == expected
        calls = [{**call, "type": "tool_call"} for call in message.tool_calls]
        assert contents((await through(calls))["messages"]) == expected
        one = {"__type": "tool_call_with_context", "tool_call": calls[0], "state": {"messages": []}}
        assert contents((await through(one))["messages"]) == expected[:1]
        assert await through([AIMessage("no calls")]) == []
        with pytest.raises(ValueError, match="there is no AIMessage among the messages"):
            await through([HumanMessage("x")])
        with pytest.raises(ValueError, match="expected a state with messages under 'messages'"):
            await through({"other": []})
        with pytest.raises(ValueError, match="expected a state with messages"):
            await through([])


def test_async_tools_say_how_they_are_called():
    with pytest.raises(NotImplementedError, match="tool 'shout' is async only"):
        ToolNode([shout]).invoke([asked(("shout", {"text": "a"}))])


async def test_async_tools_need_an_async_wrapper():
    node = ToolNode([shout], wrap_tool_call=lambda request, execute: execute(request))
    with pytest.raises(NotImplementedError, match="tool 'shout' is async only") as failed:
        await node.ainvoke([asked(("shout", {"text": "a"}))])
    assert "for async ones give ToolNode awrap_tool_call=…" in str(failed.value.__notes__)


def test_messages_as_dicts():
    given = [{"role": "assistant", "content": "", "tool_calls": [{"name": "add", "args": {"a": 1, "b": 1}, "id": "x"}]}]
    assert contents(ToolNode([add]).invoke({"messages": given})["messages"]) == [("x", "2")]


def test_calls_before_the_last_answer_are_done():
    given = [asked(("add", {"a": 1, "b": 1})), ToolMessage("2", tool_call_id="0"), AIMessage("two"), HumanMessage("ok")]
    assert ToolNode([add]).invoke(given) == []


def test_two_tools_of_one_name():
    other = add.model_copy(update={"description": "Other."})
    with pytest.raises(ValueError, match="two tools are called 'add'; give one of them another name"):
        ToolNode([add, other])
    assert list(ToolNode([add, add]).tools_by_name) == ["add"]


def test_functions_become_tools():
    def double(x: int) -> int:
        """Double."""
        return 2 * x

    assert contents(ToolNode([double]).invoke([asked(("double", {"x": 2}))])) == [("0", "4")]
    assert repr(ToolNode([double])) == "ToolNode('double')"


# Side by side.


async def test_async_tools_run_side_by_side_and_answer_in_order():
    arrived, go = [], asyncio.Event()

    @tool
    async def meet(x: int) -> str:
        """Meet."""
        arrived.append(x)
        if len(arrived) == 3:
            go.set()
        await asyncio.wait_for(go.wait(), PATIENCE)
        await turns(5 - x)
        return f"met {x}"

    found = await ToolNode([meet]).ainvoke([asked(*(("meet", {"x": number}) for number in range(3)))])
    assert contents(found) == [("0", "met 0"), ("1", "met 1"), ("2", "met 2")]


@pytest.mark.parametrize("is_async", [True, False])
async def test_sync_tools_run_side_by_side_in_threads(is_async):
    barrier = threading.Barrier(3)

    @tool
    def meet(x: int) -> str:
        """Meet."""
        barrier.wait(PATIENCE)
        return f"met {x}"

    given = [asked(*(("meet", {"x": number}) for number in range(3)))]
    found = await ToolNode([meet]).ainvoke(given) if is_async else ToolNode([meet]).invoke(given)
    assert [content for _, content in contents(found)] == ["met 0", "met 1", "met 2"]


@pytest.mark.parametrize("in_graph", [True, False])
async def test_max_concurrency_bounds_them(in_graph):
    running, most = set(), []

    @tool
    async def work(x: int) -> str:
        """Work."""
        running.add(x)
        most.append(len(running))
        await turns(3)
        running.discard(x)
        return "ok"

    node = ToolNode([work])
    runnable = (
        StateGraph(MessagesState).add_node("tools", node).add_edge(START, "tools").compile() if in_graph else node
    )
    given = {"messages": [asked(*(("work", {"x": number}) for number in range(6)))]}
    await runnable.ainvoke(given, {"max_concurrency": 2})
    assert max(most) <= 2
    most.clear()
    await runnable.ainvoke(given)
    assert max(most) == 6


async def test_a_failing_tool_cancels_the_others():
    ended = []

    @tool
    async def hangs() -> str:
        """Hang."""
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("hangs")

    @tool
    async def fails() -> str:
        """Fail."""
        await turns(2)
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await ToolNode([hangs, fails]).ainvoke([asked(("hangs", {}), ("fails", {}))])
    assert ended == ["hangs"]


# Errors.


@tool
def refuse(x: int = 0) -> str:
    """Refuse."""
    raise ToolException("not today")


def test_the_model_is_told_of_its_own_mistakes_alone():
    node = ToolNode([add, refuse])
    (message,) = node.invoke([asked(("add", {"a": "x"}))])
    assert (message.status, message.name, message.tool_call_id) == ("error", "add", "0")
    assert "arguments of tool 'add' do not fit" in message.content
    assert "'a': 'x'" in message.content
    assert message.content.count("\n") > 2
    with pytest.raises(ToolException, match="not today"):
        node.invoke([asked(("refuse", {}))])


def test_unknown_tools():
    (message,) = ToolNode([add, shout]).invoke([asked(("ad", {}))])
    assert message.status == "error"
    assert "there is no tool 'ad'" in message.content
    assert "'add'" in message.content
    (message,) = ToolNode([]).invoke([asked(("ad", {}))])
    assert message.content.endswith("there are: none.")


def test_what_a_tool_handles_itself_is_no_error_of_the_node():
    handled = refuse.model_copy(update={"handle_tool_error": "closed"})
    (message,) = ToolNode([handled], handle_tool_errors=False).invoke([asked(("refuse", {}))])
    assert (message.content, message.status) == ("closed", "error")


def test_errors_of_arguments_are_typed_where_nobody_is_told():
    with pytest.raises(ToolInvocationError) as raised:
        ToolNode([add], handle_tool_errors=False).invoke([asked(("add", {"a": "x", "b": 1}))])
    assert raised.value.tool_name == "add"
    assert raised.value.tool_kwargs == {"a": "x", "b": 1}
    assert isinstance(raised.value.source, ValidationError)


def test_a_validation_error_inside_a_tool_is_the_tool_s():
    @tool
    def nested(x: int) -> str:
        """Call another."""
        return add.invoke({"a": "x"})

    with pytest.raises(ValidationError):
        ToolNode([nested]).invoke([asked(("nested", {"x": 1}))])


async def test_what_is_no_exception_always_leaves():
    class Stop(BaseException):
        pass

    @tool
    def stop() -> str:
        """Stop."""
        raise Stop

    node = ToolNode([stop], handle_tool_errors=True)
    with pytest.raises(Stop):
        node.invoke([asked(("stop", {}))])
    with pytest.raises(Stop):
        await node.ainvoke([asked(("stop", {}))])


def test_nothing_injected_is_told():
    from typing import Annotated  # noqa: PLC0415

    from stepgraph.prebuilt import InjectedState  # noqa: PLC0415

    @tool
    def secretive(x: int, state: Annotated[dict, InjectedState]) -> str:
        """Look."""
        return "ok"

    given = {"messages": [asked(("secretive", {"x": "?"}))], "secret": "hidden"}
    (message,) = ToolNode([secretive]).invoke(given)["messages"]
    assert message.status == "error"
    assert "hidden" not in message.content


# Commands.


def test_a_command_answers_its_call():
    @tool
    def silent() -> Command:
        """Write."""
        return Command(update={"x": 1})

    with pytest.raises(ValueError, match=r"the Command of tool 'silent' must answer its call: put ToolMessage\("):
        ToolNode([silent]).invoke([asked(("silent", {}))])

    @tool
    def above() -> Command:
        """Write."""
        return Command(update={"x": 1}, graph=Command.PARENT)

    (command,) = ToolNode([above]).invoke([asked(("above", {}))])
    assert command.update == {"x": 1}


def test_sends_to_the_parent_are_one_command():
    @tool
    def over(to: str) -> Command:
        """Hand over."""
        return Command(graph=Command.PARENT, goto=[Send(to, {"for": to})])

    found = ToolNode([over, add]).invoke(
        {"messages": [asked(("over", {"to": "a"}), ("add", {"a": 1, "b": 1}), ("over", {"to": "b"}))]}
    )
    assert contents(found[0]["messages"]) == [("1", "2")]
    (command,) = found[1:]
    assert command == Command(graph=Command.PARENT, goto=[Send("a", {"for": "a"}), Send("b", {"for": "b"})])


def test_a_list_with_something_else_in_it_is_content():
    @tool
    def mixed() -> list:
        """Mix."""
        return [ToolMessage("a", tool_call_id="0"), "text"]

    (message,) = ToolNode([mixed]).invoke([asked(("mixed", {}))])
    assert "text" in message.content


# Who hears of it.


def test_handlers_hear_of_each_call():
    heard = []

    class Handler(BaseCallbackHandler):
        run_inline = True

        def on_tool_start(self, serialized, input_str, *, tags, **facts):
            heard.append((serialized["name"], sorted(tags), facts["tool_call_id"]))

        def on_tool_end(self, output, **facts):
            heard.append(output.content)

    node = ToolNode([add], tags=["mine"])
    node.invoke([asked(("add", {"a": 1, "b": 1}))], {"callbacks": [Handler()], "tags": ["t"]})
    assert heard == [("add", ["mine", "t"], "0"), "2"]


async def test_calls_without_an_id_are_answered():
    found = await ToolNode([add]).ainvoke([calling("add", a=1, b=1)])
    assert [each.content for each in found] == ["2"]
