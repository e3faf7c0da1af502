"""Several calls as parts of one run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from stepgraph.callbacks import (
    AsyncCallbackManagerForChainGroup,
    CallbackManager,
    CallbackManagerForChainGroup,
    atrace_as_chain_group,
    collect_runs,
    trace_as_chain_group,
)
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, Ear, awaited, ear, manager_of, run

step = RunnableLambda(lambda x: x + 1, name="step")


@asynccontextmanager
async def group_of(door: str, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
    """Open a group of one of `COLOURS`."""
    if door == "ainvoke":
        async with atrace_as_chain_group(*args, **kwargs) as group:
            yield group
    else:
        with trace_as_chain_group(*args, **kwargs) as group:
            yield group


def told(handler: Ear) -> list[tuple[str, Any]]:
    return [(each.event, each.args[-1]) for each in handler.heard]


@pytest.mark.parametrize("kind", ["sync", "inline", "async"])
@pytest.mark.parametrize("door", COLOURS)
async def test_what_is_called_with_its_manager_is_part_of_it(door: str, kind: str):
    handler = ear(kind)
    async with group_of(door, "both", [handler], inputs={"x": 1}) as group:
        assert await run(step, door, 1, {"callbacks": group}) == 2
        assert await run(step, door, 2, {"callbacks": group}) == 3
        assert await run(step, door, 9) == 10
    assert told(handler) == [
        ("on_chain_start", {"x": 1}),
        *[("on_chain_start", 1), ("on_chain_end", 2)],
        *[("on_chain_start", 2), ("on_chain_end", 3)],
        ("on_chain_end", {}),
    ]
    top, *inside, end = handler.heard
    assert (top.facts["name"], top.facts["parent_run_id"]) == ("both", None)
    assert {each.facts["parent_run_id"] for each in inside} == {top.facts["run_id"]}
    assert end.facts["run_id"] == top.facts["run_id"]


@pytest.mark.parametrize("door", COLOURS)
async def test_tags_metadata_and_the_id_are_given(door: str):
    handler, run_id = ear("inline"), uuid4()
    async with group_of(door, "g", [handler], run_id=run_id, tags=["a"], metadata={"x": 1}, project_name="p") as group:
        await run(step, door, 1, {"callbacks": group, "tags": ["b"]})
    top, inner = (each.facts for each in handler.heard if each.event == "on_chain_start")
    assert (top["run_id"], top["tags"], top["metadata"]) == (run_id, ["a"], {"x": 1})
    assert (inner["parent_run_id"], inner["tags"], inner["metadata"]) == (run_id, ["a", "b"], {"x": 1})


@pytest.mark.parametrize("door", COLOURS)
async def test_the_block_may_say_what_comes_of_it(door: str):
    handler = ear("inline")
    async with group_of(door, "g", [handler]) as group:
        assert not group.ended
        await awaited(group.on_chain_end({"y": 2}, extra=1))
        assert group.ended
    assert told(handler) == [("on_chain_start", {}), ("on_chain_end", {"y": 2})]
    assert handler.heard[-1].facts["extra"] == 1


@pytest.mark.parametrize("door", COLOURS)
async def test_it_ends_once_whoever_says_so(door: str):
    handler = ear("inline")
    async with group_of(door, "g", [handler]) as group:
        merged = group.merge(CallbackManager([ear("inline")], tags=["a"]))
        assert type(merged) is type(group)
        assert merged.parent_run_manager is group.parent_run_manager
        await awaited(group.copy().on_chain_error(ValueError("no")))
        await awaited(merged.on_chain_end("late"))
    assert handler.events == ["on_chain_start", "on_chain_error"]


@pytest.mark.parametrize("door", COLOURS)
async def test_it_fails_with_its_block(door: str):
    handler = ear("inline")
    with pytest.raises(ZeroDivisionError):
        async with group_of(door, "g", [handler]):
            raise ZeroDivisionError
    assert handler.events == ["on_chain_start", "on_chain_error"]
    assert isinstance(handler.of("on_chain_error").args[0], ZeroDivisionError)


@pytest.mark.parametrize("kind", ["sync", "inline", "async"])
async def test_it_fails_where_its_block_is_cancelled(kind: str):
    handler, reached = ear(kind), asyncio.Event()

    async def hang() -> None:
        async with atrace_as_chain_group("g", [handler]):
            reached.set()
            await asyncio.Event().wait()

    running = asyncio.ensure_future(hang())
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert handler.events == ["on_chain_start", "on_chain_error"]


@pytest.mark.parametrize("door", COLOURS)
async def test_who_has_heard_the_start_hears_of_the_end_if_another_handler_raises(door: str):
    class Fails(Ear):
        run_inline = raise_error = True

        def on_chain_start(self, *args, **facts):
            raise ValueError("no")

    handler = ear("inline")
    with pytest.raises(ValueError, match="no"):
        async with group_of(door, "g", [handler, Fails()]):
            raise AssertionError("the block does not start")
    assert handler.events == ["on_chain_start", "on_chain_error"]


@pytest.mark.parametrize("door", COLOURS)
async def test_a_manager_may_be_given_and_is_left_as_it_is(door: str):
    handler, above = ear("inline"), uuid4()
    manager = manager_of(door, handler, parent_run_id=above, tags=["a"], inheritable_tags=["b"])
    before = {name: list(value) if isinstance(value, list) else value for name, value in vars(manager).items()}
    async with group_of(door, "g", manager, tags=["c"]):
        pass
    top = handler.of("on_chain_start").facts
    assert (top["parent_run_id"], top["tags"]) == (above, ["a", "c"])
    assert vars(manager) == before


@pytest.mark.parametrize("door", COLOURS)
async def test_it_is_part_of_the_run_around(door: str):
    handler, own = ear("inline"), ear("inline")

    async def body(x: int) -> int:
        async with group_of(door, "g", [own]) as group:
            return await run(step, door, x, {"callbacks": group})

    assert await RunnableLambda(body, name="outer").ainvoke(1, {"callbacks": [handler], "tags": ["t"]}) == 2
    outer, group, inner = (each.facts for each in handler.heard if each.event == "on_chain_start")
    assert (group["parent_run_id"], inner["parent_run_id"]) == (outer["run_id"], group["run_id"])
    assert group["tags"] == inner["tags"] == ["t"]
    assert [each.facts["name"] for each in own.heard if each.event == "on_chain_start"] == ["g", "step"]


@pytest.mark.parametrize("door", COLOURS)
async def test_where_nobody_listens_nothing_happens(door: str):
    async with group_of(door, "g") as group:
        assert group.handlers == []
        assert await run(step, door, 1, {"callbacks": group}) == 2
    kind = AsyncCallbackManagerForChainGroup if door == "ainvoke" else CallbackManagerForChainGroup
    assert type(group) is kind


@pytest.mark.parametrize("door", COLOURS)
async def test_it_is_a_run_in_the_records(door: str):
    with collect_runs() as collector:
        async with group_of(door, "g", inputs={"x": 1}) as group:
            await run(step, door, 1, {"callbacks": group})
            await awaited(group.on_chain_end({"y": 2}))
    [top] = collector.traced_runs
    assert (top.name, top.inputs, top.outputs) == ("g", {"x": 1}, {"y": 2})
    assert [each.name for each in top.child_runs] == ["step"]


@pytest.mark.parametrize("door", COLOURS)
async def test_runs_started_through_its_manager_are_runs_like_others(door: str):
    handler = ear("inline")
    async with group_of(door, "g", [handler]) as group:
        inner = await awaited(group.on_chain_start({"name": "inner"}, 1))
        child = inner.get_child()
        assert type(child) is type(manager_of(door))
        assert child.parent_run_id == inner.run_id
        await awaited(inner.on_chain_end(2))
    assert handler.events == ["on_chain_start", "on_chain_start", "on_chain_end", "on_chain_end"]
