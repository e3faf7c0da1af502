"""The typed context of a run, and the runtime that carries it."""

import asyncio
import subprocess
import sys
from dataclasses import dataclass

import pytest
from pydantic import BaseModel, ValidationError
from typing_extensions import TypedDict

from stepgraph.graph import START, StateGraph
from stepgraph.runtime import Runtime, get_runtime
from tests.pregel.states import Log, chain


@dataclass
class AsDataclass:
    user: str
    level: int = 1


class AsModel(BaseModel):
    user: str
    level: int = 1


class AsDict(TypedDict, total=False):
    user: str
    level: int


def graph_of(schema, node):
    return StateGraph(Log, context_schema=schema).add_node("node", node).add_edge(START, "node").compile()


async def seen(colour, schema, context):
    async def node(state, runtime: Runtime):
        assert get_runtime() is runtime
        return {"log": [runtime.context]}

    graph = graph_of(schema, colour.node(node))
    (found,) = (await colour.invoke(graph, {"log": []}, context=context))["log"]
    chunks = await colour.chunks(graph, {"log": []}, context=context, stream_mode="values")
    assert chunks[-1] == {"log": [found]}
    return found


@pytest.mark.parametrize("schema", [AsDataclass, AsModel])
async def test_a_dict_becomes_an_instance_of_the_schema(colour, schema):
    assert await seen(colour, schema, {"user": "ada"}) == schema(user="ada", level=1)


@pytest.mark.parametrize("context", [AsDataclass("ada"), AsModel(user="ada"), "anything", 0, False])
async def test_what_is_no_dict_stays_as_it_is(colour, context):
    assert await seen(colour, AsDataclass, context) is context


@pytest.mark.parametrize("schema", [AsDict, None, dict])
async def test_a_dict_stays_one_without_a_class_to_make(colour, schema):
    context = {"user": "ada"}
    assert await seen(colour, schema, context) == context


async def test_without_a_context_there_is_none(colour):
    assert await seen(colour, AsDataclass, None) is None
    assert await seen(colour, None, None) is None


@pytest.mark.parametrize(("schema", "kind"), [(AsDataclass, TypeError), (AsModel, ValidationError)])
async def test_a_dict_that_does_not_fit_is_refused_before_anything_runs(colour, schema, kind):
    began = []

    async def node(state):
        began.append(True)

    with pytest.raises(kind, match="user"):
        await colour.invoke(graph_of(schema, colour.node(node)), {"log": []}, context={"level": 2})
    assert not began


async def test_a_sub_graph_inherits_the_context_and_may_be_given_its_own(colour):
    async def deep(state, runtime):
        return {"log": [runtime.context]}

    inner = graph_of(AsDataclass, colour.node(deep))

    async def calls(state):
        plain = await colour.inner_invoke(inner, {"log": []})
        own = await colour.inner_invoke(inner, {"log": []}, context={"user": "own"})
        return {"log": plain["log"] + own["log"]}

    graph = graph_of(AsDataclass, colour.node(calls))
    assert (await colour.invoke(graph, {"log": []}, context={"user": "ada"}))["log"] == [
        AsDataclass("ada"),
        AsDataclass("own"),
    ]
    assert (await colour.invoke(chain(("sub", inner)), {"log": []}, context="outer"))["log"] == ["outer"]


async def test_a_falsy_context_of_a_nested_call_is_its_own(colour):
    async def deep(state, runtime):
        return {"log": [runtime.context]}

    inner = chain(("deep", colour.node(deep)))

    async def calls(state):
        return await colour.inner_invoke(inner, {"log": []}, context=0)

    assert (await colour.invoke(chain(("calls", colour.node(calls))), {"log": []}, context=1))["log"] == [0]


async def test_contexts_of_runs_at_once_stay_apart():
    async def node(state, runtime):
        await asyncio.sleep(0)
        return {"log": [runtime.context, get_runtime().context]}

    graph = chain(("one", node), ("two", node))
    results = await asyncio.gather(*(graph.ainvoke({"log": []}, context=n) for n in range(50)))
    assert [result["log"] for result in results] == [[n] * 4 for n in range(50)]


async def test_a_runtime_is_replaced_not_edited(colour):
    async def node(state, runtime):
        with pytest.raises(AttributeError):
            runtime.context = "edited"
        other = runtime.override(context="other")
        assert (other.context, other.execution_info) == ("other", runtime.execution_info)
        assert runtime.context == "ctx"

    await colour.invoke(chain(colour.node(node)), {"log": []}, context="ctx")


def test_merging_runtimes_keeps_what_the_other_does_not_set():
    written = []
    base = Runtime(context=1, store="store", previous="before")
    merged = base.merge(Runtime(context=2, stream_writer=written.append))
    assert (merged.context, merged.store, merged.previous) == (2, "store", "before")
    merged.stream_writer("chunk")
    assert written == ["chunk"]
    assert merged.merge(Runtime()) == merged


def test_a_runtime_of_nothing_is_usable():
    runtime = Runtime()
    runtime.stream_writer("unheard")
    assert (runtime.context, runtime.store, runtime.previous, runtime.execution_info) == (None,) * 4


def test_neither_schema_costs_an_import_of_pydantic():
    script = (
        "import sys\nfrom dataclasses import dataclass\nfrom typing import TypedDict\n"
        "from stepgraph import StateGraph\n"
        "@dataclass\nclass C:\n    user: str\n"
        "class S(TypedDict):\n    x: int\n"
        "g = StateGraph(S, C).add_node('n', lambda s: {'x': 2}).set_entry_point('n').compile()\n"
        "assert g.invoke({'x': 1}, context={'user': 'ada'}) == {'x': 2}\n"
        "assert 'pydantic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(sys.path)}, timeout=60)
