"""Which parameters of a node are filled, by name and by annotation."""

import functools
import threading
from typing import Annotated, Any, Dict, Optional, Union  # noqa: UP035 - users write the old forms

import pytest

from stepgraph import RunnableConfig as Renamed
from stepgraph.config import RunnableConfig, get_config, get_stream_writer
from stepgraph.graph import START, StateGraph
from stepgraph.runtime import Runtime, get_runtime
from stepgraph.types import StreamWriter
from tests.pregel import postponed
from tests.pregel.states import Log, chain

STORE = object()
CONFIG = {"configurable": {"user": "ada"}}


def ambient():
    return {
        "config": get_config(),
        "runtime": get_runtime(),
        "writer": get_stream_writer(),
        "store": STORE,
        "previous": None,
    }


async def injected(colour, body):
    """Run a node, a coroutine function that returns what it got by name, and return that and what it should be."""
    seen = []

    @functools.wraps(body)
    async def noting(*args: Any, **kwargs: Any) -> None:
        seen.append((await body(*args, **kwargs), ambient()))

    graph = chain(("node", colour.node(noting)), store=STORE)
    await colour.invoke(graph, {"log": []}, CONFIG, context="ctx")
    return seen[0]


async def no_annotations(state, config, writer, store, runtime, previous):
    return locals()


async def keyword_only(state, *, config, writer, store, runtime, previous):
    return locals()


async def with_defaults(state, config=None, writer=None, store=None, runtime=None, previous="never"):
    return locals()


async def annotated(state, config: RunnableConfig, writer: StreamWriter, store: Any, runtime: Runtime, previous: Any):
    return locals()


async def optional(
    state,
    config: Optional[RunnableConfig] = None,  # noqa: UP045
    writer: Optional[StreamWriter] = None,  # noqa: UP045
    runtime: Optional[Runtime[str]] = None,  # noqa: UP045
):
    return locals()


async def with_a_bar(
    state,
    config: RunnableConfig | None = None,
    writer: StreamWriter | None = None,
    runtime: Runtime[str] | None = None,
    store: dict | None = None,
):
    return locals()


async def in_a_union(state, config: Union[RunnableConfig, None]):  # noqa: UP007
    return locals()


async def as_a_string(state, config: "RunnableConfig", writer: "StreamWriter", runtime: "Runtime[str]"):
    return locals()


async def as_a_dict(state, config: dict, store: Dict[str, Any] = None):  # noqa: UP006, RUF013
    return locals()


@pytest.mark.parametrize(
    "body",
    [
        *(no_annotations, keyword_only, with_defaults, annotated, optional, with_a_bar, in_a_union, as_a_string),
        *(as_a_dict, postponed.annotated, postponed.with_a_bar, postponed.optional, postponed.for_checkers_only),
    ],
    ids=lambda body: f"{body.__module__.rpartition('.')[2]}.{body.__name__}",
)
async def test_by_their_names(colour, body):
    got, expected = await injected(colour, body)
    del got["state"]
    assert got
    for name, value in got.items():
        assert value is expected[name] or (value is None is expected[name]), name


async def by_annotation(state, cfg: RunnableConfig, put: StreamWriter, rt: Runtime[str]):
    return {"config": cfg, "writer": put, "runtime": rt}


async def by_optional_annotation(state, cfg: RunnableConfig | None = None, rt: "Optional[Runtime]" = None):  # noqa: UP045
    return {"config": cfg, "runtime": rt}


async def by_another_name_of_the_class(state, cfg: Renamed):
    return {"config": cfg}


@pytest.mark.parametrize(
    "body",
    [
        *(by_annotation, by_optional_annotation, by_another_name_of_the_class),
        *(postponed.by_annotation, postponed.by_annotation_with_a_bar, postponed.by_annotation_for_checkers_only),
        postponed.by_another_name,
    ],
    ids=lambda body: f"{body.__module__.rpartition('.')[2]}.{body.__name__}",
)
async def test_by_their_annotations(colour, body):
    got, expected = await injected(colour, body)
    for name, value in got.items():
        assert value is expected[name], name


async def test_an_annotated_form_of_the_class(colour):
    async def node(state, cfg: Annotated[RunnableConfig, "theirs"]):
        return {"config": cfg}

    got, expected = await injected(colour, node)
    assert got["config"] is expected["config"]


async def test_a_parameter_of_another_type_with_a_default_keeps_it(colour):
    async def node(state, store: int = 2, writer: str = "w", other=7):
        return locals()

    got, _ = await injected(colour, node)
    assert (got["store"], got["writer"], got["other"]) == (2, "w", 7)


async def test_star_parameters_get_nothing(colour):
    async def node(state, *args, **kwargs):
        return locals()

    got, _ = await injected(colour, node)
    assert got["args"] == ()
    assert got["kwargs"] == {}


