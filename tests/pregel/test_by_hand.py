"""Pregel and NodeBuilder: graphs built without StateGraph."""

import operator
import threading

import pytest

from stepgraph.channels import BinaryOperatorAggregate, EphemeralValue, LastValue, Topic
from stepgraph.config import get_config, get_stream_writer
from stepgraph.errors import EmptyInputError, InvalidGraphError, InvalidUpdateError
from stepgraph.pregel import NodeBuilder, Pregel
from stepgraph.runtime import get_runtime
from stepgraph.types import RetryPolicy
from tests.pregel.states import chain


def doubling(colour):
    async def double(text):
        return text + text

    return colour.node(double)


def one_node(colour, **changes):
    node = NodeBuilder().subscribe_only("a").do(doubling(colour)).write_to("b")
    settings = {
        "nodes": {"node": node},
        "channels": {"a": EphemeralValue(str), "b": LastValue(str)},
        "input_channels": ["a"],
        "output_channels": ["b"],
    }
    return Pregel(**{**settings, **changes})


async def test_one_node(colour):
    assert await colour.invoke(one_node(colour), {"a": "foo"}) == {"b": "foofoo"}


async def test_bare_channels(colour):
    graph = one_node(colour, input_channels="a", output_channels="b")
    assert await colour.invoke(graph, "foo") == "foofoo"


async def test_two_nodes_in_a_row_and_a_default_mode_of_values(colour):
    first = NodeBuilder().subscribe_only("a").do(doubling(colour)).write_to("b")
    second = NodeBuilder().subscribe_only("b").do(doubling(colour)).write_to("c")
    graph = one_node(
        colour,
        nodes={"first": first, "second": second},
        channels={"a": EphemeralValue(str), "b": LastValue(str), "c": EphemeralValue(str)},
        output_channels=["b", "c"],
    )
    assert await colour.invoke(graph, {"a": "foo"}) == {"b": "foofoo", "c": "foofoofoofoo"}
    chunks = await colour.chunks(graph, {"a": "foo"})
    assert chunks[-1]["c"] == "foofoofoofoo"
    assert await colour.chunks(graph, {"a": "foo"}, stream_mode="updates") == [
        {"first": {"b": "foofoo"}},
        {"second": {"c": "foofoofoofoo"}},
    ]


async def test_a_topic_that_accumulates(colour):
    first = NodeBuilder().subscribe_only("a").do(doubling(colour)).write_to("b", "c")
    second = NodeBuilder().subscribe_only("b").do(doubling(colour)).write_to("c")
    graph = one_node(
        colour,
        nodes={"first": first, "second": second},
        channels={"a": EphemeralValue(str), "b": EphemeralValue(str), "c": Topic(str, accumulate=True)},
        output_channels=["c"],
    )
    assert await colour.invoke(graph, {"a": "foo"}) == {"c": ["foofoo", "foofoofoofoo"]}


async def test_a_reducer(colour):
    first = NodeBuilder().subscribe_only("a").do(doubling(colour)).write_to("b", "c")
    second = NodeBuilder().subscribe_only("b").do(doubling(colour)).write_to("c")

    def joined(current, update):
        return f"{current} | {update}" if current else update

    graph = one_node(
        colour,
        nodes={"first": first, "second": second},
        channels={"a": EphemeralValue(str), "b": EphemeralValue(str), "c": BinaryOperatorAggregate(str, joined)},
        output_channels=["c"],
    )
    assert await colour.invoke(graph, {"a": "foo"}) == {"c": "foofoo | foofoofoofoo"}


async def test_reading_several_channels_and_others_that_do_not_trigger(colour):
    seen = []

    async def node(values):
        seen.append(values)
        return sum(values.values())

    builder = NodeBuilder().subscribe_to("i").read_from("s", "unset").do(colour.node(node)).write_to("out")
    graph = one_node(
        colour,
        nodes={"node": builder},
        channels={name: LastValue(int) for name in ("i", "s", "unset", "out")},
        input_channels=["i", "s"],
        output_channels="out",
    )
    assert await colour.invoke(graph, {"i": 1, "s": 2}) == 3
    assert await colour.invoke(graph, {"i": 1}) == 1
    assert seen == [{"i": 1, "s": 2}, {"i": 1}]


async def test_a_subscription_that_does_not_read(colour):
    async def node(values):
        return [values]

    builder = NodeBuilder().subscribe_to("a", read=False).do(colour.node(node)).write_to("b")
    assert await colour.invoke(one_node(colour, nodes={"node": builder}), {"a": "foo"}) == {"b": [{}]}


