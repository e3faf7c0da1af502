"""Faults of what handlers hear: runs that had no start, no end or another's name."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler, dispatch_custom_event
from stepgraph.runnables import Runnable, RunnableLambda
from tests.regressions.runnables.parts import Heard, State, one_node

pytestmark = pytest.mark.timeout(60)


async def test_a_sub_graph_has_a_run_of_its_own():
    async def node(state: State) -> State:
        return {"x": 2}

    outer = one_node(one_node(node, "inner"), "outer")
    events = [event async for event in outer.astream_events({"x": 1})]
    ended = [event["name"] for event in events if event["event"] == "on_chain_end"]
    assert ended == ["node", "inner", "node", "outer"]
    assert all(event["run_id"] not in event["parent_ids"] for event in events)


def test_an_item_has_its_tags_and_its_name_once_whatever_bounds_it():
    class Mine(Runnable[Any, Any]):
        def invoke(self, input: Any, config: Any = None, **_: Any) -> Any:
            return inner.invoke(inner.invoke(input))

    inner = RunnableLambda(lambda x: x, name="inner")
    outer = RunnableLambda(lambda _: inner.batch([1], {"tags": ["item"], "metadata": {"m": 1}}), name="outer")
    heard = Heard()
    outer.invoke(1, {"callbacks": [heard], "max_concurrency": 2})
    assert [seen[:3] for seen in heard.seen] == [("outer", [], {}), ("inner", ["item"], {"m": 1})]
    heard = Heard()
    config: Any = {"run_name": "item", "run_id": uuid.uuid4(), "callbacks": [heard], "max_concurrency": 2}
    Mine().batch([1], config)
    assert [seen[0] for seen in heard.seen] == ["inner", "inner"]
    assert len({seen[3] for seen in heard.seen}) == 2


@pytest.mark.parametrize("program", ["fails", "is left", "graph"])
async def test_each_start_is_followed_by_an_end(program: str):
    open_runs: set[Any] = set()
    telling = asyncio.Event()

    class Slow(AsyncCallbackHandler):
        async def on_chain_start(self, *_: Any, run_id: Any, **__: Any) -> None:
            open_runs.add(run_id)

        async def _over(self, *_: Any, run_id: Any, **__: Any) -> None:
            telling.set()
            await asyncio.sleep(0.02)
            open_runs.discard(run_id)

        on_chain_end = on_chain_error = _over  # type: ignore[assignment]

    async def fails(_: Any) -> None:
        raise ValueError

    async def chunks(_: Any) -> Any:
        yield 1
        yield 2

    async def node(state: State) -> State:
        return {"x": 2}

    async def leave() -> None:
        stream = RunnableLambda(chunks).astream(1, config)
        await stream.__anext__()
        await stream.aclose()

    config: Any = {"callbacks": [Slow()]}
    programs = {"fails": RunnableLambda(fails).ainvoke, "is left": None, "graph": one_node(node).ainvoke}
    run = programs[program]
    task = asyncio.ensure_future(leave() if run is None else run({"x": 1}, config))
    await telling.wait()
    task.cancel()
    await asyncio.wait([task])
    assert open_runs == set()


async def test_a_handler_that_raises_at_the_end_hears_of_no_error():
    class Raises(BaseCallbackHandler):
        run_inline = raise_error = True
        events: list[str]

        def on_chain_end(self, *_: Any, **__: Any) -> None:
            self.events.append("end")
            raise ValueError("no")

        def on_chain_error(self, *_: Any, **__: Any) -> None:
            self.events.append("error")

    async def collected(stream: Any) -> None:
        [chunk async for chunk in stream]

    runnable = RunnableLambda(lambda x: x)
    for door in ("invoke", "ainvoke", "stream", "astream"):
        handler = Raises()
        handler.events = []
        config = {"callbacks": [handler]}
        if door in ("invoke", "stream"):
            call: Any = runnable.invoke if door == "invoke" else lambda *given: list(runnable.stream(*given))
            with pytest.raises(ValueError, match="no"):
                call(1, config)
        else:
            awaitable = runnable.ainvoke(1, config) if door == "ainvoke" else collected(runnable.astream(1, config))
            with pytest.raises(ValueError, match="no"):
                await awaitable
        assert handler.events == ["end"]


def test_an_event_has_the_tags_of_its_run_though_nobody_hears_of_runs():
    class Deaf(BaseCallbackHandler):
        ignore_chain = True
        seen: Any = None

        def on_custom_event(self, name: str, data: Any, *, tags: Any = None, metadata: Any = None, **_: Any) -> None:
            self.seen = (tags, metadata)

    deaf = Deaf()
    runnable = RunnableLambda(lambda x: dispatch_custom_event("half", x))
    runnable.invoke(1, {"callbacks": [deaf], "tags": ["t"], "metadata": {"m": 1}})
    assert deaf.seen == (["t"], {"m": 1})


async def test_a_run_manager_is_there_though_nobody_listens():
    def sync(x: Any, run_manager: Any) -> Any:
        return RunnableLambda(str).invoke(x, {"callbacks": run_manager.get_child()})

    async def native(x: Any, run_manager: Any) -> Any:
        return await RunnableLambda(str).ainvoke(x, {"callbacks": run_manager.get_child()})

    assert RunnableLambda(sync).invoke(1) == "1"
    assert await RunnableLambda(native).ainvoke(1) == "1"
