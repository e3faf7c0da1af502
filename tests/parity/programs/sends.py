"""`Send`: tasks of their own, in list order, with an input of their own."""

import operator
import time
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import END, START, Trail, marker, trail_graph
from tests.parity.running import invoked, streamed, streamed_unordered


class Item(TypedDict):
    index: int


class Seen(TypedDict):
    seen: Annotated[list[Any], operator.add]


def late_first(item: Item) -> dict[str, Any]:
    time.sleep(0.03 if item["index"] == 0 else 0.0)
    return {"trail": [item["index"]]}


def _mapped(lg, node, arguments, schema=Trail):
    builder = lg.graph.StateGraph(schema)
    builder.add_node("node", node)
    builder.add_conditional_edges(
        START, lambda state: [lg.types.Send("node", argument) for argument in arguments], ["node"]
    )
    return builder.compile()


def list_order_whatever_finishes_first(lg):
    graph = _mapped(lg, late_first, [{"index": index} for index in range(4)])
    return invoked(graph, {"trail": []})


def thirteen_in_numeric_order(lg):
    graph = _mapped(lg, late_first, [{"index": index} for index in range(1, 14)])
    return invoked(graph, {"trail": []})


def any_argument(lg):
    graph = _mapped(lg, lambda item: {"seen": [item]}, [1, "text", None, [1], {"key": 1}, (1, 2)], Seen)
    return invoked(graph, {"seen": []})


def several_targets(lg):
    send = lg.types.Send
    builder = trail_graph(lg, ["a", "b"], [])
    builder.add_node("node", late_first)
    builder.add_conditional_edges(
        START,
        lambda state: [
            send("node", {"index": 0}),
            send("b", {}),
            send("node", {"index": 1}),
            send("a", {}),
        ],
        ["node", "a", "b"],
    )
    return invoked(builder.compile(), {"trail": []})


def pulled_and_sent_in_one_superstep(lg):
    def where(state: Any, config) -> dict[str, Any]:
        metadata = config["metadata"]
        return {"trail": [[state.get("index", "pulled"), metadata["langgraph_step"]]]}

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("start", marker("start"))
    builder.add_node("node", where)
    builder.add_edge(START, "start")
    sends = [lg.types.Send("node", {"index": 0}), "node", lg.types.Send("node", {"index": 1})]
    builder.add_conditional_edges("start", lambda state: sends, ["node"])
    return invoked(builder.compile(), {"trail": []})


def paths_and_triggers(lg):
    def where(state: Any, config) -> dict[str, Any]:
        metadata = config["metadata"]
        return {"trail": [[metadata["langgraph_path"], metadata["langgraph_triggers"]]]}

    graph = _mapped(lg, where, [{"index": 0}, {"index": 1}])
    return invoked(graph, {"trail": []})


def tasks_of_sends(lg):
    graph = _mapped(lg, late_first, [{"index": 1}, {"index": 2}])
    return streamed_unordered(graph, {"trail": []}, "tasks")


def updates_of_sends(lg):
    graph = _mapped(lg, late_first, [{"index": 1}, {"index": 2}])
    return streamed_unordered(graph, {"trail": []}, "updates")


def two_senders_in_one_superstep(lg):
    def sender(*indices: Any):
        return lambda state: lg.types.Command(goto=[lg.types.Send("node", {"index": index}) for index in indices])

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("zeta", sender("z"), destinations=("node",))
    builder.add_node("alpha", sender("a1", "a2"), destinations=("node",))
    builder.add_node("node", lambda item: {"trail": [item["index"]]})
    builder.add_edge(START, "zeta")
    builder.add_edge(START, "alpha")
    return invoked(builder.compile(), {"trail": []})


def sends_of_sent_tasks(lg):
    builder = lg.graph.StateGraph(Trail)
    builder.add_node(
        "node",
        lambda item: lg.types.Command(
            update={"trail": [item["index"]]},
            goto=[lg.types.Send("next", {"index": item["index"] * 10})],
        ),
        destinations=("next",),
    )
    builder.add_node("next", lambda item: {"trail": [item["index"]]})
    builder.add_conditional_edges(
        START, lambda state: [lg.types.Send("node", {"index": index}) for index in (2, 1)], ["node"]
    )
    return streamed(builder.compile(), {"trail": []}, "values")


def an_edge_after_sent_tasks_fires_once(lg):
    builder = trail_graph(lg, ["collect"], [("node", "collect")])
    builder.add_node("node", late_first)
    builder.add_conditional_edges(
        START, lambda state: [lg.types.Send("node", {"index": index}) for index in range(3)], ["node"]
    )
    return invoked(builder.compile(), {"trail": []})


def two_writes_to_a_plain_key(lg):
    graph = _mapped(lg, lambda item: {"number": item["index"]}, [{"index": 0}, {"index": 1}])
    return invoked(graph, {"trail": []})


def a_router_after_a_sent_task_sees_the_state(lg):
    seen: list[Any] = []

    def route(state: Trail) -> str:
        seen.append(dict(state))
        return END

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("node", lambda item: {"trail": [item["index"]]})
    builder.add_conditional_edges("node", route, [END])
    builder.add_conditional_edges(
        START, lambda state: [lg.types.Send("node", {"index": index}) for index in range(2)], ["node"]
    )
    builder.compile().invoke({"trail": ["in"], "number": 1})
    return sorted(seen, key=repr)


def no_sends_at_all(lg):
    return streamed(_mapped(lg, late_first, []), {"trail": ["in"]}, ["values", "updates"])


def a_failing_sent_task(lg):
    def node(item: Item) -> dict[str, Any]:
        if item["index"] == 1:
            raise LookupError("one")
        return {"trail": [item["index"]]}

    return streamed(_mapped(lg, node, [{"index": 0}, {"index": 1}]), {"trail": []}, "values")
