"""What nodes are given beside the state when there is a saver: store, runtime, config, context, previous runs."""

import dataclasses
from typing import Any

from tests.parity.building import START, Trail, marker
from tests.parity.threads import Thread, in_both_colours, kept, saver


def _store(lg):
    return getattr(lg, "store.memory").InMemoryStore()


def _with(lg, node, **options):
    builder = lg.graph.StateGraph(Trail, **({"context_schema": options.pop("context")} if "context" in options else {}))
    return kept(lg, builder.add_node("node", node).add_edge(START, "node"), **options)


def a_store_over_threads(lg):
    def node(state: Trail, runtime: lg.runtime.Runtime) -> dict[str, Any]:
        known = runtime.store.get(("users",), "count")
        count = known.value["count"] + 1 if known else 1
        runtime.store.put(("users",), "count", {"count": count})
        return {"trail": [count]}

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke({"trail": []}), thread.other("2").invoke({"trail": []})]

    return in_both_colours(lambda: _with(lg, node, store=_store(lg)), play)


def ways_to_the_store(lg):
    base = getattr(lg, "store.base")

    def by_name(state: Trail, *, store: base.BaseStore) -> dict[str, Any]:
        return {"trail": [store is not None]}

    def by_function(state: Trail) -> dict[str, Any]:
        return {"trail": [lg.config.get_store() is not None]}

    def by_runtime(state: Trail, runtime: lg.runtime.Runtime) -> dict[str, Any]:
        return {"trail": [runtime.store is not None]}

    def play(thread: Thread) -> Any:
        return thread.invoke({"trail": []})

    return [
        in_both_colours(lambda node=node, store=store: _with(lg, node, store=store and _store(lg)), play)
        for node in (by_name, by_function, by_runtime)
        for store in (True, None)
    ]


def a_store_in_a_graph_in_a_graph(lg):
    def inner(state: Trail, runtime: lg.runtime.Runtime) -> dict[str, Any]:
        runtime.store.put(("inner",), "key", {"n": 1})
        return {"trail": [[item.key for item in runtime.store.search(("inner",))]]}

    def build() -> Any:
        child = lg.graph.StateGraph(Trail).add_node("inner", inner).add_edge(START, "inner").compile()
        builder = lg.graph.StateGraph(Trail).add_node("child", child).add_edge(START, "child")
        return kept(lg, builder, store=_store(lg))

    return in_both_colours(build, lambda thread: thread.invoke({"trail": []}))


def a_store_over_a_question(lg):
    def node(state: Trail, runtime: lg.runtime.Runtime) -> dict[str, Any]:
        seen = len(runtime.store.search(("asked",)))
        runtime.store.put(("asked",), str(seen), {})
        return {"trail": [lg.types.interrupt(seen), seen]}

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke(lg.types.Command(resume="yes"))]

    return in_both_colours(lambda: _with(lg, node, store=_store(lg)), play)


@dataclasses.dataclass
class Context:
    user: str = "nobody"


def context_is_not_kept(lg):
    def node(state: Trail, runtime: lg.runtime.Runtime) -> dict[str, Any]:
        before = runtime.context.user if runtime.context else None
        return {"trail": [before, lg.types.interrupt(before)]}

    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": []}, context=Context("first")),
            thread.invoke(lg.types.Command(resume="yes"), context={"user": "second"}),
            thread.invoke({"trail": []}),
            thread.say(thread.snapshot().metadata),
        ]

    return in_both_colours(lambda: _with(lg, node, context=Context), play)


def config_is_not_kept(lg):
    def node(state: Trail, config) -> dict[str, Any]:
        own = sorted(key for key in config["configurable"] if not key.startswith(("__", "checkpoint")))
        return {"trail": [[own, config["configurable"].get("user"), config["metadata"].get("m")]]}

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []}, {**thread.config(user="u"), "metadata": {"m": 1}})
        return [first, thread.invoke({"trail": []})]

    return in_both_colours(lambda: _with(lg, node), play)


def what_a_node_is_told_about_its_thread(lg):
    def node(state: Trail, config, runtime: lg.runtime.Runtime) -> dict[str, Any]:
        told = runtime.execution_info
        metadata = {key: value for key, value in config["metadata"].items() if key.startswith("langgraph_")}
        metadata.pop("langgraph_checkpoint_ns", None)
        known = [told.thread_id, bool(told.checkpoint_id), told.checkpoint_ns.split(":")[0], told.node_attempt]
        return {"trail": [known, metadata, config["configurable"]["thread_id"]]}

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke({"trail": []})["trail"][3:]]

    return in_both_colours(lambda: _with(lg, node), play)


def what_a_node_is_told_is_the_same_after_an_answer(lg):
    def build() -> Any:
        told: list[Any] = []

        def node(state: Trail, runtime: lg.runtime.Runtime) -> dict[str, Any]:
            info = runtime.execution_info
            told.append((info.task_id, info.checkpoint_id, info.checkpoint_ns))
            return {"trail": [lg.types.interrupt("question"), told[0] == told[-1], len(told)]}

        return _with(lg, node)

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke(lg.types.Command(resume="yes"))]

    return in_both_colours(build, play)


def managed_values_after_an_answer(lg):
    class Managed(Trail):
        last: lg.managed.IsLastStep
        remaining: lg.managed.RemainingSteps

    def build() -> Any:
        def node(state: Managed) -> dict[str, Any]:
            return {"trail": [lg.types.interrupt(state["remaining"]), state["remaining"], state["last"]]}

        builder = lg.graph.StateGraph(Managed).add_node("a", marker("a")).add_node("node", node)
        return kept(lg, builder.add_edge(START, "a").add_edge("a", "node"))

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []}, {**thread.config(), "recursion_limit": 10})
        asked = first["__interrupt__"][0]["asks"]
        again = thread.invoke(lg.types.Command(resume="yes"), {**thread.config(), "recursion_limit": 10})
        return [asked - again["trail"][2], again["trail"][3]]

    return in_both_colours(build, play)


def a_config_bound_to_the_graph(lg):
    def play(thread: Thread) -> Any:
        bound = thread.other("1", thread.graph.with_config({"configurable": {"user": "bound"}, "metadata": {"m": 1}}))
        return [bound.invoke({"trail": []}), thread.say(thread.snapshot().metadata)]

    def node(state: Trail, config) -> dict[str, Any]:
        return {"trail": [config["configurable"].get("user"), config["metadata"].get("m")]}

    return in_both_colours(lambda: _with(lg, node), play)


def a_thread_bound_to_the_graph(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_edge(START, "a")
        return builder.compile(checkpointer=saver(lg)).with_config({"configurable": {"thread_id": "bound"}})

    def play(thread: Thread) -> Any:
        nothing = {"configurable": {}}
        return [thread.invoke({"trail": []}, nothing), thread.invoke({"trail": []}, nothing), thread.state(nothing)]

    return in_both_colours(build, play)
