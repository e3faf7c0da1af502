"""What a node can ask for: injected parameters, the ambient functions, the context."""

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.parity.building import START, Trail, marker, one_node
from tests.parity.running import invoked, invoked_async, outcome, streamed, streamed_async


@dataclass
class Context:
    user: str
    number: int = 1


class ContextDict(TypedDict):
    user: str


class ContextModel(BaseModel):
    user: str
    number: int = 1


def _told(lg, schema):
    def look(state: Trail, runtime) -> dict[str, Any]:
        return {"trail": [runtime.context]}

    builder = lg.graph.StateGraph(Trail, context_schema=schema)
    builder.add_node("look", look)
    builder.add_edge(START, "look")
    return builder.compile()


def context_as_a_dataclass(lg):
    graph = _told(lg, Context)
    values: list[Any] = [{"user": "u"}, Context("u", 2), None, {}, {"user": "u", "other": 1}]
    return [invoked(graph, {"trail": []}, context=value) for value in values]


def context_as_a_dict(lg):
    graph = _told(lg, ContextDict)
    return [invoked(graph, {"trail": []}, context=value) for value in ({"user": "u"}, None)]


def context_as_a_model(lg):
    graph = _told(lg, ContextModel)
    values: list[Any] = [{"user": "u", "number": "3"}, ContextModel(user="u"), {}]
    return [invoked(graph, {"trail": []}, context=value) for value in values]


def context_without_a_schema(lg):
    return [invoked(_told(lg, None), {"trail": []}, context=value) for value in ({"user": "u"}, None)]


def no_context(lg):
    return [invoked(_told(lg, schema), {"trail": []}) for schema in (Context, ContextDict, ContextModel)]


def context_reaches_sub_graphs(lg):
    child = _told(lg, Context)
    builder = lg.graph.StateGraph(Trail, context_schema=Context)
    builder.add_node("child", child)
    builder.add_node("call", lambda state: child.invoke({"trail": []}))
    builder.add_node("own", lambda state: child.invoke({"trail": []}, context=Context("own")))
    builder.add_edge(START, "child")
    builder.add_edge("child", "call")
    builder.add_edge("call", "own")
    return invoked(builder.compile(), {"trail": []}, context=Context("top"))


def context_is_not_configurable(lg):
    return invoked(_told(lg, Context), {"trail": []}, {"configurable": {"user": "u"}})


def context_json_schema(lg):
    schema = _told(lg, Context).get_context_jsonschema()
    return [schema["properties"]["user"], _told(lg, None).get_context_jsonschema()]


def get_runtime(lg):
    def look(state: Trail, runtime) -> dict[str, Any]:
        ambient = lg.runtime.get_runtime(Context)
        return {"trail": [ambient.context, ambient.context is runtime.context]}

    builder = lg.graph.StateGraph(Trail, context_schema=Context)
    builder.add_node("look", look)
    builder.add_edge(START, "look")
    return invoked(builder.compile(), {"trail": []}, context={"user": "u"})


def execution_info(lg):
    def look(state: Trail, runtime) -> dict[str, Any]:
        info = runtime.execution_info
        return {"trail": [info.thread_id, info.node_attempt, info.checkpoint_ns.split(":")[0]]}

    return [
        invoked(one_node(lg, look), {"trail": []}),
        invoked(one_node(lg, look), {"trail": []}, {"configurable": {"thread_id": "t"}}),
    ]


def a_runtime_of_ones_own(lg):
    runtime = lg.runtime.Runtime
    return [
        runtime().context,
        runtime(context=1).override(context=2).context,
        runtime(context=1).merge(runtime(store=5)).context,
        runtime(context=1).merge(runtime(context=3)).context,
    ]


def _injected(lg, node):
    return invoked(one_node(lg, node), {"trail": []})


def config_parameters(lg):
    def bare(state, config):
        return {"trail": [type(config).__name__]}

    def keyword_only(state, *, config):
        return {"trail": [type(config).__name__]}

    def with_default(state, config=None):
        return {"trail": [type(config).__name__]}

    def as_a_string(state, config: "RunnableConfig"):  # noqa: F821 - never resolved
        return {"trail": [type(config).__name__]}

    return [_injected(lg, node) for node in (bare, keyword_only, with_default, as_a_string)]


def config_annotated_as_a_dict(lg):
    def required(state, config: dict):
        return {"trail": [type(config).__name__]}

    def optional(state, config: dict | None = None):
        return {"trail": [type(config).__name__]}

    return [_injected(lg, node) for node in (required, optional)]


def runtime_parameters(lg):
    def bare(state, runtime):
        return {"trail": [type(runtime).__name__]}

    def annotated(state, runtime: lg.runtime.Runtime):
        return {"trail": [type(runtime).__name__]}

    def subscripted(state, runtime: lg.runtime.Runtime[Context]):
        return {"trail": [type(runtime).__name__]}

    return [_injected(lg, node) for node in (bare, annotated, subscripted)]


