"""Listeners hear the run that they were bound to, and none inside it."""

import asyncio
import threading
from typing import Any

import pytest

from stepgraph.runnables import RunnableLambda, RunnableParallel
from tests.callbacks.ears import COLOURS, ear, run

inner = RunnableLambda(lambda x: x + 1, name="inner")


class Listening:
    """Binds listeners that note what they hear."""

    def __init__(self, awaits: bool) -> None:
        self.heard: list[Any] = []
        self.awaits = awaits

    def bound(self, runnable: Any) -> Any:
        if not self.awaits:
            return runnable.with_listeners(
                on_start=lambda run: self.heard.append(("start", run)),
                on_end=lambda run: self.heard.append(("end", run)),
                on_error=lambda run: self.heard.append(("error", run)),
            )

        def noting(what: str) -> Any:
            async def listener(run: Any) -> None:
                await asyncio.sleep(0)
                self.heard.append((what, run))

            return listener

        return runnable.with_alisteners(on_start=noting("start"), on_end=noting("end"), on_error=noting("error"))

    @property
    def names(self) -> list[tuple[str, str]]:
        return [(what, run.name) for what, run in self.heard]


@pytest.fixture(params=["with_listeners", "with_alisteners"])
def listening(request: pytest.FixtureRequest) -> Listening:
    return Listening(request.param == "with_alisteners")


@pytest.mark.parametrize("door", COLOURS)
async def test_a_run_and_not_those_inside_it(door: str, listening: Listening):
    outer = RunnableLambda(lambda x: inner.invoke(x), name="outer")
    assert await run(listening.bound(outer), door, 1) == 2
    assert listening.names == [("start", "outer"), ("end", "outer")]
    record = listening.heard[-1][1]
    assert (record.inputs, record.outputs, record.error) == ({"input": 1}, {"output": 2}, None)
    assert [child.name for child in record.child_runs] == ["inner"]
    assert record.end_time >= record.start_time


@pytest.mark.parametrize("door", COLOURS)
async def test_a_run_inside_others(door: str, listening: Listening):
    handler = ear("inline")
    whole = inner | listening.bound(inner.with_config(run_name="mine")) | inner
    assert await run(whole, door, 1, {"callbacks": [handler]}) == 4
    assert listening.names == [("start", "mine"), ("end", "mine")]
    assert handler.events.count("on_chain_start") == 4


@pytest.mark.parametrize("door", COLOURS)
async def test_a_run_that_fails(door: str, listening: Listening):
    def fail(x: int) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run(listening.bound(RunnableLambda(fail)), door, 1)
    assert listening.names == [("start", "fail"), ("error", "fail")]
    assert listening.heard[-1][1].error.startswith("ValueError('no')")


@pytest.mark.parametrize("door", COLOURS)
async def test_each_call_is_a_run_of_its_own(door: str, listening: Listening):
    bound = listening.bound(inner)
    for number in range(3):
        await run(bound, door, number)
    assert [run.inputs["input"] for what, run in listening.heard if what == "end"] == [0, 1, 2]


@pytest.mark.parametrize("door", COLOURS)
async def test_each_item_of_a_batch_is_heard(door: str, listening: Listening):
    outer = listening.bound(RunnableLambda(lambda x: inner.invoke(x), name="outer"))
    if door == "ainvoke":
        found = await outer.abatch([1, 2, 3], {"tags": ["a"]})
    else:
        found = await asyncio.to_thread(outer.batch, [1, 2, 3], {"tags": ["a"]})
    assert found == [2, 3, 4]
    ended = {run.inputs["input"]: run for what, run in listening.heard if what == "end"}
    assert {number: run.outputs["output"] for number, run in ended.items()} == {1: 2, 2: 3, 3: 4}
    assert {len(run.child_runs) for run in ended.values()} == {1}
    assert len(listening.heard) == 6


@pytest.mark.parametrize("door", COLOURS)
async def test_each_branch_that_it_stands_in_is_heard(door: str, listening: Listening):
    bound = listening.bound(inner)
    await run(RunnableParallel(a=bound, b=bound), door, 1)
    assert sorted(listening.names) == [("end", "inner")] * 2 + [("start", "inner")] * 2


@pytest.mark.parametrize("awaits", [False, True])
@pytest.mark.parametrize("door", COLOURS)
async def test_listeners_of_two_arguments_get_the_config(door: str, awaits: bool):
    heard = []

    def note(record: Any, config: Any) -> None:
        heard.append((record.name, config["tags"], config["configurable"]))

    async def note_async(record: Any, config: Any) -> None:
        note(record, config)

    bound = inner.with_alisteners(on_end=note_async) if awaits else inner.with_listeners(on_end=note)
    await run(bound, door, 1, {"tags": ["a"], "configurable": {"b": 1}})
    assert heard == [("inner", ["a"], {"b": 1})]


@pytest.mark.parametrize("door", COLOURS)
async def test_the_config_is_the_one_that_is_around(door: str):
    heard = []
    bound = inner.with_listeners(on_start=lambda run, config: heard.append(config["configurable"]))
    await run(inner | bound, door, 1, {"configurable": {"b": 1}})
    assert heard == [{"b": 1}]


async def test_listeners_of_two_bindings_all_hear():
    heard: list[str] = []
    bound = inner.with_listeners(on_end=lambda run: heard.append("first"))
    bound = bound.with_config(run_name="both").with_listeners(on_end=lambda run: heard.append(f"second {run.name}"))
    await bound.ainvoke(1)
    assert heard == ["first", "second both"]


async def test_sync_listeners_of_an_async_run_may_block_and_async_ones_are_on_the_loop():
    threads: list[int] = []
    loops: list[Any] = []

    async def note(run: Any) -> None:
        loops.append(asyncio.get_running_loop())

    bound = inner.with_listeners(on_start=lambda run: threads.append(threading.get_ident()))
    await bound.with_alisteners(on_start=note).ainvoke(1)
    assert threading.get_ident() not in threads
    assert loops == [asyncio.get_running_loop()]


@pytest.mark.parametrize("door", COLOURS)
async def test_a_listener_that_raises_is_logged_and_the_run_goes_on(door: str, caplog: pytest.LogCaptureFixture):
    def fail(run: Any) -> None:
        raise LookupError("gone")

    assert await run(inner.with_listeners(on_start=fail, on_end=fail), door, 1) == 2
    assert [record.getMessage() for record in caplog.records] == [
        f"callback handler RootListeners failed in on_chain_{what}: LookupError: gone" for what in ("start", "end")
    ]


async def test_a_run_inside_that_ends_late_is_not_taken_for_the_run_itself():
    heard: list[str] = []
    tasks: list[Any] = []
    go_on = asyncio.Event()

    async def late(x: int) -> int:
        await go_on.wait()
        return await RunnableLambda(lambda y: y, name="later").ainvoke(x)

    async def outer(x: int) -> int:
        tasks.append(asyncio.ensure_future(RunnableLambda(late).ainvoke(x)))
        await asyncio.sleep(0)
        return x

    bound = RunnableLambda(outer).with_listeners(
        on_start=lambda run: heard.append(f"start {run.name}"), on_end=lambda run: heard.append(f"end {run.name}")
    )
    await bound.ainvoke(1)
    go_on.set()
    await asyncio.gather(*tasks)
    assert heard == ["start outer", "end outer"]
