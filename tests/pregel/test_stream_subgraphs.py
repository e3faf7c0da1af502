"""Streams of graphs inside graphs: namespaces, labels, what is shown and what is not."""

import asyncio
from contextlib import aclosing

import pytest

from stepgraph.runtime import get_runtime
from tests.pregel.apart import apart
from tests.pregel.colours import Colour
from tests.pregel.states import chain, fan


def names_of(namespace):
    """Return the nodes of a namespace, whose parts are `node:task_id`."""
    parts = [part.split(":") for part in namespace]
    assert all(len(part) == 2 and len(part[1]) == 32 for part in parts), namespace
    return tuple(node for node, _ in parts)


def innermost(colour):
    async def deep(state, writer):
        writer("from deep")
        return {"log": ["deep"]}

    return chain(colour.node(deep), name="innermost")


def nested(colour, how, levels=1):
    """Return a graph with one below it, or two, as a node or called by a function."""
    inner = innermost(colour)
    for level in range(levels):

        async def calls(state, _inner=inner):
            await colour.inner_invoke(_inner, {"log": []})
            return {"log": ["called"]}

        name = "sub" if level == levels - 1 else "middle"
        inner = chain((name, inner if how == "node" else colour.node(calls)), name=f"level {level}")
    return inner


@pytest.fixture(params=["node", "function"])
def how(request):
    """Whether the sub-graph is a node or is called by a function."""
    return request.param


async def test_chunks_carry_the_namespace_of_a_sub_graph(colour, how):
    chunks = await colour.chunks(nested(colour, how), {"log": []}, stream_mode="updates", subgraphs=True)
    assert [(names_of(namespace), list(chunk)) for namespace, chunk in chunks] == [
        (("sub",), ["deep"]),
        ((), ["sub"]),
    ]


async def test_two_levels_of_sub_graphs_have_namespaces_of_two_parts(colour, how):
    chunks = await colour.chunks(nested(colour, how, 2), {"log": []}, stream_mode="updates", subgraphs=True)
    assert [(names_of(namespace), list(chunk)) for namespace, chunk in chunks] == [
        (("sub", "middle"), ["deep"]),
        (("sub",), ["middle"]),
        ((), ["sub"]),
    ]


async def test_the_id_in_a_namespace_is_that_of_the_parents_task(colour, how):
    chunks = await colour.chunks(nested(colour, how), {"log": []}, stream_mode="tasks", subgraphs=True)
    parent = next(chunk for namespace, chunk in chunks if namespace == ())
    assert {namespace for namespace, _ in chunks if namespace} == {(f"sub:{parent['id']}",)}


async def test_several_modes_with_sub_graphs_come_as_triples(colour, how):
    modes = ["values", "custom", "tasks"]
    chunks = await colour.chunks(nested(colour, how), {"log": []}, stream_mode=modes, subgraphs=True)
    found = [(names_of(place), mode, chunk["name"] if mode == "tasks" else chunk) for place, mode, chunk in chunks]
    assert found == [
        ((), "values", {"log": []}),
        ((), "tasks", "sub"),
        (("sub",), "values", {"log": []}),
        (("sub",), "tasks", "deep"),
        (("sub",), "custom", "from deep"),
        (("sub",), "tasks", "deep"),
        (("sub",), "values", {"log": ["deep"]}),
        ((), "tasks", "sub"),
        ((), "values", {"log": ["deep"] if how == "node" else ["called"]}),
    ]


@pytest.mark.parametrize("mode", ["values", "updates", "custom", "tasks", "debug"])
async def test_without_subgraphs_only_the_roots_chunks_come(colour, how, mode):
    chunks = await colour.chunks(nested(colour, how, 2), {"log": []}, stream_mode=mode)
    assert len(chunks) == {"values": 2, "updates": 1, "custom": 0, "tasks": 2, "debug": 2}[mode]


async def test_custom_chunks_of_a_sub_graph_arrive_while_it_runs(colour, how):
    seen, order = colour.gate(), []

    async def deep(state, writer):
        writer("chunk")
        await seen.passed()
        order.append("deep ends")

    inner = chain(colour.node(deep))

    async def calls(state):
        await colour.inner_invoke(inner, {"log": []})

    graph = chain(("sub", inner if how == "node" else colour.node(calls)))
    async with aclosing(colour.stream(graph, {"log": []}, stream_mode="custom", subgraphs=True)) as chunks:
        async for namespace, chunk in chunks:
            order.append((names_of(namespace), chunk))
            seen.open()
    assert order == [(("sub",), "chunk"), "deep ends"]


async def test_values_of_a_sub_graph_arrive_while_it_runs(colour, how):
    seen, order = colour.gate(), []

    async def first(state):
        return {"log": ["first"]}

    async def second(state):
        await seen.passed()
        order.append("second ends")

    inner = chain(colour.node(first), colour.node(second))

    async def calls(state):
        await colour.inner_invoke(inner, {"log": []})

    graph = chain(("sub", inner if how == "node" else colour.node(calls)))
    async with aclosing(colour.stream(graph, {"log": []}, stream_mode="updates", subgraphs=True)) as chunks:
        async for namespace, chunk in chunks:
            order.append((names_of(namespace), list(chunk)))
            seen.open()
    assert order == [(("sub",), ["first"]), "second ends", (("sub",), ["second"]), ((), ["sub"])]


