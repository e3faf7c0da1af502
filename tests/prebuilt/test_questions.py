"""Questions of tools that run side by side: all are asked, in the order of the calls, and each gets its own answer."""

import asyncio
import operator
import threading
from typing import Annotated

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.messages import AIMessage
from stepgraph.prebuilt import ToolNode
from stepgraph.tools import tool
from stepgraph.types import Command, interrupt
from tests.pregel.colours import PATIENCE
from tests.pregel.threads import asked, thread


class Turns:
    """Lets the tool of the last call ask first, and that of the first call last; or the other way round."""

    def __init__(self, count, step=-1):
        self._gates = {number: threading.Event() for number in range(count)}
        self._gates[0 if step > 0 else count - 1].set()
        self._step = step

    def wait(self, number):
        assert self._gates[number].wait(PATIENCE)

    def done(self, number):
        if number + self._step in self._gates:
            self._gates[number + self._step].set()


def asking(turns, is_async):
    def questions(number, count):
        try:
            return ",".join(interrupt(f"{number}.{each}") for each in range(count))
        finally:
            turns.done(number)

    if is_async:

        @tool
        async def ask(number: int, count: int) -> str:
            """Ask."""
            await asyncio.to_thread(turns.wait, number)
            return questions(number, count)

    else:

        @tool
        def ask(number: int, count: int) -> str:
            """Ask."""
            turns.wait(number)
            return questions(number, count)

    return ask


def calls_of(*counts):
    made = [
        {"name": "ask", "args": {"number": number, "count": count}, "id": str(number)}
        for number, count in enumerate(counts)
    ]
    return {"messages": [AIMessage("", tool_calls=made)]}


def graph_of(node, saver, nested=False):
    inner = StateGraph(MessagesState).add_node("tools", node).add_edge(START, "tools")
    if not nested:
        return inner.compile(checkpointer=saver)
    outer = StateGraph(MessagesState).add_node("inner", inner.compile()).add_edge(START, "inner")
    return outer.compile(checkpointer=saver)


async def run(graph, given, runs_async):
    return await graph.ainvoke(given, thread()) if runs_async else graph.invoke(given, thread())


colours = pytest.mark.parametrize(
    ("runs_async", "is_async"), [(False, False), (True, False), (True, True)], ids=["sync", "threads", "async"]
)


@colours
@pytest.mark.parametrize("nested", [False, True])
async def test_plain_answers_go_to_the_calls_in_their_order_whichever_asks_first(nested, runs_async, is_async):
    saver = InMemorySaver()
    shown = []
    given = calls_of(1, 2, 1)
    for answer in ("A", "B", "C", "D", None):
        graph = graph_of(ToolNode([asking(Turns(3), is_async)]), saver, nested)
        found = await run(graph, given, runs_async)
        shown.append(asked(found) if answer else [each.content for each in found["messages"][1:]])
        given = Command(resume=answer)
    assert shown == [["0.0", "1.0", "2.0"], ["1.0", "2.0"], ["1.1", "2.0"], ["2.0"], ["A", "B,C", "D"]]


@colours
async def test_answers_across_processes(runs_async, is_async, tmp_path):
    given, shown = calls_of(2, 1), []
    for answer in ("A", "B", "C", None):
        with SqliteSaver.from_conn_string(str(tmp_path / "threads.sqlite")) as saver:
            graph = graph_of(ToolNode([asking(Turns(2), is_async)]), saver, nested=True)
            found = await run(graph, given, runs_async)
        shown.append(asked(found) if answer else [each.content for each in found["messages"][1:]])
        given = Command(resume=answer)
    assert shown == [["0.0", "1.0"], ["0.1", "1.0"], ["1.0"], ["A,B", "C"]]


async def test_an_answer_is_for_the_question_that_was_shown_not_for_a_later_one():
    """The only question is that of the last call; when it is answered, the first call asks for the first time."""
    late = []

    @tool
    def ask(number: int, count: int) -> str:
        """Ask, the first call from the second time on, and before the other one does."""
        if number == 0 and not late:
            return "nothing"
        turns.wait(1 - number)
        try:
            return str(interrupt(f"{number}"))
        finally:
            turns.done(1 - number)

    turns = Turns(2)
    graph = graph_of(ToolNode([ask]), InMemorySaver())
    turns.done(1)
    assert asked(await graph.ainvoke(calls_of(1, 1), thread())) == ["1"]
    late.append(True)
    turns = Turns(2)
    assert asked(await graph.ainvoke(Command(resume="for 1"), thread())) == ["0"]
    answers = await graph.ainvoke(Command(resume="for 0"), thread())
    assert [each.content for each in answers["messages"][1:]] == ["for 0", "for 1"]


@pytest.mark.parametrize("runs_async", [False, True])
async def test_graphs_in_tools_keep_what_is_theirs_whichever_begins_first(runs_async):
    class Numbered(TypedDict):
        number: int
        log: Annotated[list, operator.add]

    inner = StateGraph(Numbered)
    inner.add_node("note", lambda state: {"log": [state["number"]]})
    inner.add_node("ask", lambda state: {"log": [interrupt(state["number"])]})
    inner = inner.add_edge(START, "note").add_edge("note", "ask").compile()

    @tool
    def ask(number: int, count: int) -> str:
        """Ask."""
        turns.wait(number)
        try:
            return str([inner.invoke({"number": number, "log": []})["log"] for _ in range(count)])
        finally:
            turns.done(number)

    graph = graph_of(ToolNode([ask]), InMemorySaver())
    given, shown = calls_of(1, 2, 1), []
    for number, answer in enumerate(("A", "B", "C", "D", None)):
        turns = Turns(3, step=1 if number % 2 else -1)
        found = await run(graph, given, runs_async)
        shown.append(asked(found) if answer else [each.content for each in found["messages"][1:]])
        given = Command(resume=answer)
    assert shown[:-1] == [[0, 1, 2], [1, 2], [1, 2], [2]]
    assert shown[-1] == ["[[0, 'A']]", "[[1, 'B'], [1, 'C']]", "[[2, 'D']]"]


@pytest.mark.parametrize("runs_async", [False, True])
async def test_an_error_is_told_before_a_question(runs_async):
    @tool
    def ask(number: int, count: int) -> str:
        """Ask."""
        return str(interrupt("?")) if number else str(1 / 0)

    graph = graph_of(ToolNode([ask]), InMemorySaver())
    with pytest.raises(ZeroDivisionError):
        await run(graph, calls_of(1, 1), runs_async)
