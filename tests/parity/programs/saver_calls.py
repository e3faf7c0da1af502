"""In which order a saver is asked to keep what, with `durability="sync"`; rows of tasks side by side are left out."""

from typing import Any

from tests.parity.building import START, Trail, marker, trail_graph
from tests.parity.threads import Thread, in_both_colours


def _watched(lg, builder, **options):
    """Return a graph with a saver that writes down its calls, and what they are about."""
    base = getattr(lg, "checkpoint.memory").InMemorySaver
    calls: list[Any] = []

    class Watched(base):  # type: ignore[misc, valid-type]
        def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any, **more: Any) -> Any:
            calls.append(["checkpoint", metadata["source"], metadata["step"]])
            return super().put(config, checkpoint, metadata, new_versions, **more)

        async def aput(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any, **more: Any) -> Any:
            return self.put(config, checkpoint, metadata, new_versions, **more)

        def put_writes(self, config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
            calls.append(["writes", sorted({channel for channel, _ in writes if not channel.startswith("branch:")})])
            super().put_writes(config, writes, task_id, task_path)

        async def aput_writes(self, config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
            self.put_writes(config, writes, task_id, task_path)

    graph = builder.compile(checkpointer=Watched(), **options)
    graph.calls = lambda: [list(calls), calls.clear()][0]
    return graph


def _saved(thread: Thread, input: Any, config: Any = None) -> Any:
    thread.invoke(input, config, durability="sync")
    return thread.graph.calls()


def of_a_run(lg):
    def build() -> Any:
        return _watched(lg, trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]))

    return in_both_colours(build, lambda thread: [_saved(thread, {"trail": []}), _saved(thread, None)])


def of_a_question(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("end", marker("end"))
        builder.add_node("ask", lambda state: {"trail": [lg.types.interrupt("first"), lg.types.interrupt("second")]})
        return _watched(lg, builder.add_edge(START, "ask").add_edge("ask", "end"))

    def play(thread: Thread) -> Any:
        resume = lg.types.Command(resume="yes")
        return [_saved(thread, {"trail": []}), _saved(thread, resume), _saved(thread, resume)]

    return in_both_colours(build, play)


def of_a_failure(lg):
    def build() -> Any:
        calls: list[int] = []

        def fails(state: Trail) -> dict[str, Any]:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("once")
            return {"trail": ["fails"]}

        return _watched(lg, lg.graph.StateGraph(Trail).add_node("fails", fails).add_edge(START, "fails"))

    return in_both_colours(build, lambda thread: [_saved(thread, {"trail": []}), _saved(thread, None)])


def of_a_stop_and_an_update(lg):
    def build() -> Any:
        return _watched(lg, trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]), interrupt_before=["b"])

    def play(thread: Thread) -> Any:
        seen = [_saved(thread, {"trail": []})]
        thread.update({"trail": ["u"]}, "b")
        seen.append(thread.graph.calls())
        thread.update(None, "__copy__")
        seen.append(thread.graph.calls())
        return [*seen, _saved(thread, None)]

    return in_both_colours(build, play)


def of_a_replay(lg):
    def build() -> Any:
        return _watched(lg, trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]))

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        thread.graph.calls()
        return _saved(thread, None, thread.before("b"))

    return in_both_colours(build, play)


def at_the_exit(lg):
    def build() -> Any:
        return _watched(lg, trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]))

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []}, durability="exit")
        first = thread.graph.calls()
        thread.invoke({"trail": []}, durability="exit", interrupt_before=["b"])
        return [first, thread.graph.calls()]

    return in_both_colours(build, play)
