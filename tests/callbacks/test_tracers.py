"""Tracers get the record of a run in place of events, and forget it when it has ended."""

import asyncio
import logging
import threading
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from stepgraph.callbacks import AsyncBaseTracer, BaseTracer, Run
from stepgraph.callbacks.base import EVENTS
from stepgraph.callbacks.dispatch import _kind
from stepgraph.runnables import RunnableLambda, RunnableParallel
from tests.callbacks.ears import COLOURS, awaited, manager_of, run

HOOKS = [
    f"_on_{kind}_{what}"
    for kind in ("llm", "chat_model", "chain", "tool", "retriever")
    for what in ("start", "end", "error")
]


def _noting(hook: str) -> Any:
    def method(self: Any, run: Run, *rest: Any) -> None:
        self.calls.append((hook, run, *rest))

    return method


def _noting_async(hook: str) -> Any:
    async def method(self: Any, run: Run, *rest: Any) -> None:
        await asyncio.sleep(0)
        self.calls.append((hook, run, *rest))

    return method


_ALL = [*HOOKS, "_on_run_create", "_on_run_update", "_persist_run", "_on_llm_new_token"]
_ATTRIBUTES = {hook: _noting(hook) for hook in _ALL}
_ASYNC_ATTRIBUTES = {hook: _noting_async(hook) for hook in _ALL}
KINDS: dict[str, Any] = {
    "sync": type("Tracer", (BaseTracer,), _ATTRIBUTES),
    "inline": type("InlineTracer", (BaseTracer,), {**_ATTRIBUTES, "run_inline": True}),
    "async": type("AsyncTracer", (AsyncBaseTracer,), _ASYNC_ATTRIBUTES),
}


@pytest.fixture(params=KINDS)
def tracer(request: pytest.FixtureRequest) -> Any:
    made = KINDS[request.param]()
    made.calls = []
    return made


def names(tracer: Any) -> list[tuple[str, str]]:
    return [(hook, run.name) for hook, run, *_ in tracer.calls]


@pytest.mark.parametrize("door", COLOURS)
async def test_the_hooks_of_a_tree_of_runs(door: str, tracer: Any):
    inner = RunnableLambda(lambda x: x + 1, name="inner")
    outer = RunnableLambda(lambda x: inner.invoke(x), name="outer")
    await run(outer, door, 1, {"callbacks": [tracer], "tags": ["a"], "metadata": {"m": 1}})
    assert names(tracer) == [
        ("_on_run_create", "outer"),
        ("_on_chain_start", "outer"),
        ("_on_run_create", "inner"),
        ("_on_chain_start", "inner"),
        ("_on_run_update", "inner"),
        ("_on_chain_end", "inner"),
        ("_persist_run", "outer"),
        ("_on_run_update", "outer"),
        ("_on_chain_end", "outer"),
    ]
    root = tracer.calls[0][1]
    [child] = root.child_runs
    assert (root.inputs, root.outputs, root.tags, root.metadata) == ({"input": 1}, {"output": 2}, ["a"], {"m": 1})
    assert (child.name, child.parent_run_id, child.trace_id) == ("inner", root.id, root.id)
    assert len(tracer._tree) == 0


@pytest.mark.parametrize("door", COLOURS)
async def test_dicts_are_inputs_and_outputs_as_they_are(door: str, tracer: Any):
    await run(RunnableLambda(lambda x: {"b": x["a"]}), door, {"a": 1}, {"callbacks": [tracer]})
    root = tracer.calls[0][1]
    assert (root.inputs, root.outputs) == ({"a": 1}, {"b": 1})


@pytest.mark.parametrize("door", COLOURS)
async def test_a_run_that_fails(door: str, tracer: Any):
    def fail(x: int) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run(RunnableLambda(fail) | RunnableLambda(fail), door, 1, {"callbacks": [tracer]})
    assert [hook for hook, _ in names(tracer)][-5:] == [
        "_on_run_update",
        "_on_chain_error",
        "_persist_run",
        "_on_run_update",
        "_on_chain_error",
    ]
    root = tracer.calls[0][1]
    assert root.error.startswith("ValueError('no')")
    assert root.child_runs[0].error.startswith("ValueError('no')")
    assert len(tracer._tree) == 0


