"""States without keys: one value, written and read as a whole."""

import operator
from typing import Annotated, Any

from tests.parity.building import START
from tests.parity.running import invoked, streamed


def increment(state: int) -> int:
    return state + 1


def double(state: int) -> int:
    return state * 2


def append(state: list[Any]) -> list[Any]:
    return ["x"]


def silent(state: Any) -> None:
    return None


def _graph(lg, schema, *nodes):
    builder = lg.graph.StateGraph(schema)
    builder.add_sequence(list(nodes))
    builder.add_edge(START, nodes[0].__name__)
    return builder.compile()


def _all(lg, graph, input):
    return [invoked(graph, input), *(streamed(graph, input, mode) for mode in ("values", "updates", "tasks"))]


def an_int(lg):
    return _all(lg, _graph(lg, int, increment, double), 1)


def a_reduced_list(lg):
    return _all(lg, _graph(lg, Annotated[list, operator.add], append, silent), ["in"])


def a_dict_is_replaced(lg):
    def other_key(state: dict[str, int]) -> dict[str, int]:
        return {"other": 2}

    return _all(lg, _graph(lg, dict, other_key), {"key": 1})


def a_reduced_dict_is_merged(lg):
    def other_key(state: dict[str, int]) -> dict[str, int]:
        return {"other": 2}

    return _all(lg, _graph(lg, Annotated[dict, operator.or_], other_key), {"key": 1})


def falsy_values(lg):
    def zero(state: int) -> int:
        return 0

    return [invoked(_graph(lg, int, zero), 5), invoked(_graph(lg, int, increment), 0)]


def no_input(lg):
    return invoked(_graph(lg, int, increment), None)


def commands(lg):
    def jump(state: list[Any]) -> Any:
        return lg.types.Command(update=["jump"], goto="append")

    builder = lg.graph.StateGraph(Annotated[list, operator.add])
    builder.add_node("jump", jump, destinations=("append",))
    builder.add_node("append", append)
    builder.add_edge(START, "jump")
    return streamed(builder.compile(), ["in"], ["updates", "values"])


def a_list_of_commands(lg):
    def twice(state: list[Any]) -> Any:
        return [lg.types.Command(update=["one"]), lg.types.Command(update=["two"])]

    return streamed(_graph(lg, Annotated[list, operator.add], twice), ["in"], ["updates", "values"])


def a_router_gets_the_value(lg):
    builder = lg.graph.StateGraph(int)
    builder.add_node("increment", increment)
    builder.add_edge(START, "increment")
    builder.add_conditional_edges(
        "increment", lambda state: "increment" if state < 4 else "__end__", ["increment", "__end__"]
    )
    return streamed(builder.compile(), 1, "values")


def sends(lg):
    builder = lg.graph.StateGraph(Annotated[list, operator.add])
    builder.add_node("echo", lambda state: [state])
    builder.add_conditional_edges(START, lambda state: [lg.types.Send("echo", item) for item in state], ["echo"])
    return invoked(builder.compile(), ["a", "b"])


def a_reducer_that_does_not_fit(lg):
    def text(state: list[Any]) -> str:
        return "text"

    answer = invoked(_graph(lg, Annotated[list, operator.add], text), ["in"])
    return "error" in answer
