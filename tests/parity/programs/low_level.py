"""`Pregel` and `NodeBuilder`: graphs from nodes and channels alone."""

import operator
from typing import Any

from typing_extensions import TypedDict

from tests.parity.building import START
from tests.parity.running import invoked, invoked_async, outcome, streamed


class Shared(TypedDict):
    number: int
    word: str


def _doubling(lg, **options):
    channels, builder = lg.channels, lg.pregel.NodeBuilder
    options = {"input_channels": ["a"], "output_channels": ["b"], **options}
    return lg.pregel.Pregel(
        nodes={"double": builder().subscribe_only("a").do(lambda x: x + x).write_to("b")},
        channels={"a": channels.EphemeralValue(str), "b": channels.EphemeralValue(str)},
        **options,
    )


def one_node(lg):
    graph = _doubling(lg)
    return [
        invoked(graph, {"a": "x"}),
        *(streamed(graph, {"a": "x"}, mode) for mode in ("values", "updates", "tasks", "debug")),
    ]


def bare_channels(lg):
    graph = _doubling(lg, input_channels="a", output_channels="b")
    return [invoked(graph, "x"), streamed(graph, "x", "values"), streamed(graph, "x", "updates")]


def the_default_mode(lg):
    graph = _doubling(lg)
    return [graph.stream_mode, outcome(lambda: list(graph.stream({"a": "x"})))]


def inputs_that_do_not_fit(lg):
    graph = _doubling(lg)
    return [invoked(graph, value) for value in (None, {}, {"other": 1}, "text")]


