"""get_config, get_stream_writer, get_store and get_runtime wherever code may run inside a node, without passing it."""

import asyncio
import contextvars
import functools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from stepgraph.config import get_config, get_store, get_stream_writer
from stepgraph.graph import START, StateGraph
from stepgraph.runtime import get_runtime
from stepgraph.types import Send
from tests.pregel.states import Log, chain, fan

CONFIG = {"configurable": {"user": "ada"}, "tags": ["t"], "metadata": {"m": 1}}
STORE = object()


def surroundings():
    """Return what code finds around itself, and write a chunk."""
    config, runtime = get_config(), get_runtime()
    get_stream_writer()(f"chunk of {config['metadata']['langgraph_node']}")
    return {
        "node": config["metadata"]["langgraph_node"],
        "step": config["metadata"]["langgraph_step"],
        "user": config["configurable"]["user"],
        "tags": config["tags"],
        "m": config["metadata"]["m"],
        "store": get_store() is STORE,
        "context": runtime.context,
        "task": runtime.execution_info.task_id,
        "same": runtime.execution_info.node == config["metadata"]["langgraph_node"],
    }


def expected(node, step=1):
    ambient = {"user": "ada", "tags": ["t"], "m": 1, "store": True, "context": "ctx"}
    return {"node": node, "step": step, "same": True, **ambient}


async def observe(colour, graph, **options):
    """Return the surroundings that nodes logged, without their task ids, and the custom chunks."""
    chunks = await colour.chunks(graph, {"log": []}, CONFIG, context="ctx", stream_mode=["custom", "values"], **options)
    final = [chunk for mode, chunk in chunks if mode == "values"][-1]["log"]
    for entry in final:
        entry.pop("task", None)
    return final, [chunk for mode, chunk in chunks if mode == "custom"]


async def test_in_a_node_of_either_colour(colour):
    async def node(state):
        return {"log": [surroundings()]}

    graph = chain(("one", colour.node(node)), ("two", colour.node(node)), store=STORE)
    assert await observe(colour, graph) == (
        [expected("one"), expected("two", 2)],
        ["chunk of one", "chunk of two"],
    )


async def test_in_a_node_that_runs_alone_in_the_callers_task(colour):
    async def node(state):
        return {"log": [surroundings()]}

    graph = chain(("one", colour.node(node)), store=STORE)
    (entry,) = (await colour.invoke(graph, {"log": []}, CONFIG, context="ctx"))["log"]
    assert entry.pop("task")
    assert entry == expected("one")


async def test_in_a_router(colour):
    seen = []

    async def node(state):
        await colour.pause()

    async def routes(state):
        seen.append(surroundings())
        return []

    graph = StateGraph(Log).add_node("one", colour.node(node))
    graph.add_conditional_edges("one", colour.node(routes), ["one"])
    graph.add_conditional_edges(START, lambda _: "one", ["one"])
    _, chunks = await observe(colour, graph.compile(store=STORE))
    seen[0].pop("task")
    assert seen == [expected("one")]
    assert chunks == ["chunk of one"]


async def test_in_a_generator_node(colour):
    def sync(state):
        yield {"log": [surroundings()]}

    async def awaitable(state):
        found = surroundings()
        await asyncio.sleep(0)
        assert surroundings() == found
        yield {"log": [found]}
        assert surroundings() == found

    found, _ = await observe(colour, chain(("gen", awaitable if colour.nodes_async else sync), store=STORE))
    assert found == [expected("gen")]


async def test_in_everything_that_an_async_node_may_start():
    async def plain():
        await asyncio.sleep(0)
        return surroundings()

    async def in_task_in_task():
        return await asyncio.create_task(plain())

    async def async_generator():
        for _ in range(2):
            await asyncio.sleep(0)
            yield surroundings()

    async def with_call_later():
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(lambda: future.set_result(surroundings()))
        return await future

    async def node(state):
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        log = [surroundings(), await plain()]
        log += await asyncio.gather(plain(), plain(), in_task_in_task())
        log += [await asyncio.create_task(plain()), await asyncio.ensure_future(plain())]
        log += [await asyncio.wait_for(plain(), 5), await asyncio.shield(plain()), await with_call_later()]
        log += [entry async for entry in async_generator()]
        log.append(await asyncio.to_thread(surroundings))
        log.append(await loop.run_in_executor(None, functools.partial(context.run, surroundings)))
        log.append(await asyncio.to_thread(lambda: asyncio.run(plain())))
        log.append(await asyncio.to_thread(lambda: asyncio.run_coroutine_threadsafe(plain(), loop).result(5)))
        return {"log": log}

    for around in (chain, fan):
        graph = around(("node", node), store=STORE)
        log = (await graph.ainvoke({"log": []}, CONFIG, context="ctx"))["log"]
        assert len({entry.pop("task") for entry in log}) == 1
        assert log == [expected("node")] * 16


async def test_in_an_async_generator_that_a_node_reads_item_by_item_in_tasks():
    async def items():
        for _ in range(3):
            yield surroundings()

    async def node(state):
        reading, log = items(), []
        for _ in range(3):
            log.append(await asyncio.create_task(anext(reading)))
        await reading.aclose()
        return {"log": log}

    log = (await chain(("node", node), store=STORE).ainvoke({"log": []}, CONFIG, context="ctx"))["log"]
    assert [entry["node"] for entry in log] == ["node"] * 3


