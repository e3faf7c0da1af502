"""A run that failed: what is kept of it, what `invoke(None)` runs again."""

import asyncio
from typing import Any

from tests.parity.building import START, Trail, marker
from tests.parity.threads import Thread, in_both_colours, kept


class _Calls:
    """Nodes that record their calls; those named in `fail` fail that often, at first."""

    def __init__(self, fail: dict[str, int]) -> None:
        self.made: list[str] = []
        self._fail = dict(fail)

    def node(self, name: str) -> Any:
        def call(state: Trail) -> dict[str, Any]:
            self.made.append(name)
            if self._fail.get(name, 0) > 0:
                self._fail[name] -= 1
                raise ValueError(name)
            return {"trail": [name]}

        return call

    def take(self) -> list[str]:
        taken = sorted(self.made)
        self.made.clear()
        return taken


def _graph(lg, names, edges, fail, **options):
    calls = _Calls(fail)
    builder = lg.graph.StateGraph(Trail)
    for name in names:
        builder.add_node(name, calls.node(name), **options)
    for start, end in edges:
        builder.add_edge(start, end)
    graph = kept(lg, builder)
    graph.calls = calls.take
    return graph


def _chain(lg, fail, **options):
    edges = [(START, "a"), ("a", "b"), ("b", "c")]
    return _graph(lg, ["a", "b", "c"], edges, fail, **options)


def in_a_chain(lg):
    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": ["in"]}), thread.graph.calls(), thread.state()]
        return [*seen, thread.invoke(None), thread.graph.calls(), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"b": 1}), play)


def twice_at_the_same_node(lg):
    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": ["in"]}), thread.invoke(None), thread.brief()]
        return [*seen, thread.invoke(None), thread.graph.calls(), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"b": 2}), play)


def in_the_first_node(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"a": 1}), play)


def with_new_input_instead(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        thread.graph.calls()
        return [first, thread.invoke({"trail": ["new"]}), thread.graph.calls(), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"b": 1}), play)


def with_an_update_instead(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        thread.graph.calls()
        thread.update({"trail": ["instead of b"]}, "b")
        return [first, thread.brief(), thread.invoke(None), thread.graph.calls(), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"b": 1}), play)


def with_an_update_in_nobodys_name(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        thread.update({"trail": ["edited"]})
        return [first, thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"b": 1}), play)


def with_commands_instead(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        again = thread.invoke(lg.types.Command(update={"trail": ["u"]}))
        return [first, again, thread.graph.calls(), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"b": 1}), play)


def after_a_sibling_had_finished(lg):
    """`slow` fails only once `quick` is done, so that its writes are there to be kept."""

    def build() -> Any:
        calls: list[str] = []

        async def quick(state: Trail) -> dict[str, Any]:
            calls.append("quick")
            return {"trail": ["quick"]}

        async def slow(state: Trail) -> dict[str, Any]:
            calls.append("slow")
            await asyncio.sleep(0.05)
            if calls.count("slow") == 1:
                raise ValueError("slow")
            return {"trail": ["slow"]}

        builder = lg.graph.StateGraph(Trail).add_node("quick", quick).add_node("slow", slow)
        graph = kept(lg, builder.add_edge(START, "quick").add_edge(START, "slow"))
        graph.calls = lambda: sorted(calls)
        return graph

    thread = Thread(build(), coloured=True)
    first = thread.invoke({"trail": ["in"]})
    return [first, thread.state(), thread.invoke(None), thread.graph.calls(), thread.story()]


def in_a_router(lg):
    def build() -> Any:
        calls: list[int] = []

        def route(state: Trail) -> str:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("once")
            return "b"

        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("b", marker("b"))
        return kept(lg, builder.add_edge(START, "a").add_conditional_edges("a", route, ["b"]))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.brief(), thread.invoke(None)]

    return in_both_colours(build, play)


def in_sends(lg):
    def build() -> Any:
        calls: list[int] = []

        async def worker(state: Trail) -> dict[str, Any]:
            calls.append(state["number"])
            if state["number"] == 2 and calls.count(2) == 1:
                await asyncio.sleep(0.05)
                raise ValueError("two")
            return {"trail": [state["number"]]}

        builder = lg.graph.StateGraph(Trail).add_node("worker", worker)
        targets = [lg.types.Send("worker", {"trail": [], "number": number}) for number in (1, 2, 3)]
        graph = kept(lg, builder.add_conditional_edges(START, lambda state: targets, ["worker"]))
        graph.calls = lambda: sorted(calls)
        return graph

    thread = Thread(build(), coloured=True)
    first = thread.invoke({"trail": ["in"]})
    return [first, thread.state(), thread.invoke(None), thread.graph.calls(), thread.story()]


def with_a_retry_policy(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.graph.calls(), thread.story()]

    def again(thread: Thread) -> Any:
        return [*play(thread), thread.invoke(None), thread.graph.calls(), thread.story()]

    policy = lg.types.RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=2, retry_on=ValueError)
    return [
        in_both_colours(lambda: _chain(lg, {"b": 1}, retry_policy=policy), play),
        in_both_colours(lambda: _chain(lg, {"b": 3}, retry_policy=policy), again),
    ]


def two_writers_of_one_key(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail)
        for name, number in (("a", 1), ("b", 2)):
            builder.add_node(name, lambda state, number=number: {"number": number}).add_edge(START, name)
        return kept(lg, builder)

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.invoke({"trail": ["in"]})]

    return in_both_colours(build, play)


def of_an_input(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke("text"), thread.invoke(["list"]), thread.story()]

    return in_both_colours(lambda: _chain(lg, {}), play)


def a_replay_from_before_a_failure(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        thread.graph.calls()
        return [first, thread.invoke(None, thread.before("a")), thread.graph.calls(), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"b": 1}), play)


def a_resume_at_the_failed_checkpoint(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        thread.graph.calls()
        return [first, thread.invoke(None, thread.snapshot().config), thread.graph.calls(), thread.story()]

    return in_both_colours(lambda: _chain(lg, {"b": 1}), play)