def writer_parameters(lg):
    def annotated(state, writer: lg.types.StreamWriter):
        writer("written")
        return {"trail": [callable(writer)]}

    return [_injected(lg, annotated), streamed(one_node(lg, annotated), {"trail": []}, "custom")]


def no_store(lg):
    def look(state, runtime):
        return {"trail": [runtime.store, lg.config.get_store()]}

    return _injected(lg, look)


def other_parameters_keep_their_defaults(lg):
    def node(state, other=5, *, more="m"):
        return {"trail": [other, more]}

    return _injected(lg, node)


def everything_at_once(lg):
    def node(state, config, runtime, writer: lg.types.StreamWriter):
        writer("w")
        return {"trail": [config["metadata"]["langgraph_node"], runtime.context]}

    return streamed(one_node(lg, node), {"trail": []}, ["custom", "updates"])


class Callable:
    def __call__(self, state, config):
        return {"trail": ["called", config["metadata"]["langgraph_node"]]}

    def method(self, state, runtime):
        return {"trail": ["method", runtime.context]}

    async def later(self, state, config):
        return {"trail": ["later", config["metadata"]["langgraph_node"]]}


def kinds_of_callables(lg):
    def tagged(tag, state):
        return {"trail": [tag]}

    nodes: list[Any] = [Callable(), Callable().method, functools.partial(tagged, "tag"), lambda state: None]
    return [_injected(lg, node) for node in nodes]


def async_method(lg):
    return invoked_async(one_node(lg, Callable().later), {"trail": []})


def names_of_callables(lg):
    def named(state):
        return None

    def first_name(node):
        return next(iter(lg.graph.StateGraph(Trail).add_node(node).nodes))

    return [first_name(named), first_name(Callable()), first_name(Callable().method)]


def a_node_without_parameters(lg):
    return _injected(lg, lambda: {"trail": ["none"]})


def outside_of_a_run(lg):
    return [
        outcome(lg.config.get_config),
        outcome(lg.config.get_stream_writer),
        outcome(lg.config.get_store),
        outcome(lg.runtime.get_runtime),
    ]


def after_a_run(lg):
    one_node(lg, marker("x")).invoke({"trail": []})
    return outcome(lg.config.get_config)


def ambient_in_gathered_tasks(lg):
    async def leaf(name):
        await asyncio.sleep(0)
        lg.config.get_stream_writer()(name)
        return lg.config.get_config()["metadata"]["langgraph_node"]

    async def node(state: Trail) -> dict[str, Any]:
        names = await asyncio.gather(leaf("a"), asyncio.create_task(leaf("b")))
        return {"trail": names}

    return streamed_async(one_node(lg, node), {"trail": []}, ["custom", "updates"])


def ambient_in_threads(lg):
    def leaf():
        return lg.config.get_config()["metadata"]["langgraph_node"]

    async def hops(state: Trail) -> dict[str, Any]:
        return {"trail": [await asyncio.to_thread(leaf)]}

    def pools(state: Trail) -> dict[str, Any]:
        with ThreadPoolExecutor(1) as pool:
            return {"trail": [pool.submit(copy_context().run, leaf).result()]}

    return [invoked_async(one_node(lg, hops), {"trail": []}), invoked(one_node(lg, pools), {"trail": []})]


def ambient_in_an_async_generator(lg):
    async def words():
        for word in ("a", "b"):
            await asyncio.sleep(0)
            lg.config.get_stream_writer()(word)
            yield word

    async def node(state: Trail) -> dict[str, Any]:
        return {"trail": [word async for word in words()]}

    return streamed_async(one_node(lg, node), {"trail": []}, ["custom", "updates"])


def ambient_of_side_by_side_nodes(lg):
    async def look(state: Trail) -> dict[str, Any]:
        await asyncio.sleep(0.001)
        return {"trail": [lg.config.get_config()["metadata"]["langgraph_node"]]}

    builder = lg.graph.StateGraph(Trail)
    for name in ("a", "b", "c"):
        builder.add_node(name, look)
        builder.add_edge(START, name)
    return invoked_async(builder.compile(), {"trail": []})


def a_runnable_like_object(lg):
    class Doubler:
        name = "doubler"

        def invoke(self, input, config=None, **kwargs):
            return {"trail": ["sync", config["metadata"]["langgraph_node"]]}

        async def ainvoke(self, input, config=None, **kwargs):
            return {"trail": ["async", config["metadata"]["langgraph_node"]]}

    return _injected(lg, Doubler())


def one_at_a_time(lg):
    running: list[int] = []
    most: list[int] = []

    async def node(state: Trail) -> dict[str, Any]:
        running.append(1)
        most.append(len(running))
        await asyncio.sleep(0.001)
        running.pop()
        return {"trail": ["x"]}

    builder = lg.graph.StateGraph(Trail)
    for name in ("a", "b", "c", "d"):
        builder.add_node(name, node)
        builder.add_edge(START, name)
    graph = builder.compile()
    answer = invoked_async(graph, {"trail": []}, {"max_concurrency": 2})
    return [answer, max(most)]