async def each_kind(manager: Any, fails: bool) -> None:
    """Report a run of each kind."""
    error = ValueError("no")
    answer = SimpleNamespace(generations=[["g"]], llm_output=None)
    for event, given in (("llm", ["p"]), ("chat_model", [["m"]])):
        [model] = await awaited(getattr(manager, f"on_{event}_start")({}, given, name=event))
        await awaited(model.on_llm_new_token("t", chunk="c"))
        await awaited(model.on_retry(SimpleNamespace(attempt_number=1)))
        await awaited(model.on_llm_error(error) if fails else model.on_llm_end(answer))
    chain = await awaited(manager.on_chain_start({}, "in", name="parse", run_type="parser"))
    await awaited(chain.on_chain_error(error) if fails else chain.on_chain_end("out"))
    tool = await awaited(manager.on_tool_start({}, "in", name="tool"))
    await awaited(tool.on_tool_error(error) if fails else tool.on_tool_end("out"))
    tool = await awaited(manager.on_tool_start({}, "{'a': 1}", name="tool", inputs={"a": 1}))
    await awaited(tool.on_tool_error(error) if fails else tool.on_tool_end("out"))
    retriever = await awaited(manager.on_retriever_start({}, "q", name="retriever"))
    await awaited(retriever.on_retriever_error(error) if fails else retriever.on_retriever_end(["d"]))


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("door", COLOURS)
async def test_runs_of_each_kind(door: str, fails: bool, tracer: Any):
    await each_kind(manager_of(door, tracer), fails)
    ended = [run for hook, run, *_ in tracer.calls if hook == "_persist_run"]
    answer: dict[str, Any] = {} if fails else {"generations": [["g"]], "llm_output": None}
    output: dict[str, Any] = {} if fails else {"output": "out"}
    found: dict[str, Any] = {} if fails else {"documents": ["d"]}
    assert [(run.run_type, run.inputs, run.outputs) for run in ended] == [
        ("llm", {"prompts": ["p"]}, answer),
        ("chat_model", {"messages": [["m"]]}, answer),
        ("parser", {"input": "in"}, output),
        ("tool", {"input": "in"}, output),
        ("tool", {"a": 1}, output),
        ("retriever", {"query": "q"}, found),
    ]
    assert [run.error is not None for run in ended] == [fails] * 6
    what = "error" if fails else "end"
    kinds = ("llm", "chat_model", "chain", "tool", "tool", "retriever")
    expected = [hook for kind in kinds for hook in (f"_on_{kind}_start", f"_on_{kind}_{what}")]
    assert [hook for hook, *_ in tracer.calls if hook in HOOKS] == expected
    assert [each["name"] for each in ended[0].events] == ["start", "new_token", "retry", what]
    assert [rest for hook, _, *rest in tracer.calls if hook == "_on_llm_new_token"] == [["t", "c"]] * 2
    assert len(tracer._tree) == 0


@pytest.mark.parametrize("response", [{"text": "x"}, "x"])
async def test_answers_of_other_shapes(response: Any, tracer: Any):
    [model] = await awaited(manager_of("ainvoke", tracer).on_llm_start({}, ["p"]))
    await model.on_llm_end(response)
    assert tracer.calls[-1][1].outputs == ({"text": "x"} if isinstance(response, dict) else {"output": "x"})


@pytest.mark.parametrize("door", COLOURS)
async def test_a_tracer_hears_a_part_of_a_tree_as_a_tree(door: str, tracer: Any):
    part = RunnableLambda(lambda x: x, name="part").with_config(callbacks=[tracer])
    await run(RunnableLambda(lambda x: x) | part, door, 1, {"tags": ["a"]})
    await run(RunnableLambda(lambda x: x) | part, door, 1, {"callbacks": [BaseTracer()]})
    ended = [run for hook, run, *_ in tracer.calls if hook == "_persist_run"]
    assert [run.name for run in ended] == ["part", "part"]
    assert ended[1].parent_run_id is not None
    assert len(tracer._tree) == 0


