"""`get_state_history`: order, and what `filter`, `before` and `limit` leave of it."""

from typing import Any

from tests.parity.building import START, Trail, marker, trail_graph
from tests.parity.threads import Thread, in_both_colours, kept


def paths_of_tasks(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [[list(task.path)[:2] for task in snapshot.tasks] for snapshot in thread.snapshots()]

    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("worker", marker("worker"))
        targets = [lg.types.Send("worker", {"trail": []}) for _ in range(2)]
        return kept(lg, builder.add_edge(START, "a").add_conditional_edges("a", lambda state: targets, ["worker"]))

    return in_both_colours(build, play)


def the_order_of_tasks(lg):
    """A state shows tasks in the order in which their nodes were added; they are written in the order of names."""

    def play(thread: Thread) -> Any:
        stopped = thread.invoke({"trail": []}, interrupt_before="*")
        return [stopped, thread.brief()["next"], thread.invoke(None), thread.story()[1]["next"]]

    def build() -> Any:
        return kept(lg, trail_graph(lg, ["z", "m", "a"], [(START, "m"), (START, "a"), (START, "z")]))

    return in_both_colours(build, play)


def _asked(lg, ask):
    """Return what `ask` makes of a thread with two runs and an update on it."""

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]}, {**thread.config(user="u"), "metadata": {"run": 1}})
        thread.invoke({"trail": ["again"]}, {**thread.config(), "metadata": {"run": 2}})
        thread.update({"trail": ["u"]}, "b")
        return ask(thread)

    builder = trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")])
    return in_both_colours(lambda: kept(lg, builder), play)


def _steps(thread, config=None, **options):
    return [
        [snapshot.metadata["source"], snapshot.metadata["step"]] for snapshot in thread.snapshots(config, **options)
    ]


def newest_first(lg):
    return _asked(lg, _steps)


def limits(lg):
    return _asked(lg, lambda thread: [_steps(thread, limit=limit) for limit in (1, 3, 100, 0)])


def filters(lg):
    wanted: list[Any] = [
        {"source": "input"},
        {"source": "update"},
        {"step": 1},
        {"run": 2},
        {"user": "u", "source": "loop"},
        {"source": "input", "step": 1},
        {"nothing": 1},
        {},
    ]
    return _asked(lg, lambda thread: [_steps(thread, filter=filter) for filter in wanted])


def a_filter_and_a_limit(lg):
    return _asked(lg, lambda thread: _steps(thread, filter={"source": "loop"}, limit=2))


def before(lg):
    def ask(thread: Thread) -> Any:
        second = thread.snapshots()[3].config
        return [_steps(thread, before=second), _steps(thread, before=second, limit=2), _steps(thread, before={})]

    return _asked(lg, ask)


def from_a_checkpoint(lg):
    def ask(thread: Thread) -> Any:
        return [_steps(thread, thread.snapshots()[3].config), _steps(thread, thread.snapshots()[3].parent_config)]

    return _asked(lg, ask)


def of_another_thread(lg):
    return _asked(lg, lambda thread: _steps(thread.other("2")))


def parents_make_a_chain(lg):
    def ask(thread: Thread) -> Any:
        snapshots = thread.snapshots()
        ids = [snapshot.config["configurable"]["checkpoint_id"] for snapshot in snapshots]
        parents = [snapshot.parent_config["configurable"]["checkpoint_id"] for snapshot in snapshots[:-1]]
        return [ids[1:] == parents, ids == sorted(ids, reverse=True), len(set(ids)), snapshots[-1].parent_config]

    return _asked(lg, ask)