def two_nodes(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder
    graph = lg.pregel.Pregel(
        nodes={
            "one": builder().subscribe_only("a").do(lambda x: x + x).write_to("b"),
            "two": builder().subscribe_only("b").do(lambda x: x + x).write_to("c"),
        },
        channels={
            "a": channels.EphemeralValue(str),
            "b": channels.LastValue(str),
            "c": channels.EphemeralValue(str),
        },
        input_channels=["a"],
        output_channels=["b", "c"],
    )
    return [invoked(graph, {"a": "x"}), streamed(graph, {"a": "x"}, ["updates", "values"])]


def a_topic(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder
    graph = lg.pregel.Pregel(
        nodes={
            "one": builder().subscribe_only("a").do(lambda x: x + x).write_to("b", "c"),
            "two": builder().subscribe_to("b").do(lambda x: x["b"] + x["b"]).write_to("c"),
        },
        channels={
            "a": channels.EphemeralValue(str),
            "b": channels.EphemeralValue(str),
            "c": channels.Topic(str, accumulate=True),
        },
        input_channels=["a"],
        output_channels=["c"],
    )
    return [invoked(graph, {"a": "x"}), streamed(graph, {"a": "x"}, ["tasks", "values"])]


def an_aggregate(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder
    graph = lg.pregel.Pregel(
        nodes={
            "one": builder().subscribe_only("a").do(lambda x: x + x).write_to("b", "c"),
            "two": builder().subscribe_only("b").do(lambda x: x + x).write_to("c"),
        },
        channels={
            "a": channels.EphemeralValue(str),
            "b": channels.EphemeralValue(str),
            "c": channels.BinaryOperatorAggregate(str, lambda old, new: f"{old}|{new}"),
        },
        input_channels=["a"],
        output_channels=["c"],
    )
    return invoked(graph, {"a": "x"})


def _counting(lg, length, **options):
    channels, builder = lg.channels, lg.pregel.NodeBuilder
    return lg.pregel.Pregel(
        nodes={
            "turn": builder().subscribe_only("n").do(lambda n: n + 1).write_to("seen"),
            "back": builder().subscribe_only("seen").do(lambda n: n).write_to(n=lambda n: n if n < length else length),
        },
        channels={"n": channels.EphemeralValue(int), "seen": channels.EphemeralValue(int)},
        input_channels="n",
        output_channels="seen",
        **options,
    )


def a_cycle_without_end(lg):
    return streamed(_counting(lg, 3), 0, "values", {"recursion_limit": 6})


def none_is_a_value(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder
    graph = lg.pregel.Pregel(
        nodes={
            "loop": builder()
            .subscribe_only("value")
            .do(lambda x: x + x if x and len(x) < 4 else None)
            .write_to("value")
        },
        channels={"value": channels.EphemeralValue(str)},
        input_channels=["value"],
        output_channels=["value"],
    )
    return streamed(graph, {"value": "a"}, "values", {"recursion_limit": 5})


def supersteps_that_fit_the_limit(lg):
    def chain(length):
        channels, builder = lg.channels, lg.pregel.NodeBuilder
        nodes = {
            f"n{index}": builder().subscribe_only(f"c{index}").write_to(f"c{index + 1}") for index in range(length)
        }
        return lg.pregel.Pregel(
            nodes=nodes,
            channels={f"c{index}": channels.EphemeralValue(int) for index in range(length + 1)},
            input_channels="c0",
            output_channels=f"c{length}",
        )

    return [invoked(chain(length), 1, {"recursion_limit": 3}) for length in (2, 3, 4)]


def constants_and_functions_as_writes(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder
    graph = lg.pregel.Pregel(
        nodes={"node": builder().subscribe_only("i").do(lambda x: x * 2).write_to("o", k=5, f=lambda x: x + 1)},
        channels={name: channels.LastValue(int) for name in "iokf"},
        input_channels="i",
        output_channels=["o", "k", "f"],
    )
    return [invoked(graph, 3), streamed(graph, 3, "updates")]


def _reading(lg, build):
    channels = lg.channels
    graph = lg.pregel.Pregel(
        nodes={"node": build(lg.pregel.NodeBuilder()).do(lambda x: [x]).write_to("o")},
        channels={
            "i": channels.EphemeralValue(int),
            "s": channels.LastValue(int),
            "o": channels.LastValue(list),
        },
        input_channels=["i", "s"],
        output_channels="o",
    )
    return [invoked(graph, {"i": 1, "s": 2}), invoked(graph, {"i": 1})]


def what_a_node_reads(lg):
    return [
        _reading(lg, lambda node: node.subscribe_only("i")),
        _reading(lg, lambda node: node.subscribe_to("i")),
        _reading(lg, lambda node: node.subscribe_to("i", "s")),
        _reading(lg, lambda node: node.subscribe_to("i").read_from("s")),
        _reading(lg, lambda node: node.subscribe_to("i", read=False).read_from("s")),
        _reading(lg, lambda node: node.subscribe_to("i", read=False)),
    ]


def subscriptions_that_exclude_each_other(lg):
    builder = lg.pregel.NodeBuilder
    return [
        "error" in outcome(lambda: builder().subscribe_only("i").read_from("s")),
        outcome(lambda: builder().subscribe_only("i").subscribe_to("s")),
        outcome(lambda: builder().subscribe_to("i").subscribe_only("s")),
    ]


def several_functions(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder
    nodes: list[Any] = [
        builder().subscribe_only("i").do(lambda x: x + 1).do(lambda x: x * 10).write_to("o"),
        builder().subscribe_only("i").write_to("o"),
        builder().subscribe_only("i").write_to("o").build(),
    ]
    return [
        invoked(
            lg.pregel.Pregel(
                nodes={"node": node},
                channels={"i": channels.EphemeralValue(int), "o": channels.LastValue(int)},
                input_channels="i",
                output_channels="o",
            ),
            3,
        )
        for node in nodes
    ]


def an_async_function(lg):
    async def increment(x):
        return x + 1

    channels = lg.channels
    graph = lg.pregel.Pregel(
        nodes={"node": lg.pregel.NodeBuilder().subscribe_only("i").do(increment).write_to("o")},
        channels={"i": channels.EphemeralValue(int), "o": channels.LastValue(int)},
        input_channels="i",
        output_channels="o",
    )
    return [invoked_async(graph, 3), outcome(lambda: graph.invoke(3))]


def unknown_channels(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder

    def build(read="i", input="i", output="o"):
        lg.pregel.Pregel(
            nodes={"node": builder().subscribe_only(read).write_to("o")},
            channels={"i": channels.EphemeralValue(int), "o": channels.LastValue(int)},
            input_channels=input,
            output_channels=output,
        )
        return "built"

    return [
        outcome(build),
        outcome(lambda: build(read="q")),
        outcome(lambda: build(input="q")),
        outcome(lambda: build(output="q")),
        outcome(lambda: build(read="o")),
    ]


def writing_to_an_unknown_channel(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder

    def build():
        return lg.pregel.Pregel(
            nodes={"node": builder().subscribe_only("i").write_to("nowhere")},
            channels={"i": channels.EphemeralValue(int), "o": channels.LastValue(int)},
            input_channels="i",
            output_channels="o",
        ).invoke(1)

    return outcome(build)


def two_writers(lg):
    channels, builder = lg.channels, lg.pregel.NodeBuilder

    def play(channel):
        graph = lg.pregel.Pregel(
            nodes={
                "b": builder().subscribe_only("i").do(lambda x: x + 1).write_to("o"),
                "a": builder().subscribe_only("i").do(lambda x: x + 2).write_to("o"),
            },
            channels={"i": channels.EphemeralValue(int), "o": channel},
            input_channels="i",
            output_channels="o",
        )
        return invoked(graph, 1)

    return [
        play(channels.LastValue(int)),
        play(channels.Topic(int)),
        play(channels.BinaryOperatorAggregate(int, operator.add)),
        play(channels.AnyValue(int)),
    ]


def tags_and_metadata(lg):
    def look(x, config):
        return [config.get("tags"), config["metadata"].get("key"), config["metadata"]["langgraph_step"]]

    channels = lg.channels
    node = lg.pregel.NodeBuilder().subscribe_only("i").do(look).meta("t", key=1).write_to("o")
    graph = lg.pregel.Pregel(
        nodes={"node": node},
        channels={"i": channels.EphemeralValue(int), "o": channels.LastValue(list)},
        input_channels="i",
        output_channels="o",
    )
    return [invoked(graph, 1), streamed(graph, 1, "tasks")[0]["metadata"]]


def stream_channels(lg):
    channels = lg.channels

    def play(shown):
        graph = lg.pregel.Pregel(
            nodes={"node": lg.pregel.NodeBuilder().subscribe_only("i").write_to("o", "x")},
            channels={name: channels.LastValue(int) for name in "iox"},
            input_channels=["i"],
            output_channels=["o"],
            stream_channels=shown,
        )
        return [streamed(graph, {"i": 1}, mode) for mode in ("values", "updates")]

    return [play(None), play("x"), play(["x", "o"])]


def a_node_that_feeds_itself(lg):
    channels = lg.channels
    graph = lg.pregel.Pregel(
        nodes={"node": lg.pregel.NodeBuilder().subscribe_only("i").do(lambda x: x + 1).write_to("i")},
        channels={"i": channels.LastValue(int)},
        input_channels="i",
        output_channels="i",
    )
    return streamed(graph, 1, "values", {"recursion_limit": 4})


def as_a_node_of_a_state_graph(lg):
    channels = lg.channels
    inner = lg.pregel.Pregel(
        nodes={
            "node": lg.pregel.NodeBuilder().subscribe_only("number").do(lambda number: f"n{number}").write_to("word")
        },
        channels={"number": channels.LastValue(int), "word": channels.LastValue(str)},
        input_channels=["number"],
        output_channels=["word"],
    )
    builder = lg.graph.StateGraph(Shared)
    builder.add_node("inner", inner)
    builder.add_edge(START, "inner")
    return invoked(builder.compile(), {"number": 4})