async def test_what_a_partial_binds_is_left_alone(colour):
    async def node(state, config, extra, writer):
        assert config == "bound"
        assert extra == 3
        assert writer is get_stream_writer()
        return {"log": ["ran"]}

    bound = functools.partial(colour.node(node), config="bound", extra=3)
    assert await colour.invoke(chain(("node", bound)), {"log": []}) == {"log": ["ran"]}


async def test_methods_and_callable_objects(colour):
    class Things:
        async def method(self, state, config):
            assert config is get_config()
            return {"log": ["method"]}

    class Async:
        async def __call__(self, state, runtime):
            assert runtime is get_runtime()
            return {"log": ["object"]}

    class Sync:
        def __call__(self, state, runtime):
            assert runtime is get_runtime()
            return {"log": ["object"]}

    things = Things()
    graph = chain(("one", colour.node(things.method)), ("two", Async() if colour.nodes_async else Sync()))
    assert await colour.invoke(graph, {"log": []}) == {"log": ["method", "object"]}


async def test_generator_nodes_are_given_parameters_too(colour):
    def sync(state, config, *, runtime):
        assert (config, runtime) == (get_config(), get_runtime())
        yield {"log": ["ran"]}

    async def awaitable(state, config, *, runtime):
        assert (config, runtime) == (get_config(), get_runtime())
        yield {"log": ["ran"]}

    graph = chain(("gen", awaitable if colour.nodes_async else sync))
    assert await colour.invoke(graph, {"log": []}) == {"log": ["ran"]}


async def test_routers_are_given_parameters_too(colour):
    seen = []

    async def node(state):
        return None

    async def routes(state, config, *, runtime: Runtime, writer):
        seen.append((config is get_config(), runtime is get_runtime(), config["metadata"]["langgraph_node"]))
        writer("from the router")
        return []

    graph = StateGraph(Log).add_node("node", colour.node(node)).add_edge(START, "node")
    graph = graph.add_conditional_edges("node", colour.node(routes), ["node"]).compile()
    assert await colour.chunks(graph, {"log": []}, stream_mode="custom") == ["from the router"]
    assert seen == [(True, True, "node")]


def test_a_parameter_that_nothing_can_fill_is_refused_when_the_node_is_added():
    def node(state, database):
        return None

    with pytest.raises(TypeError, match=r"'node' has a parameter 'database'.*'config', 'writer'.*functools\.partial"):
        StateGraph(Log).add_node(node)


def test_a_node_without_parameters_is_refused_when_it_is_added():
    def node():
        return None

    with pytest.raises(TypeError, match=r"'node' must take the state as its first parameter"):
        StateGraph(Log).add_node(node)


class Wrapper:
    """An object with invoke and ainvoke, as other libraries make them."""

    def __init__(self):
        self.calls = []

    def invoke(self, input, config=None):
        self.calls.append(("invoke", input, config, get_config()))
        return {"log": ["ran"]}

    async def ainvoke(self, input, config=None):
        self.calls.append(("ainvoke", input, config, get_config()))
        return {"log": ["ran"]}


async def test_an_object_with_invoke_is_given_the_config(colour):
    wrapper = Wrapper()
    await colour.invoke(chain(("node", wrapper)), {"log": []}, CONFIG)
    ((door, given, config, ambient_config),) = wrapper.calls
    assert door == ("ainvoke" if colour.runs_async else "invoke")
    assert given == {"log": []}
    assert type(config) is dict
    assert config is ambient_config
    assert config["configurable"]["user"] == "ada"


async def test_an_object_whose_invoke_calls_the_config_otherwise_is_given_it_too(colour):
    class Terse:
        def invoke(self, x, cfg=None):
            return {"log": [cfg["configurable"]["user"]]}

        async def ainvoke(self, x, cfg=None):
            return {"log": [cfg["configurable"]["user"]]}

    assert await colour.invoke(chain(("node", Terse())), {"log": []}, CONFIG) == {"log": ["ada"]}


async def test_an_object_with_ainvoke_alone_runs_in_async_runs_only():
    class Only:
        async def ainvoke(self, input, config=None):
            return {"log": ["ran"]}

    graph = chain(("node", Only()))
    assert await graph.ainvoke({"log": []}) == {"log": ["ran"]}
    with pytest.raises(TypeError, match="'node'"):
        graph.invoke({"log": []})


async def test_an_object_with_invoke_alone_runs_in_a_thread_in_async_runs(colour):
    class Only:
        def invoke(self, input, config=None):
            return {"log": [threading.current_thread() is threading.main_thread()]}

    result = await colour.invoke(chain(("node", Only())), {"log": []})
    assert result == {"log": [not colour.runs_async]}