async def test_in_threads_that_a_sync_node_starts_with_its_context(colour):
    def node(state):
        with ThreadPoolExecutor() as pool:
            futures = [pool.submit(contextvars.copy_context().run, surroundings) for _ in range(3)]
            return {"log": [future.result() for future in futures]}

    found, _ = await observe(colour, chain(("node", node), store=STORE))
    assert found == [expected("node")] * 3


async def test_inside_a_sub_graph_its_own_and_afterwards_the_outer_one_again(colour):
    async def deep(state):
        return {"log": [surroundings()]}

    inner = chain(("deep", colour.node(deep)))

    async def calls(state):
        before = surroundings()
        result = await colour.inner_invoke(inner, {"log": []})
        assert surroundings() == before
        return {"log": [before, *result["log"], surroundings()]}

    found, chunks = await observe(colour, chain(("one", colour.node(calls)), store=STORE))
    assert found == [expected("one"), expected("deep"), expected("one")]
    assert chunks == ["chunk of one"] * 3
    found, chunks = await observe(colour, chain(("sub", inner), store=STORE))
    assert found == [expected("deep")]
    assert chunks == []


@pytest.mark.parametrize("ask", [get_config, get_stream_writer, get_store, get_runtime])
async def test_outside_of_a_node_there_is_nothing(colour, ask):
    async def node(state):
        ask()

    with pytest.raises(RuntimeError, match=rf"{ask.__name__}\(\) was called outside"):
        ask()
    await colour.invoke(chain(colour.node(node)), {"log": []})
    async for _ in colour.stream(chain(colour.node(node)), {"log": []}, stream_mode="updates"):
        with pytest.raises(RuntimeError, match="outside"):
            ask()
    with pytest.raises(RuntimeError, match="outside"):
        ask()


async def test_in_a_thread_without_the_nodes_context_there_is_nothing():
    found = []

    def target():
        try:
            get_config()
        except RuntimeError as error:
            found.append(str(error))

    def node(state):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()

    await chain(node).ainvoke({"log": []})
    assert "outside" in found[0]


async def test_fifty_parallel_tasks_each_find_their_own():
    async def each(state):
        before = get_runtime().execution_info.task_id
        for turn in range(5):
            await asyncio.sleep(0)
            if turn == state % 5:
                await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(get_config))
            assert get_runtime().execution_info.task_id == before
        path = get_config()["metadata"]["langgraph_path"]
        return {"log": [(state, path[1], before)]}

    graph = StateGraph(Log).add_node("each", each)
    graph = graph.add_conditional_edges(START, lambda _: [Send("each", n) for n in range(50)], ["each"]).compile()
    log = (await graph.ainvoke({"log": []}))["log"]
    assert [(state, index) for state, index, _ in log] == [(n, n) for n in range(50)]
    assert len({task for _, _, task in log}) == 50


async def test_fifty_parallel_tasks_in_threads_each_find_their_own():
    def each(state):
        return {"log": [(state, get_config()["metadata"]["langgraph_path"][1])]}

    graph = StateGraph(Log).add_node("each", each)
    graph = graph.add_conditional_edges(START, lambda _: [Send("each", n) for n in range(50)], ["each"]).compile()
    for result in (await graph.ainvoke({"log": []}), graph.invoke({"log": []})):
        assert result["log"] == [(n, n) for n in range(50)]


async def test_the_config_that_is_injected_is_the_one_that_is_found(colour):
    async def node(state, config, runtime, writer, store):
        assert config is get_config()
        assert runtime is get_runtime()
        assert store is get_store() is STORE
        assert get_runtime().store is STORE
        get_runtime().stream_writer("by the runtime")
        writer("by the writer")

    _, chunks = await observe(colour, chain(("quiet", colour.node(quiet)), colour.node(node), store=STORE))
    assert chunks == ["by the runtime", "by the writer"]


async def quiet(state):
    return {"log": [{}]}


async def test_a_sub_graph_without_a_store_uses_the_outer_one_and_with_one_its_own(colour):
    async def deep(state):
        return {"log": [get_store()]}

    own = object()
    for store, found in ((None, STORE), (own, own)):
        inner = chain(("deep", colour.node(deep)), store=store)
        assert await colour.invoke(chain(("sub", inner), store=STORE), {"log": []}) == {"log": [found]}


async def test_a_store_that_is_falsy_is_a_store(colour):
    class Empty(dict):
        pass

    async def node(state):
        return {"log": [get_store()]}

    store = Empty()
    result = await colour.invoke(chain(colour.node(node), store=store), {"log": []})
    assert result["log"][0] is store


async def test_get_config_in_a_callback_of_the_loop_that_a_node_scheduled():
    found = asyncio.get_running_loop().create_future()

    async def node(state):
        asyncio.get_running_loop().call_later(
            0.001, lambda: found.set_result(get_config()["metadata"]["langgraph_node"])
        )

    await chain(node).ainvoke({"log": []})
    assert await found == "node"