async def test_constants_and_functions_of_the_result(colour):
    builder = NodeBuilder().subscribe_only("a").do(doubling(colour)).write_to("b", constant=5, length=len)
    graph = one_node(
        colour,
        nodes={"node": builder},
        channels={"a": EphemeralValue(str), **{name: LastValue(object) for name in ("b", "constant", "length")}},
        output_channels=["b", "constant", "length"],
    )
    assert await colour.invoke(graph, {"a": "foo"}) == {"b": "foofoo", "constant": 5, "length": 6}


async def test_several_functions_one_after_the_other(colour):
    async def shout(text, config):
        assert config is get_config()
        return text.upper()

    async def exclaim(text, *, writer):
        writer(text)
        return text + "!"

    builder = NodeBuilder().subscribe_only("a").do(doubling(colour)).do(colour.node(shout)).do(colour.node(exclaim))
    graph = one_node(colour, nodes={"node": builder.write_to("b")})
    chunks = await colour.chunks(graph, {"a": "foo"}, stream_mode=["custom", "updates"])
    assert chunks == [("custom", "FOOFOO"), ("updates", {"node": {"b": "FOOFOO!"}})]


async def test_functions_of_both_colours_one_after_the_other_each_where_it_belongs():
    async def on_loop(text):
        assert threading.current_thread() is threading.main_thread()
        return text + "1"

    def in_thread(text):
        assert threading.current_thread() is not threading.main_thread(), "a sync function must not block the loop"
        return text + "2" + get_config()["metadata"]["langgraph_node"]

    for order in ((on_loop, in_thread), (in_thread, on_loop), (in_thread, in_thread)):
        builder = NodeBuilder().subscribe_only("a").write_to("b")
        for function in order:
            builder.do(function)
        graph = Pregel(
            nodes={"node": builder},
            channels={"a": EphemeralValue(str), "b": LastValue(str)},
            input_channels="a",
            output_channels="b",
        )
        assert "2node" in await graph.ainvoke("")


async def test_a_node_without_a_function_passes_on(colour):
    builder = NodeBuilder().subscribe_only("a").write_to("b")
    assert await colour.invoke(one_node(colour, nodes={"node": builder}), {"a": "foo"}) == {"b": "foo"}


async def test_a_graph_as_a_node(colour):
    inner = one_node(colour, input_channels="a", output_channels="b")
    builder = NodeBuilder().subscribe_only("a").do(inner).write_to("b")
    graph = one_node(colour, nodes={"node": builder})
    assert await colour.invoke(graph, {"a": "x"}) == {"b": "xx"}
    chunks = await colour.chunks(graph, {"a": "x"}, stream_mode="updates", subgraphs=True)
    assert [(len(namespace), chunk) for namespace, chunk in chunks] == [
        (1, {"node": {"b": "xx"}}),
        (0, {"node": {"b": "xx"}}),
    ]


async def test_a_hand_built_graph_as_a_node_of_a_state_graph(colour):
    inner = Pregel(
        nodes={"n": NodeBuilder().subscribe_only("log").do(lambda log: [len(log)]).write_to("log")},
        channels={"log": BinaryOperatorAggregate(list, operator.add), "done": LastValue(bool)},
        input_channels=["log"],
        output_channels=["log"],
    )
    with pytest.raises(Exception, match="supersteps"):
        await colour.invoke(chain(("sub", inner)), {"log": [1]}, {"recursion_limit": 5})


async def test_tags_and_metadata(colour):
    async def node(text):
        return get_config()

    builder = NodeBuilder().subscribe_only("a").do(colour.node(node)).meta("t1", "t2", k=1).write_to("b")
    graph = one_node(colour, nodes={"node": builder})
    found = (await colour.invoke(graph, {"a": "x"}, {"tags": ["run"]}))["b"]
    assert found["tags"] == ["run", "t1", "t2"]
    assert found["metadata"]["k"] == 1
    start, _ = await colour.chunks(graph, {"a": "x"}, stream_mode="tasks")
    assert start["metadata"] == {"k": 1, "tags": ["t1", "t2"]}
    assert start["triggers"] == ("a",)
    assert start["input"] == "x"


async def test_retry_policies(colour):
    attempts = []

    async def flaky(text):
        attempts.append(get_runtime().execution_info.node_attempt)
        if len(attempts) < 3:
            raise ConnectionError
        return text

    policy = RetryPolicy(initial_interval=0, jitter=False)
    builder = NodeBuilder().subscribe_only("a").do(colour.node(flaky)).write_to("b").add_retry_policies(policy)
    assert await colour.invoke(one_node(colour, nodes={"node": builder}), {"a": "x"}) == {"b": "x"}
    assert attempts == [1, 2, 3]


