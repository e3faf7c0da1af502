"""What handlers hear of the run of a tool."""

import asyncio
import inspect
from typing import Annotated

import pytest
from pydantic import ValidationError

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.config import RunnableConfig
from stepgraph.tools import InjectedToolArg, tool
from tests.tools.adding import add, request


class Diary(BaseCallbackHandler):
    def __init__(self):
        self.heard = []
        self.runs = []

    def on_tool_start(self, serialized, input_str, **facts):
        kept = ("inputs", "tool_call_id", "name", "tags", "metadata")
        self.heard.append(("start", serialized, input_str, {key: facts.get(key) for key in kept}))
        self.runs.append((facts["run_id"], facts["parent_run_id"]))

    def on_tool_end(self, output, **facts):
        self.heard.append(("end", output))

    def on_tool_error(self, error, **facts):
        self.heard.append(("error", type(error).__name__, facts.get("tool_call_id")))


def test_handlers_hear_of_a_run(call):
    diary = Diary()
    message = call(add, request("add", {"a": 1}), {"callbacks": [diary], "tags": ["t"], "run_name": "sum"})
    facts = {"inputs": {"a": 1}, "tool_call_id": "call-1", "name": "sum", "tags": ["t"], "metadata": {}}
    assert diary.heard == [("start", {"name": "add", "description": "Add."}, "{'a': 1}", facts), ("end", message)]


def test_handlers_see_nothing_that_is_injected(call):
    @tool
    def ask(a: int, secret: Annotated[str, InjectedToolArg], config: RunnableConfig) -> int:
        """Ask."""
        return a

    diary = Diary()
    call(ask, {"a": 1, "secret": "hidden", "config": "hidden"}, {"callbacks": [diary]})
    assert diary.heard[0][2:] == ("{'a': 1}", {**diary.heard[0][3], "inputs": {"a": 1}})


def test_handlers_hear_of_errors(call):
    diary = Diary()
    with pytest.raises(ValidationError):
        call(add, request("add", {"a": "x"}), {"callbacks": [diary]})
    assert diary.heard[-1] == ("error", "ValidationError", "call-1")


def test_runs_inside_are_below(call):
    diary = Diary()

    @tool
    def outer(a: int) -> int:
        """Call another."""
        return add.invoke({"a": a})

    assert call(outer, {"a": 1}, {"callbacks": [diary]}) == 3
    assert [each[0] for each in diary.heard] == ["start", "start", "end", "end"]
    (above, nothing), (_, parent) = diary.runs
    assert (parent, nothing) == (above, None)


async def test_a_cancelled_tool_ends_with_an_error():
    class Waits(AsyncCallbackHandler):
        def __init__(self):
            self.heard = []

        async def on_tool_error(self, error, **facts):
            self.heard.append(type(error).__name__)

    entered, waits = asyncio.Event(), Waits()

    @tool
    async def forever() -> str:
        """Wait."""
        entered.set()
        await asyncio.Event().wait()
        return ""

    task = asyncio.ensure_future(forever.ainvoke({}, {"callbacks": [waits]}))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert waits.heard == ["CancelledError"]


def test_run_takes_what_a_config_has():
    diary = Diary()
    own = Diary()
    heard = add.model_copy(update={"callbacks": [own]})
    assert heard.run({"a": 1}, callbacks=[diary], tags=["t"], tool_call_id="7").tool_call_id == "7"
    assert asyncio.run(heard.arun({"a": 1}, callbacks=[diary])) == 3
    assert [each[0] for each in diary.heard] == [each[0] for each in own.heard] == ["start", "end"] * 2


def test_a_call_that_nobody_hears_reads_no_signature(monkeypatch):
    add.invoke({"a": 1})
    monkeypatch.setattr(inspect, "signature", None)
    assert add.invoke({"a": 1}) == 3
    assert add.invoke({"a": 1}, {"tags": ["t"]}) == 3