@pytest.mark.parametrize("door", COLOURS)
async def test_branches_side_by_side_are_children_of_one_run(door: str, tracer: Any):
    barrier = threading.Barrier(3)

    def together(x: int) -> int:
        barrier.wait(10)
        return x

    branches = RunnableParallel({name: RunnableLambda(together, name=name) for name in "abc"})
    await run(branches, door, 1, {"callbacks": [tracer]})
    root = tracer.calls[0][1]
    assert sorted(child.name for child in root.child_runs) == ["a", "b", "c"]
    assert {child.parent_run_id for child in root.child_runs} == {root.id}
    assert len(tracer._tree) == 0


@pytest.mark.parametrize("hook", ["_on_run_create", "_persist_run", "_on_run_update", "_on_chain_end"])
@pytest.mark.parametrize("base", [BaseTracer, AsyncBaseTracer])
@pytest.mark.parametrize("door", COLOURS)
async def test_a_hook_that_raises_leaves_nothing_behind(
    door: str, base: Any, hook: str, caplog: pytest.LogCaptureFixture
):
    def fail(self, run):
        raise LookupError("gone")

    async def fail_async(self, run):
        raise LookupError("gone")

    tracer = type("Mine", (base,), {hook: fail if base is BaseTracer else fail_async})()
    await run(RunnableLambda(lambda x: x) | RunnableLambda(lambda x: x), door, 1, {"callbacks": [tracer]})
    assert len(tracer._tree) == 0
    messages = {record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING}
    event = "on_chain_start" if hook == "_on_run_create" else "on_chain_end"
    assert messages == {f"callback handler Mine failed in {event}: LookupError: gone"}


@pytest.mark.parametrize("door", COLOURS)
async def test_a_thousand_runs_leave_nothing_behind(door: str, tracer: Any):
    step = RunnableLambda(lambda x: x, run_inline=True)
    for _ in range(50):
        config = {"callbacks": [tracer]}
        inputs = list(range(10))
        await (step.abatch(inputs, config) if door == "ainvoke" else asyncio.to_thread(step.batch, inputs, config))
        async with aclosing(step.astream(1, config)) as chunks:
            async for _ in chunks:
                break
    assert len(tracer._tree) == 0


@pytest.mark.parametrize("door", COLOURS)
async def test_ends_of_runs_that_it_did_not_hear_start_are_left_out(door: str, tracer: Any, caplog: Any):
    manager = manager_of(door)
    run = await awaited(manager.on_chain_start({}, 1))
    [model] = await awaited(manager.on_llm_start({}, ["p"]))
    for each in (run, model):
        each.handlers = [tracer]
    await awaited(run.on_chain_end(1))
    await awaited(model.on_llm_new_token("t"))
    await awaited(model.on_retry(None))
    await awaited(model.on_llm_end(None))
    assert tracer.calls == []
    assert caplog.records == []


@pytest.mark.parametrize("base", [BaseTracer, AsyncBaseTracer])
def test_both_colours_know_the_same_events_and_hooks(base: Any):
    quiet = {"on_text", "on_custom_event", "on_agent_action", "on_agent_finish"}
    methods = {event for event in EVENTS if _kind(getattr(base, event)) != "silent"}
    assert methods == set(EVENTS) - quiet
    kinds = {_kind(getattr(base, event)) for event in methods}
    assert kinds == {"async" if base is AsyncBaseTracer else "sync"}
    assert [hook for hook in _ALL if not hasattr(base, hook)] == []


def test_inputs_that_come_late():
    tracer = KINDS["sync"]()
    tracer.calls = []
    run_id = uuid4()
    tracer.on_chain_start({}, {"input": ""}, run_id=run_id)
    tracer.on_chain_end("out", run_id=run_id, inputs="all of it")
    assert tracer.calls[-1][1].inputs == {"input": "all of it"}
