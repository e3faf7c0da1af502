"""The doors: parameters by position and by keyword, configs as users write them, streams read half way."""

import asyncio
from typing import Any, Literal

from tests.parity.building import END, START, Trail, marker, one_node, trail_graph
from tests.parity.running import invoked, invoked_async, outcome, streamed


def _graph(lg):
    return trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]).compile()


def parameters_of_the_builder(lg):
    builder = lg.graph.StateGraph(state_schema=Trail)
    builder.add_node(node="a", action=marker("a"))
    builder.add_node("b", action=marker("b"), metadata=None, input_schema=Trail)
    builder.add_node("c", marker("c"))
    builder.add_edge(start_key=START, end_key="a")
    builder.add_conditional_edges(source="a", path=lambda state: "b", path_map=["b"])
    builder.add_edge(start_key=["b"], end_key="c")
    builder.set_finish_point(key="c")
    graph = builder.compile(store=None, debug=False, name="named")
    return [invoked(graph, {"trail": []}), graph.name]


def schemas_by_position(lg):
    builder = lg.graph.StateGraph(Trail, Trail, input_schema=Trail, output_schema=Trail)
    builder.set_entry_point(key="a")
    builder.add_node("a", marker("a"))
    return invoked(builder.compile(), {"trail": []})


def a_subscripted_builder(lg):
    builder = lg.graph.StateGraph[Trail, None, Trail, Trail](Trail)
    builder.add_node("a", marker("a"))
    builder.add_edge(START, "a")
    return invoked(builder.compile(), {"trail": []})


def parameters_of_a_run(lg):
    graph = _graph(lg)
    return [
        outcome(lambda: graph.invoke(input={"trail": []}, config={})),
        outcome(lambda: graph.invoke({"trail": []}, None)),
        outcome(lambda: list(graph.stream(input={"trail": []}, config=None, stream_mode="updates"))),
        outcome(lambda: list(graph.stream({"trail": []}, {}, subgraphs=False, debug=False))),
        outcome(lambda: graph.invoke({"trail": []}, context=None, output_keys=None, print_mode=())),
    ]


def savers_and_interrupts_that_are_not_asked_for(lg):
    builder = trail_graph(lg, ["a"], [(START, "a")])
    nothing: dict[str, Any] = {"interrupt_before": None, "interrupt_after": None}
    return [
        outcome(lambda: builder.compile(checkpointer=None).invoke({"trail": []})),
        outcome(lambda: builder.compile(**nothing).invoke({"trail": []}, **nothing)),
    ]


def keys_of_a_config(lg):
    graph = _graph(lg)
    configs: list[Any] = [
        {"tags": None, "metadata": None, "configurable": None},
        {"max_concurrency": None},
        {"max_concurrency": 1},
        {"run_name": "name", "run_id": None, "callbacks": None},
        {"configurable": {"thread_id": 5, "anything": [1]}},
    ]
    return [invoked(graph, {"trail": []}, config) for config in configs]


def a_config_with_an_unknown_key(lg):
    return invoked(_graph(lg), {"trail": []}, {"thread_id": "t"})


