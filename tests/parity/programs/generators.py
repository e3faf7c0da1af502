"""Nodes that are generators: what they yield is put together, nothing shows before they end."""

import operator
from typing import Annotated, Any

from tests.parity.building import Trail, one_node
from tests.parity.running import invoked, invoked_async, streamed, streamed_async


def two_dicts(state: Trail):
    yield {"trail": ["1"]}
    yield {"trail": ["2"], "number": 1}


def nothing_yielded(state: Trail):
    return
    yield


def value_returned(state: Trail):
    yield {"trail": ["yielded"]}
    return {"number": 5}


def three_ints(state: int):
    yield 1
    yield 2
    yield 3


def two_texts(state: str):
    yield "a"
    yield "b"


def two_lists(state: list[Any]):
    yield ["a"]
    yield ["b"]


async def later(state: Trail):
    yield {"trail": ["1"]}
    yield {"trail": ["2"], "number": 1}


async def ints_later(state: int):
    yield 1
    yield 2


def dicts(lg):
    return streamed(one_node(lg, two_dicts), {"trail": ["in"]}, ["updates", "values"])


def nothing(lg):
    return streamed(one_node(lg, nothing_yielded), {"trail": ["in"]}, ["updates", "values"])


def a_returned_value(lg):
    return invoked(one_node(lg, value_returned), {"trail": ["in"]})


def a_command(lg):
    def command(state: Trail):
        yield lg.types.Command(update={"trail": ["command"]})

    return invoked(one_node(lg, command), {"trail": ["in"]})


def the_writer_works_inside(lg):
    def talking(state: Trail):
        lg.config.get_stream_writer()("first")
        yield {"trail": ["1"]}
        lg.config.get_stream_writer()("second")
        yield {"trail": ["2"]}

    return streamed(one_node(lg, talking), {"trail": []}, ["custom", "updates"])


def values_of_a_root_state(lg):
    return [
        streamed(one_node(lg, three_ints, int), 5, ["updates", "values"]),
        streamed(one_node(lg, three_ints, Annotated[int, operator.add]), 5, ["updates", "values"]),
        invoked(one_node(lg, two_texts, str), "in"),
        invoked(one_node(lg, two_lists, list), ["in"]),
        invoked(one_node(lg, two_lists, Annotated[list, operator.add]), ["in"]),
    ]


def asynchronous(lg):
    return [
        streamed_async(one_node(lg, later), {"trail": ["in"]}, ["updates", "values"]),
        invoked_async(one_node(lg, ints_later, int), 5),
    ]


def asynchronous_on_the_sync_door(lg):
    graph = one_node(lg, later)
    answer = invoked(graph, {"trail": ["in"]})
    return answer["sync"]


def a_function_that_returns_a_generator(lg):
    def returns(state: Trail) -> Any:
        return (item for item in [{"trail": ["x"]}])

    return invoked(one_node(lg, returns), {"trail": ["in"]})


def an_error_between_two_yields(lg):
    def breaks(state: Trail):
        yield {"trail": ["1"]}
        raise LookupError("between")

    return streamed(one_node(lg, breaks), {"trail": []}, ["updates", "values"])
