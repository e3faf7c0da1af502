"""Which function of a tool runs, and where: in a thread, or on the loop."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from stepgraph.tools import StructuredTool, Tool, tool


def test_a_sync_function_runs_in_a_thread_with_its_context():
    who: ContextVar[str] = ContextVar("who", default="nobody")

    @tool
    def ask() -> str:
        """Ask."""
        return f"{who.get()} {threading.current_thread() is threading.main_thread()}"

    async def run():
        who.set("ada")
        return await ask.ainvoke({})

    assert asyncio.run(run()) == "ada False"


async def test_an_async_function_stays_on_the_loop():
    @tool
    async def ask() -> bool:
        """Ask."""
        return threading.current_thread() is threading.main_thread()

    assert await ask.ainvoke({})


async def test_a_sync_tool_does_not_block_the_loop():
    entered, go_on = threading.Event(), threading.Event()

    @tool
    def wait() -> bool:
        """Wait."""
        entered.set()
        return go_on.wait(10)

    task = asyncio.ensure_future(wait.ainvoke({}))
    assert await asyncio.to_thread(entered.wait, 10)
    go_on.set()
    assert await task


def test_an_async_tool_says_so_to_sync_code():
    @tool
    async def ask() -> str:
        """Ask."""
        return ""

    with pytest.raises(NotImplementedError, match=r"tool 'ask' is async only; use `await ….ainvoke"):
        ask.invoke({})
    hidden = Tool("hidden", lambda text: later(text), "Hidden.")
    with pytest.raises(NotImplementedError, match="the function of tool 'hidden' is async"):
        hidden.invoke("a")
    assert asyncio.run(hidden.ainvoke("a")) == "a later"


async def later(text):
    return f"{text} later"


def test_a_tool_of_both_colours():
    both = StructuredTool.from_function(
        lambda a: f"sync {a}", later, name="both", description="Both.", args_schema=None
    )
    both = both.model_copy(update={"coroutine": asynchronous})
    assert both.invoke({"a": 1}) == "sync 1"
    assert asyncio.run(both.ainvoke({"a": 1})) == "async 1"


async def asynchronous(a):
    return f"async {a}"
