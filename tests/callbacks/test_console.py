"""The tree of runs on a console."""

import asyncio
import re
from typing import Any

import pytest

from stepgraph.callbacks import ConsoleCallbackHandler, FunctionCallbackHandler
from stepgraph.callbacks.console import _duration
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, awaited, manager_of, run


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [re.sub(r"\d+\.\d m?s", "…", line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("door", COLOURS)
async def test_a_line_for_each_start_and_end(door: str, capsys: pytest.CaptureFixture[str]):
    inner = RunnableLambda(lambda x: {"b": x + 1}, name="inner")
    outer = RunnableLambda(lambda x: inner.invoke(x), name="outer")
    await run(outer, door, 1, {"callbacks": [ConsoleCallbackHandler()]})
    assert lines(capsys) == [
        'start  chain:outer  {"input": 1}',
        'start  chain:outer > chain:inner  {"input": 1}',
        'end    chain:outer > chain:inner  …  {"b": 2}',
        'end    chain:outer  …  {"b": 2}',
    ]


@pytest.mark.parametrize("door", COLOURS)
async def test_a_failure_with_its_traceback(door: str, capsys: pytest.CaptureFixture[str]):
    def fail(x: int) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run(RunnableLambda(fail), door, 1, {"callbacks": [ConsoleCallbackHandler()]})
    shown = lines(capsys)
    assert shown[:3] == ['start  chain:fail  {"input": 1}', "error  chain:fail  …  ValueError('no')", ""]
    assert shown[3] == "Traceback (most recent call last):"
    assert shown[-1] == "ValueError: no"


async def test_runs_of_other_types(capsys: pytest.CaptureFixture[str]):
    manager = manager_of("ainvoke", ConsoleCallbackHandler())
    chain = await manager.on_chain_start({}, "x", name="agent")
    tool = await chain.get_child().on_tool_start({}, "x", name="lookup", inputs={"q": "x"})
    await tool.on_tool_end("found")
    [model] = await chain.get_child().on_llm_start({}, ["hi"], name="small")
    await model.on_llm_new_token("h")
    await model.on_llm_end({"text": "ho"})
    assert lines(capsys)[1:] == [
        'start  chain:agent > tool:lookup  {"q": "x"}',
        'end    chain:agent > tool:lookup  …  {"output": "found"}',
        'start  chain:agent > llm:small  {"prompts": ["hi"]}',
        'end    chain:agent > llm:small  …  {"text": "ho"}',
    ]


async def test_what_is_no_json_is_shown_too(capsys: pytest.CaptureFixture[str]):
    class Odd:
        def __repr__(self) -> str:
            return "<odd>"

    cycle: dict[str, Any] = {}
    cycle["self"] = cycle
    for value, shown in [
        ({"a": Odd()}, '{"a": "<odd>"}'),
        ({(1, 2): 3}, "{(1, 2): 3}"),
        (cycle, "{'self': {...}}"),
        ("größer", '{"input": "größer"}'),
    ]:
        run = await awaited(manager_of("invoke", ConsoleCallbackHandler()).on_chain_start({}, value, name="x"))
        run.on_chain_end(None)
        assert lines(capsys)[0] == f"start  chain:x  {shown}"


@pytest.mark.parametrize(
    ("color", "terminal", "expected"),
    [(True, False, True), (None, True, True), (None, False, False), (False, True, False)],
)
async def test_colours_where_the_output_is_a_terminal(
    color: Any, terminal: bool, expected: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    RunnableLambda(lambda x: x, name="x").invoke(1, {"callbacks": [ConsoleCallbackHandler(color)]})
    assert capsys.readouterr().out.startswith("\x1b[32mstart\x1b[0m  chain:x" if expected else "start  chain:x")


async def test_branches_that_run_side_by_side_each_have_their_way(capsys: pytest.CaptureFixture[str]):
    begun: list[int] = []
    both = asyncio.Event()

    async def step(x: int) -> int:
        begun.append(x)
        if len(begun) == 2:
            both.set()
        await both.wait()
        return x

    await RunnableLambda(step, name="step").abatch([1, 2], {"callbacks": [ConsoleCallbackHandler()]})
    shown = lines(capsys)
    assert shown[:2] == ['start  chain:step  {"input": 1}', 'start  chain:step  {"input": 2}']
    assert sorted(shown[2:]) == ['end    chain:step  …  {"output": 1}', 'end    chain:step  …  {"output": 2}']


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.00123, "1.2 ms"), (0.9, "900.0 ms"), (1.5, "1.50 s"), (75, "75.00 s")]
)
def test_durations(seconds: float, text: str):
    assert _duration(seconds) == text


@pytest.mark.parametrize("door", COLOURS)
async def test_the_lines_may_go_to_a_function(door: str, capsys: pytest.CaptureFixture[str]):
    told: list[str] = []

    class Mine(FunctionCallbackHandler):
        run_inline = True

    for handler in (FunctionCallbackHandler(told.append), Mine(told.append)):
        await run(RunnableLambda(lambda x: x + 1, name="step"), door, 1, {"callbacks": [handler]})
    told = [re.sub(r"\d+\.\d m?s", "…", line) for line in told]
    assert told == ['start  chain:step  {"input": 1}', 'end    chain:step  …  {"output": 2}'] * 2
    assert capsys.readouterr().out == ""