def configs_add_up(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        return {"trail": [config["tags"], config["metadata"]["one"], config["metadata"]["two"]]}

    graph = one_node(lg, look).with_config({"tags": ["a"], "metadata": {"one": 1, "two": 1}})
    graph = graph.with_config(metadata={"two": 2})
    return invoked(graph, {"trail": []}, {"tags": ["b"]})


def a_stream_is_lazy(lg):
    ran: list[str] = []

    def note(name):
        def node(state: Trail) -> dict[str, Any]:
            ran.append(name)
            return {"trail": [name]}

        node.__name__ = name
        return node

    builder = lg.graph.StateGraph(Trail)
    builder.add_sequence([note("a"), note("b"), note("c")])
    builder.add_edge(START, "a")
    stream = builder.compile().stream({"trail": []}, stream_mode="updates")
    before = list(ran)
    next(stream)
    stream.close()
    return [before, ran]


def a_caller_keeps_its_input(lg):
    given = {"trail": ["in"], "number": 1}
    _graph(lg).invoke(given)
    return outcome(lambda: given)


def a_run_inside_a_run_inherits_its_config(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        return {"trail": [config["metadata"].get("user"), config["configurable"].get("key")]}

    child = one_node(lg, look)

    def call(state: Trail, config) -> dict[str, Any]:
        explicit = child.invoke({"trail": []}, config)
        implicit = child.invoke({"trail": []})
        overridden = child.invoke({"trail": []}, {"configurable": {"key": "own"}})
        return {"trail": [explicit["trail"], implicit["trail"], overridden["trail"]]}

    config = {"metadata": {"user": 1}, "configurable": {"key": "k"}}
    return invoked(one_node(lg, call), {"trail": []}, config)


def a_call_with_the_nodes_config_streams_through(lg):
    child = one_node(lg, marker("inner"))

    def call(state: Trail, config) -> dict[str, Any]:
        return child.invoke({"trail": ["call"]}, config)

    return streamed(one_node(lg, call), {"trail": []}, "updates", subgraphs=True)


def a_stream_called_inside_reaches_the_outer_one(lg):
    child = one_node(lg, marker("inner"))

    def call(state: Trail) -> dict[str, Any]:
        chunks = list(child.stream({"trail": ["call"]}, stream_mode="updates"))
        return {"trail": chunks}

    return streamed(one_node(lg, call), {"trail": []}, "updates", subgraphs=True)


def the_error_says_where(lg):
    def boom(state: Trail) -> None:
        raise LookupError("boom")

    def notes(graph):
        try:
            graph.invoke({"trail": []})
        except LookupError as error:
            return [str(error), any("boom_node" in note for note in getattr(error, "__notes__", []))]
        return None

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("boom_node", boom)
    builder.add_edge(START, "boom_node")
    return notes(builder.compile())


def errors_keep_their_class(lg):
    class Own(Exception):
        pass

    answers = []
    for error in (KeyError("k"), RuntimeError("r"), Own("o"), TimeoutError("t"), AssertionError("a"), OSError("o")):

        def boom(state: Trail, error=error) -> None:
            raise error

        graph = one_node(lg, boom)
        try:
            graph.invoke({"trail": []})
        except Exception as raised:
            answers.append(raised is error)
    return answers


def a_node_that_stops_iteration(lg):
    def stop(state: Trail) -> None:
        raise StopIteration

    return invoked(one_node(lg, stop), {"trail": []})


def a_node_that_cancels_itself(lg):
    async def cancel(state: Trail) -> None:
        raise asyncio.CancelledError

    return invoked_async(one_node(lg, cancel), {"trail": []})


def returning_the_state_itself(lg):
    graph = one_node(lg, lambda state: state)
    return streamed(graph, {"trail": ["in"], "number": 1}, ["updates", "values"])


def odd_names_of_nodes(lg):
    names = ["with space", "with-dash", "with.dot", "größe", "__dunder__", "UPPER", "1"]
    edges = [(START, names[0]), *zip(names, [*names[1:], END], strict=True)]
    return invoked(trail_graph(lg, names, edges).compile(), {"trail": []})


def hints_of_commands_are_edges(lg):
    def jump(state: Trail):
        return lg.types.Command(goto="b")

    jump.__annotations__["return"] = lg.types.Command[Literal["b", "__end__"]]
    builder = trail_graph(lg, ["b"], [(START, "jump")])
    builder.add_node(jump)
    return [invoked(builder.compile(), {"trail": []}), sorted(builder.nodes["jump"].ends)]


def destinations_as_a_dict(lg):
    builder = trail_graph(lg, ["b"], [(START, "jump")])
    builder.add_node("jump", lambda state: lg.types.Command(goto="b"), destinations={"b": "label"})
    return invoked(builder.compile(), {"trail": []})