async def test_output_keys_hold_for_the_root_only(colour, how):
    chunks = await colour.chunks(
        nested(colour, how), {"log": []}, stream_mode="updates", subgraphs=True, output_keys="log"
    )
    assert [chunk for _, chunk in chunks] == [
        {"deep": {"log": ["deep"]}},
        {"sub": ["deep"] if how == "node" else ["called"]},
    ]


async def test_a_stream_inside_a_node_is_the_nodes_own(colour):
    inner = nested(colour, "node")
    seen = []

    async def outer(state):
        seen.extend(await colour.inner_chunks(inner, {"log": []}, stream_mode="updates"))

    chunks = await colour.chunks(chain(colour.node(outer)), {"log": []}, stream_mode="updates")
    assert chunks == [{"outer": None}]
    assert seen == [{"sub": {"log": ["deep"]}}]


async def test_a_stream_inside_a_node_and_the_one_outside_both_show_sub_graphs(colour):
    inner = nested(colour, "node")
    seen = []

    async def outer(state):
        seen.extend(await colour.inner_chunks(inner, {"log": []}, stream_mode=["custom"]))
        seen.extend(await colour.inner_chunks(inner, {"log": []}, stream_mode="updates"))

    chunks = await colour.chunks(chain(colour.node(outer)), {"log": []}, stream_mode="custom", subgraphs=True)
    assert seen == [{"sub": {"log": ["deep"]}}]
    assert [(len(namespace) >= 2, chunk) for namespace, chunk in chunks] == [(True, "from deep")] * 2


async def test_the_namespace_of_a_second_call_is_the_same_whether_or_not_the_first_one_asked_for_its_own(colour):
    found = []

    async def deep(state):
        if state["log"] == ["ask"]:
            found.append(get_runtime().execution_info.checkpoint_ns.count("|"))

    inner = chain(colour.node(deep))

    def caller(*inputs):
        async def calls(state):
            for given in inputs:
                await colour.inner_invoke(inner, {"log": [given]})

        return chain(colour.node(calls))

    await colour.invoke(caller("ask", "ask"), {"log": []})
    await colour.invoke(caller("do not", "ask"), {"log": []})
    assert found == [1, 2, 2]


async def test_parallel_sub_graphs_have_namespaces_of_their_own(colour):
    inner = innermost(colour)

    async def calls(state):
        await colour.inner_invoke(inner, {"log": []})

    graph = fan(("one", colour.node(calls)), ("two", colour.node(calls)), ("three", inner))
    chunks = await colour.chunks(graph, {"log": []}, stream_mode="custom", subgraphs=True)
    assert sorted(names_of(namespace) for namespace, _ in chunks) == [("one",), ("three",), ("two",)]


async def test_gathered_calls_of_a_sub_graph_all_show_their_chunks():
    inner = innermost(Colour("async"))

    async def calls(state):
        await asyncio.gather(*(inner.ainvoke({"log": []}) for _ in range(5)))

    stream = chain(calls).astream({"log": []}, stream_mode="custom", subgraphs=True)
    chunks = [chunk async for chunk in stream]
    assert [chunk for _, chunk in chunks] == ["from deep"] * 5
    assert all(namespace[0].startswith("calls:") for namespace, _ in chunks)


async def test_a_sync_node_in_a_thread_may_run_an_async_graph_of_its_own_loop():
    async def deep(state, writer):
        writer("from deep")
        await asyncio.sleep(0)
        return {"log": ["deep"]}

    inner = chain(deep)

    def calls(state):
        return asyncio.run(inner.ainvoke({"log": []}))

    for stream in (chain(calls).astream, _listed(chain(calls).stream)):
        chunks = [chunk async for chunk in stream({"log": []}, stream_mode="custom", subgraphs=True)]
        assert [(names_of(namespace), chunk) for namespace, chunk in chunks] == [(("calls",), "from deep")]


def _listed(stream):
    async def listed(*args, **kwargs):
        chunks = await asyncio.to_thread(lambda: list(stream(*args, **kwargs)))
        for chunk in chunks:
            yield chunk

    return listed


async def test_a_sync_graph_run_inside_an_async_node_shows_its_chunks():
    def deep(state, writer):
        writer("from deep")
        return {"log": ["deep"]}

    inner = chain(deep)

    async def calls(state):
        return inner.invoke({"log": []})

    chunks = [chunk async for chunk in chain(calls).astream({"log": []}, stream_mode="custom", subgraphs=True)]
    assert [(names_of(namespace), chunk) for namespace, chunk in chunks] == [(("calls",), "from deep")]


@apart
async def test_a_sync_graph_run_inside_an_async_node_may_write_more_than_the_buffer_holds():
    def deep(state, writer):
        for number in range(20):
            writer(number)

    inner = chain(deep)

    async def calls(state):
        inner.invoke({"log": []})

    graph = chain(calls)
    graph.stream_buffer = 4
    stream = graph.astream({"log": []}, stream_mode="custom", subgraphs=True)
    assert [chunk async for _, chunk in stream] == list(range(20))
