"""Context variables of users: nodes see the caller's, and what a node sets stays in it."""

import asyncio
import contextvars

from tests.pregel.colours import in_each_mode
from tests.pregel.states import chain, fan

VARIABLE = contextvars.ContextVar("variable", default="default")


async def reads(state):
    return {"log": [VARIABLE.get()]}


async def last_values(colour, graph, modes):
    chunks = await colour.chunks(graph, {"log": []}, stream_mode=["values", modes])
    return chunks[-1][1]["log"]


@in_each_mode
async def test_nodes_see_what_the_caller_has_set(colour, modes):
    token = VARIABLE.set("of the caller")
    try:
        graph = chain(("one", colour.node(reads)), ("two", colour.node(reads)), ("sub", chain(colour.node(reads))))
        log = await last_values(colour, graph, modes)
    finally:
        VARIABLE.reset(token)
    assert set(log) == {"of the caller"}


@in_each_mode
async def test_what_a_node_sets_stays_in_it(colour, modes):
    async def sets(state):
        found = VARIABLE.get()
        VARIABLE.set("of a node")
        await colour.pause()
        assert VARIABLE.get() == "of a node"
        return {"log": [found]}

    sets = colour.node(sets)
    parallel = fan(*((name, sets) for name in "abc"))
    graph = chain(("one", sets), ("two", sets), ("parallel", parallel), ("sub", chain(sets)))
    assert set(await last_values(colour, graph, modes)) == {"default"}
    assert VARIABLE.get() == "default"
    async for _ in colour.stream(graph, {"log": []}, stream_mode=modes):
        assert VARIABLE.get() == "default"


@in_each_mode
async def test_what_a_node_sets_is_seen_by_what_it_calls(colour, modes):
    inner = chain(colour.node(reads))

    async def sets(state):
        VARIABLE.set("of a node")
        return await colour.inner_invoke(inner, {"log": []})

    assert await last_values(colour, chain(colour.node(sets)), modes) == ["of a node"]


async def test_a_variable_that_a_node_resets_with_its_token(colour):
    async def sets(state):
        token = VARIABLE.set("for a while")
        await colour.pause()
        VARIABLE.reset(token)
        return {"log": [VARIABLE.get()]}

    for graph in (chain(colour.node(sets)), fan(colour.node(sets), ("other", colour.node(reads)))):
        assert set((await colour.invoke(graph, {"log": []}))["log"]) == {"default"}


async def test_a_variable_that_a_generator_node_sets_between_its_items(colour):
    def sync(state):
        VARIABLE.set("of the generator")
        yield {"log": []}
        yield {"log": [VARIABLE.get()]}

    async def awaitable(state):
        token = VARIABLE.set("of the generator")
        yield {"log": []}
        await asyncio.sleep(0)
        found = VARIABLE.get()
        VARIABLE.reset(token)
        yield {"log": [found]}

    result = await colour.invoke(chain(("gen", awaitable if colour.nodes_async else sync)), {"log": []})
    assert result == {"log": ["of the generator"]}
    assert VARIABLE.get() == "default"


async def test_fifty_runs_at_once_keep_their_variables_apart():
    async def sets(state):
        mine = f"{VARIABLE.get()} {state['log'][0]}"
        VARIABLE.set(mine)
        for _ in range(5):
            await asyncio.sleep(0)
            assert VARIABLE.get() == mine
        return {"log": [VARIABLE.get()]}

    graph = chain(("one", sets), ("two", sets))
    results = await asyncio.gather(*(graph.ainvoke({"log": [n]}) for n in range(50)))
    assert [result["log"] for result in results] == [[n, f"default {n}", f"default {n}"] for n in range(50)]


async def test_a_context_in_which_a_consumer_reads_is_not_that_of_the_nodes():
    async def sets(state, writer):
        VARIABLE.set("of the node")
        writer(1)
        await asyncio.sleep(0)

    graph, seen = chain(sets), []
    reading = graph.astream({"log": []}, stream_mode="custom")

    async def read():
        chunk = await anext(reading, "end")
        seen.append(VARIABLE.get())
        return chunk

    VARIABLE.set("of the reader")
    try:
        while await asyncio.create_task(read()) != "end":
            pass
    finally:
        VARIABLE.set("default")
    assert set(seen) == {"of the reader"}
