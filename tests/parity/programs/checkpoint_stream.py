"""The modes `checkpoints` and `debug` (and `tasks` beside them), with a saver and without one."""

from typing import Any

from tests.parity.building import START, Trail, marker, one_node, trail_graph
from tests.parity.threads import Thread, in_both_colours, kept


def _two(lg, **options):
    return kept(lg, trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]), **options)


def _asking(lg):
    builder = lg.graph.StateGraph(Trail).add_node("ask", lambda state: {"trail": [lg.types.interrupt("question")]})
    return kept(lg, builder.add_edge(START, "ask"))


def _nested(lg):
    builder = lg.graph.StateGraph(Trail).add_node("child", one_node(lg, marker("inner")))
    return kept(lg, builder.add_edge(START, "child"))


def _failing(lg):
    def fails(state: Trail) -> dict[str, Any]:
        raise ValueError("no")

    return kept(lg, lg.graph.StateGraph(Trail).add_sequence([marker("a"), fails]).add_edge(START, "a"))


def checkpoints(lg):
    def play(thread: Thread) -> Any:
        return [thread.stream({"trail": ["in"]}, "checkpoints"), thread.stream({"trail": ["more"]}, "checkpoints")]

    return in_both_colours(lambda: _two(lg), play)


def checkpoints_with_a_config(lg):
    def play(thread: Thread) -> Any:
        config = {**thread.config(user="u"), "metadata": {"m": 1}, "tags": ["t"], "run_name": "named"}
        return thread.stream({"trail": ["in"]}, "checkpoints", config)[:2]

    return in_both_colours(lambda: _two(lg), play)


def debug(lg):
    def play(thread: Thread) -> Any:
        return thread.stream({"trail": ["in"]}, "debug")

    return in_both_colours(lambda: _two(lg), play)


def all_modes_in_order(lg):
    def play(thread: Thread) -> Any:
        chunks = thread.stream({"trail": ["in"]}, ["values", "updates", "checkpoints", "tasks", "debug"])
        return [_heading(*chunk["tuple"]) for chunk in chunks]

    return in_both_colours(lambda: _two(lg), play)


def _heading(mode, payload):
    """Return what a chunk is about: the order of chunks is meant, not their text."""
    if mode == "debug":
        return [mode, payload["type"], payload["step"]]
    if mode == "checkpoints":
        return [mode, payload["metadata"]["source"], payload["metadata"]["step"]]
    return [mode, "result" if "result" in payload else "start"] if mode == "tasks" else [mode, payload]


def the_order_around_a_question(lg):
    def play(thread: Thread) -> Any:
        modes = ["values", "updates", "checkpoints", "tasks", "debug"]
        seen = [thread.stream({"trail": []}, modes), thread.stream(lg.types.Command(resume="yes"), modes)]
        return [[_heading(*chunk["tuple"]) for chunk in chunks] for chunks in seen]

    return in_both_colours(lambda: _asking(lg), play)


def checkpoints_of_a_question(lg):
    def play(thread: Thread) -> Any:
        resume = lg.types.Command(resume="yes")
        return [thread.stream({"trail": ["in"]}, "checkpoints"), thread.stream(resume, "checkpoints")]

    return in_both_colours(lambda: _asking(lg), play)


def debug_of_a_question(lg):
    def play(thread: Thread) -> Any:
        return [thread.stream({"trail": []}, "debug"), thread.stream(lg.types.Command(resume="yes"), "debug")]

    return in_both_colours(lambda: _asking(lg), play)


def checkpoints_at_a_stop(lg):
    def play(thread: Thread) -> Any:
        return [thread.stream({"trail": ["in"]}, "checkpoints"), thread.stream(None, "checkpoints")]

    return [
        in_both_colours(lambda: _two(lg, interrupt_before=["b"]), play),
        in_both_colours(lambda: _two(lg, interrupt_after=["a"]), play),
    ]


def checkpoints_of_graphs_in_graphs(lg):
    def play(thread: Thread) -> Any:
        return [thread.stream({"trail": ["in"]}, mode, subgraphs=True) for mode in ("checkpoints", "debug")]

    return in_both_colours(lambda: _nested(lg), play)


def checkpoints_without_the_graphs_in_graphs(lg):
    def play(thread: Thread) -> Any:
        return thread.stream({"trail": ["in"]}, "checkpoints")

    return in_both_colours(lambda: _nested(lg), play)


def a_failure(lg):
    def play(thread: Thread) -> Any:
        seen = [thread.stream({"trail": ["in"]}, "debug"), thread.stream(None, ["checkpoints", "tasks"])]
        return [*seen, thread.stream({"trail": ["more"]}, ["checkpoints", "tasks", "updates"])]

    return in_both_colours(lambda: _failing(lg), play)


def without_a_saver(lg):
    def play(thread: Thread) -> Any:
        return [thread.stream({"trail": ["in"]}, mode) for mode in ("checkpoints", "debug")]

    return in_both_colours(lambda: trail_graph(lg, ["a"], [(START, "a")]).compile(), play)


def with_each_durability(lg):
    def play(thread: Thread) -> Any:
        return [thread.stream({"trail": ["in"]}, "checkpoints", durability=mode) for mode in ("sync", "async", "exit")]

    return in_both_colours(lambda: _two(lg), play)


def of_a_replay(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return thread.stream(None, ["checkpoints", "values"], thread.before("b"))

    return in_both_colours(lambda: _two(lg), play)


def of_sends(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("worker", lambda state: {"trail": [state["number"]]})
        targets = [lg.types.Send("worker", {"number": number}) for number in (1, 2)]
        return kept(lg, builder.add_conditional_edges(START, lambda state: targets, ["worker"]))

    return in_both_colours(build, lambda thread: thread.stream({"trail": ["in"]}, "checkpoints"))


def of_no_input_and_of_commands(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        modes = ["checkpoints", "values", "updates"]
        command = lg.types.Command
        return [
            thread.stream(None, modes),
            thread.stream(command(update={"trail": ["u"]}), modes),
            thread.stream(command(goto="b"), modes),
        ]

    return in_both_colours(lambda: _two(lg), play)
