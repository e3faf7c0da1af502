"""`cache_policy`: which tasks run again, what is shown of those that do not."""

from typing import Any

from tests.parity.building import START, Trail
from tests.parity.running import outcome
from tests.parity.threads import Thread, in_both_colours, saver


def _cache(lg):
    return getattr(lg, "cache.memory").InMemoryCache()


def _counting(lg, policy, keep=False, fail=0, **options):
    """Return a graph of `cached`, which takes `number` alone, and `end`; and its calls."""
    calls: list[Any] = []

    def cached(state: Trail) -> dict[str, Any]:
        calls.append(state["number"])
        if len(calls) <= fail:
            raise ValueError("no")
        return {"trail": [state["number"]]}

    def end(state: Trail) -> dict[str, Any]:
        return {"trail": ["end"]}

    builder = lg.graph.StateGraph(Trail).add_node("cached", cached, cache_policy=policy).add_node("end", end)
    builder.add_edge(START, "cached").add_edge("cached", "end")
    kept = {"checkpointer": saver(lg)} if keep else {}
    graph = builder.compile(**{"cache": _cache(lg), **kept, **options})
    graph.calls = lambda: list(calls)
    return graph


def _by_number(lg, **options):
    return lg.types.CachePolicy(key_func=lambda state: str(state["number"]), **options)


def the_second_run(lg):
    def play(thread: Thread) -> Any:
        modes = ["updates", "values"]
        seen = [thread.stream({"trail": [], "number": number}, modes) for number in (1, 1, 2)]
        return [*seen, thread.graph.calls()]

    return in_both_colours(lambda: _counting(lg, _by_number(lg)), play)


def in_the_other_modes(lg):
    def play(thread: Thread) -> Any:
        seen = [thread.stream({"trail": [], "number": 1}, mode) for mode in ("values", "tasks", "debug")]
        return [*seen, thread.graph.calls()]

    return in_both_colours(lambda: _counting(lg, _by_number(lg)), play)


def with_the_default_key(lg):
    def play(thread: Thread) -> Any:
        inputs: list[Any] = [{"trail": [], "number": 1}, {"trail": [], "number": 1}, {"trail": ["x"], "number": 1}]
        return [[thread.invoke(input) for input in inputs], thread.graph.calls()]

    return in_both_colours(lambda: _counting(lg, lg.types.CachePolicy()), play)


def without_a_cache(lg):
    def play(thread: Thread) -> Any:
        return [[thread.invoke({"trail": [], "number": 1}) for _ in range(2)], thread.graph.calls()]

    return in_both_colours(lambda: _counting(lg, _by_number(lg), cache=None), play)


def on_threads(lg):
    def play(thread: Thread) -> Any:
        one = {"trail": [], "number": 1}
        runs = [thread.invoke(one), thread.invoke(one), thread.other("2").invoke(one)]
        return [runs, thread.graph.calls(), thread.other("2").story()]

    return in_both_colours(lambda: _counting(lg, _by_number(lg), keep=True), play)


def a_failure_is_not_kept(lg):
    def play(thread: Thread) -> Any:
        one = {"trail": [], "number": 1}
        return [thread.invoke(one), thread.invoke(one), thread.invoke(one), thread.graph.calls()]

    return in_both_colours(lambda: _counting(lg, _by_number(lg), fail=1), play)


def when_it_is_cleared(lg):
    def play(graph: Any, clear: Any) -> Any:
        one = {"trail": [], "number": 1}
        graph.invoke(one)
        clear(graph)
        graph.invoke(one)
        return graph.calls()

    return [
        outcome(lambda: play(_counting(lg, _by_number(lg)), lambda graph: graph.clear_cache())),
        outcome(lambda: play(_counting(lg, _by_number(lg)), lambda graph: graph.clear_cache(["cached"]))),
        outcome(lambda: play(_counting(lg, _by_number(lg)), lambda graph: graph.clear_cache(["end"]))),
    ]


def shared_between_graphs(lg):
    def play(thread: Thread) -> Any:
        other = thread.other("2", _counting(lg, _by_number(lg), cache=thread.graph.cache))
        one = {"trail": [], "number": 1}
        return [thread.invoke(one), other.invoke(one), thread.graph.calls(), other.graph.calls()]

    return in_both_colours(lambda: _counting(lg, _by_number(lg)), play)


def sends_of_equal_arguments(lg):
    def build() -> Any:
        calls: list[int] = []

        def worker(state: Trail) -> dict[str, Any]:
            calls.append(state["number"])
            return {"trail": [state["number"]]}

        builder = lg.graph.StateGraph(Trail).add_node("worker", worker, cache_policy=_by_number(lg))
        targets = [lg.types.Send("worker", {"trail": [], "number": number}) for number in (1, 2)]
        builder.add_conditional_edges(START, lambda state: targets, ["worker"])
        graph = builder.compile(cache=_cache(lg))
        graph.calls = lambda: sorted(calls)
        return graph

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke({"trail": []}), thread.graph.calls()]

    return in_both_colours(build, play)


def a_policy_for_all_nodes(lg):
    def build() -> Any:
        calls: list[str] = []

        def tell(name: str) -> Any:
            def node(state: Trail) -> dict[str, Any]:
                calls.append(name)
                return {"number": len(calls)}

            return node

        builder = lg.graph.StateGraph(Trail).add_node("a", tell("a")).add_node("b", tell("b"))
        builder.set_node_defaults(cache_policy=lg.types.CachePolicy(key_func=lambda state: "same"))
        graph = builder.add_edge(START, "a").add_edge("a", "b").compile(cache=_cache(lg))
        graph.calls = lambda: list(calls)
        return graph

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke({"trail": []}), thread.graph.calls()]

    return in_both_colours(build, play)