async def test_stream_channels(colour):
    channels = {"a": EphemeralValue(str), "b": LastValue(str), "c": LastValue(str)}
    builder = NodeBuilder().subscribe_only("a").do(doubling(colour)).write_to("b", "c")
    graph = one_node(colour, nodes={"node": builder}, channels=channels, stream_channels=["c"])
    assert (await colour.chunks(graph, {"a": "x"}, stream_mode="values"))[-1] == {"c": "xx"}
    assert await colour.chunks(graph, {"a": "x"}, stream_mode="updates") == [{"node": {"c": "xx"}}]
    bare = one_node(colour, nodes={"node": builder}, channels=channels, stream_channels="c")
    assert (await colour.chunks(bare, {"a": "x"}, stream_mode="values"))[-1] == "xx"


async def test_with_config_leaves_the_graph_as_it_was(colour):
    async def node(text):
        return get_config().get("tags", "none")

    graph = one_node(colour, nodes={"n": NodeBuilder().subscribe_only("a").do(colour.node(node)).write_to("b")})
    bound = graph.with_config({"tags": ["bound"]}, metadata={"m": 1})
    assert type(bound) is Pregel
    assert await colour.invoke(bound, {"a": "x"}) == {"b": ["bound"]}
    assert await colour.invoke(graph, {"a": "x"}) == {"b": "none"}


async def test_a_store_a_context_and_a_name(colour):
    async def node(text):
        runtime = get_runtime()
        get_stream_writer()(runtime.context)
        return runtime.store

    store = object()
    builder = NodeBuilder().subscribe_only("a").do(colour.node(node)).write_to("b")
    graph = one_node(colour, nodes={"n": builder}, store=store, name="mine")
    assert graph.get_name() == "mine"
    assert await colour.invoke(graph, {"a": "x"}, context="ctx") == {"b": store}
    assert await colour.chunks(graph, {"a": "x"}, context="ctx", stream_mode="custom") == ["ctx"]


@pytest.mark.parametrize(
    ("input", "kind", "words"),
    [
        (None, EmptyInputError, r"given no input.*'a'"),
        ({}, EmptyInputError, "'a'"),
        ({"b": "x"}, InvalidUpdateError, r"unknown key 'b'"),
        ("text", InvalidUpdateError, r"must be a dict.*got str: 'text'"),
    ],
)
async def test_inputs_that_do_not_fit(colour, input, kind, words):
    with pytest.raises(kind, match=words):
        await colour.invoke(one_node(colour), input)


async def test_a_write_to_a_channel_that_does_not_exist(colour):
    builder = NodeBuilder().subscribe_only("a").write_to("bb")
    with pytest.raises((InvalidUpdateError, InvalidGraphError), match=r"'bb'.*did you mean 'b'"):
        await colour.invoke(one_node(colour, nodes={"node": builder}), {"a": "x"})


def test_problems_are_all_listed():
    with pytest.raises(InvalidGraphError) as caught:
        Pregel(
            nodes={"node": NodeBuilder().subscribe_to("aa").read_from("x").write_to("b")},
            channels={"a": LastValue(str), "b": LastValue(str)},
            input_channels=["a", "i"],
            output_channels="o",
        )
    text = str(caught.value)
    for part in ("'aa', which does not exist; did you mean 'a'", "'x', which", "'i', which", "'o', which"):
        assert part in text
    assert "nothing would ever run" in text
    assert len(caught.value.problems) == 5


def test_builders_refuse_what_does_not_go_together():
    with pytest.raises(ValueError, match="stands alone"):
        NodeBuilder().subscribe_to("a").subscribe_only("b")
    with pytest.raises(ValueError, match="'a' only"):
        NodeBuilder().subscribe_only("a").subscribe_to("b")
    with pytest.raises(ValueError, match="'a' only"):
        NodeBuilder().subscribe_only("a").read_from("b")
    with pytest.raises(InvalidGraphError, match=r"'n' subscribes to no channel.*subscribe_to"):
        NodeBuilder().build("n")


async def test_a_sync_run_of_an_async_chain_is_refused():
    async def last(text):
        return text

    builder = NodeBuilder().subscribe_only("a").do(lambda text: text).do(last).write_to("b")
    graph = Pregel(
        nodes={"node": builder},
        channels={"a": EphemeralValue(str), "b": LastValue(str)},
        input_channels="a",
        output_channels="b",
    )
    with pytest.raises(TypeError, match=r"'node'.*ainvoke"):
        graph.invoke("x")
    assert await graph.ainvoke("x") == "x"
