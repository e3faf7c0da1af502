"""What `values`, `updates` and several modes together show, and what `invoke` makes of them."""

import contextlib
import io
import operator
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import START, Trail, chain, marker, one_node
from tests.parity.running import invoked, outcome, streamed


class Question(TypedDict):
    question: str


class Answer(TypedDict):
    number: int


class Private(TypedDict):
    secret: str


class Ordered(TypedDict):
    zeta: Annotated[list[Any], operator.add]
    first: int
    seen: Annotated[list[Any], operator.add]
    last: int
    alpha: Annotated[int, operator.add]


def first(state: Trail) -> dict[str, Any]:
    return {"trail": ["first"]}


def silent(state: Trail) -> None:
    return None


def empty(state: Trail) -> dict[str, Any]:
    return {}


def last(state: Trail) -> dict[str, Any]:
    return {"number": 3}


def _plain(lg):
    return chain(lg, Trail, first, silent, empty, last)


def ask(state: Question) -> Private:
    return {"secret": "s-" + state["question"], "number": 5}  # type: ignore[typeddict-unknown-key]


def use(state: Private) -> dict[str, Any]:
    return {"number": len(state["secret"]), "trail": ["use"]}


def look(state: Trail) -> dict[str, Any]:
    return {"trail": [sorted(state)]}


def _schemas(lg):
    return chain(lg, Trail, ask, use, look, input_schema=Question, output_schema=Answer)


def values(lg):
    return streamed(_plain(lg), {"trail": ["in"]}, "values")


def values_of_a_plain_key_as_input(lg):
    return streamed(_plain(lg), {"number": 1}, "values")


def values_without_input_keys(lg):
    return streamed(_plain(lg), {}, "values")


def updates(lg):
    return streamed(_plain(lg), {"trail": ["in"]}, "updates")


def default_mode(lg):
    return outcome(lambda: list(_plain(lg).stream({"trail": []})))


def several_modes(lg):
    def talk(state: Trail, writer: lg.types.StreamWriter):
        writer("one")
        writer({"two": 2})
        return {"trail": ["talk"]}

    return streamed(one_node(lg, talk), {"trail": []}, ["updates", "values", "custom"])


def one_mode_in_a_list(lg):
    return streamed(_plain(lg), {"trail": []}, ["updates"])


def no_mode(lg):
    return streamed(_plain(lg), {"trail": []}, [])


def modes_as_a_tuple(lg):
    return streamed(_plain(lg), {"trail": []}, ("values", "updates"))


def an_unknown_mode(lg):
    return streamed(_plain(lg), {"trail": []}, "bogus")


def output_key_as_a_string(lg):
    graph = _plain(lg)
    return [
        streamed(graph, {"trail": ["in"]}, mode, output_keys=key)
        for mode in ("values", "updates")
        for key in ("trail", "number")
    ]


def output_keys_as_a_list(lg):
    graph = _plain(lg)
    return [
        streamed(graph, {"trail": ["in"]}, mode, output_keys=keys)
        for mode in ("values", "updates")
        for keys in (["trail", "number"], ["number"])
    ]


def an_unknown_output_key(lg):
    return streamed(_plain(lg), {"trail": []}, "values", output_keys=["nowhere"])


def invoke_with_output_keys(lg):
    graph = _plain(lg)
    return [
        invoked(graph, {"trail": ["in"]}, output_keys="trail"),
        invoked(graph, {"trail": ["in"]}, output_keys=["number"]),
        invoked(one_node(lg, silent), {"trail": []}, output_keys="number"),
    ]


def output_schema_limits_invoke(lg):
    return invoked(_schemas(lg), {"question": "why"})


def values_show_every_schema(lg):
    return streamed(_schemas(lg), {"question": "why"}, "values")


def private_keys_show_in_updates(lg):
    return streamed(_schemas(lg), {"question": "why"}, "updates")


def nodes_see_their_own_schema(lg):
    tasks = streamed(_schemas(lg), {"question": "why"}, "tasks")
    return [chunk["input"] for chunk in tasks if "input" in chunk]


def state_keys_outside_the_input_schema(lg):
    return invoked(_schemas(lg), {"question": "why", "trail": ["kept"]}, output_keys=["trail"])


def nothing_for_the_output_schema(lg):
    graph = chain(lg, Trail, silent, output_schema=Answer)
    return [invoked(graph, {"trail": []}), streamed(graph, {"trail": []}, "values")]


def invoke_in_other_modes(lg):
    graph = _plain(lg)
    return [invoked(graph, {"trail": []}, stream_mode=mode) for mode in ("updates", "custom")]


def invoke_in_several_modes(lg):
    graph = _plain(lg)
    return [invoked(graph, {"trail": []}, stream_mode=modes) for modes in (["values"], ["updates", "values"])]


def print_mode_leaves_the_chunks_alone(lg):
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        chunks = outcome(lambda: list(_plain(lg).stream({"trail": []}, stream_mode="updates", print_mode=["values"])))
    lines = [line for line in shown.getvalue().splitlines() if line]
    return [chunks, len(lines), ["values" in line for line in lines]]


def unknown_key_in_the_input(lg):
    return invoked(_plain(lg), {"trail": [], "nowhere": 1})


def unknown_key_in_an_update(lg):
    return invoked(one_node(lg, lambda state: {"nowhere": 1, "number": 2}), {"trail": []})


def only_unknown_keys_in_the_input(lg):
    return invoked(one_node(lg, marker("ran")), {"nowhere": 1})


def empty_inputs(lg):
    graph = one_node(lg, marker("ran"))
    return [invoked(graph, value) for value in (None, {}, "text", 3, [("trail", ["x"])])]


def custom_chunks_come_before_the_update(lg):
    def talk(state: Trail, writer: lg.types.StreamWriter):
        writer("before")
        lg.config.get_stream_writer()("same stream")
        return {"trail": ["talk"]}

    return streamed(one_node(lg, talk), {"trail": []}, ["custom", "updates"])


def a_failing_node_ends_the_stream(lg):
    def boom(state: Trail):
        raise LookupError("boom")

    graph = chain(lg, Trail, first, boom)
    return [streamed(graph, {"trail": ["in"]}, mode) for mode in ("values", "updates")]


def a_failed_superstep_leaves_no_update_of_the_failing_node(lg):
    def boom(state: Trail):
        lg.config.get_stream_writer()("seen")
        raise ValueError("boom")

    return streamed(one_node(lg, boom), {"trail": []}, ["custom", "updates", "values"])


def keys_come_in_the_order_of_the_schema(lg):
    def node(state: Ordered) -> dict[str, Any]:
        return {"last": 1, "first": 2, "seen": [list(state)]}

    graph = one_node(lg, node, Ordered)
    return [list(chunk) for chunk in graph.stream({"last": 0}, stream_mode="values")]


def two_runs_of_one_graph_share_nothing(lg):
    graph = _plain(lg)
    return [invoked(graph, {"trail": ["a"]}), invoked(graph, {"trail": ["b"]})]


def updates_of_the_same_node_in_a_loop(lg):
    builder = lg.graph.StateGraph(Trail)
    builder.add_node("turn", marker("turn"))
    builder.add_edge(START, "turn")
    builder.add_conditional_edges(
        "turn", lambda state: "turn" if len(state["trail"]) < 3 else lg.graph.END, ["turn", lg.graph.END]
    )
    return streamed(builder.compile(), {"trail": []}, ["values", "updates"])
