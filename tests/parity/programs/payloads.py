"""`tasks`, `debug` and `checkpoints` without a saver; the config and the metadata that a node gets."""

from typing import Any

from tests.parity.building import START, Trail, marker, one_node, trail_graph
from tests.parity.canonical import spoken_namespace
from tests.parity.running import invoked, streamed, streamed_unordered


def _public(configurable: dict[str, Any]) -> list[str]:
    """Return the keys that users put there; what the engines add differs."""
    own = {"checkpoint_ns", "checkpoint_id", "checkpoint_map", "thread_id"}
    return sorted(key for key in configurable if not key.startswith("__") and key not in own)


def tasks(lg):
    graph = trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]).compile()
    return streamed(graph, {"trail": ["in"]}, "tasks")


def tasks_with_metadata(lg):
    builder = lg.graph.StateGraph(Trail)
    builder.add_node("a", marker("a"), metadata={"kind": "first"})
    builder.add_node("b", marker("b"))
    builder.add_edge(START, "a")
    builder.add_edge("a", "b")
    config = {"tags": ["t"], "metadata": {"user": 1}, "configurable": {"key": 2}}
    chunks = streamed(builder.compile(), {"trail": []}, "tasks", config)
    return [chunk.get("metadata") for chunk in chunks]


def tasks_of_silent_nodes(lg):
    return streamed(one_node(lg, lambda state: None), {"trail": []}, "tasks")


def tasks_are_not_limited_by_output_keys(lg):
    return streamed(one_node(lg, marker("a")), {"trail": []}, "tasks", output_keys=["number"])


def tasks_side_by_side(lg):
    graph = trail_graph(lg, ["b", "a"], [(START, "b"), (START, "a")]).compile()
    return streamed_unordered(graph, {"trail": []}, "tasks")


def task_of_a_failing_node(lg):
    def boom(state: Trail):
        raise LookupError("boom")

    chunks = list(streamed(one_node(lg, boom), {"trail": []}, "tasks"))
    return [sorted(chunk) for chunk in chunks]


def debug(lg):
    graph = trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]).compile()
    return streamed(graph, {"trail": ["in"]}, "debug")


def checkpoints_without_a_saver(lg):
    graph = trail_graph(lg, ["a"], [(START, "a")]).compile()
    return streamed(graph, {"trail": []}, "checkpoints")


def debug_of_a_sub_graph(lg):
    child = trail_graph(lg, ["inner"], [(START, "inner")]).compile()
    builder = trail_graph(lg, [], [(START, "child")])
    builder.add_node("child", child)
    graph = builder.compile()
    return [streamed(graph, {"trail": []}, "debug", subgraphs=whether) for whether in (False, True)]


def metadata_of_a_node(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        metadata = dict(config["metadata"])
        namespace = metadata.pop("langgraph_checkpoint_ns")
        return {"trail": [metadata, spoken_namespace(namespace.split("|"))]}

    graph = one_node(lg, look, metadata={"node": 1})
    return [
        invoked(graph, {"trail": []}),
        invoked(graph, {"trail": []}, {"metadata": {"user": 1}, "tags": ["t"]}),
    ]


def tags_of_a_node(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        return {"trail": [config.get("tags")]}

    graph = one_node(lg, look)
    return [
        invoked(graph, {"trail": []}, {"tags": ["call"]}),
        invoked(graph.with_config(tags=["bound"]), {"trail": []}, {"tags": ["call"]}),
    ]


def configurable_of_a_node(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        return {"trail": [{key: config["configurable"][key] for key in _public(config["configurable"])}]}

    graph = one_node(lg, look)
    return [
        invoked(graph, {"trail": []}, {"configurable": {"user": "u", "thread_id": "t"}}),
        invoked(
            graph.with_config(configurable={"user": "bound", "other": 1}),
            {"trail": []},
            {"configurable": {"user": "call"}},
        ),
    ]


def the_thread_reaches_the_node(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        return {"trail": [config["configurable"]["thread_id"]]}

    return invoked(one_node(lg, look), {"trail": []}, {"configurable": {"thread_id": "t-1"}})


def get_config_is_the_config(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        ambient = lg.config.get_config()
        return {"trail": [ambient["metadata"] == config["metadata"]]}

    return invoked(one_node(lg, look), {"trail": []})


def a_recursion_limit_reaches_the_node(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        return {"trail": [config.get("recursion_limit")]}

    return invoked(one_node(lg, look), {"trail": []}, {"recursion_limit": 12})


def steps_in_a_sub_graph(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        metadata = config["metadata"]
        namespace = metadata["langgraph_checkpoint_ns"]
        return {
            "trail": [
                [
                    metadata["langgraph_node"],
                    metadata["langgraph_step"],
                    spoken_namespace(namespace.split("|")),
                    spoken_namespace(config["configurable"]["checkpoint_ns"].split("|")),
                ]
            ]
        }

    child = lg.graph.StateGraph(Trail)
    child.add_node("inner", look)
    child.add_edge(START, "inner")
    builder = lg.graph.StateGraph(Trail)
    builder.add_node("outer", look)
    builder.add_node("child", child.compile())
    builder.add_edge(START, "outer")
    builder.add_edge("outer", "child")
    return invoked(builder.compile(), {"trail": []})


def user_metadata_reaches_a_sub_graph(lg):
    def look(state: Trail, config) -> dict[str, Any]:
        return {"trail": [config["metadata"].get("user"), config.get("tags"), config["configurable"].get("key")]}

    child = one_node(lg, look)
    builder = lg.graph.StateGraph(Trail)
    builder.add_node("child", child)
    builder.add_node("call", lambda state: {"trail": child.invoke({"trail": []})["trail"]})
    builder.add_edge(START, "child")
    builder.add_edge("child", "call")
    config = {"metadata": {"user": 1}, "tags": ["t"], "configurable": {"key": "k"}}
    return invoked(builder.compile(), {"trail": []}, config)
