"""Going back to a checkpoint: replays, other answers, new inputs, and what the history then shows."""

from typing import Any

from tests.parity.building import START, Trail, marker, trail_graph
from tests.parity.threads import Thread, in_both_colours, kept


def _three(lg, **options):
    edges = [(START, "a"), ("a", "b"), ("b", "c")]
    return kept(lg, trail_graph(lg, ["a", "b", "c"], edges), **options)


def _asking(lg):
    builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("end", marker("end"))
    builder.add_node("ask", lambda state: {"trail": [lg.types.interrupt("question")]})
    return kept(lg, builder.add_edge(START, "a").add_edge("a", "ask").add_edge("ask", "end"))


def the_state_at_a_checkpoint(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [thread.state(snapshot.config) for snapshot in thread.snapshots()]

    return in_both_colours(lambda: _three(lg), play)


def a_replay_from_the_middle(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        middle = thread.before("b")
        return [thread.stream(None, ["values", "updates"], middle), thread.brief(), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def a_replay_calls_its_nodes_again(lg):
    def build() -> Any:
        calls: list[str] = []
        builder = lg.graph.StateGraph(Trail)
        for name in ("a", "b", "c"):

            def tell(state: Trail, name=name) -> dict[str, Any]:
                calls.append(name)
                return {"trail": [f"{name}{len(calls)}"]}

            builder.add_node(name, tell)
        return kept(lg, builder.add_edge(START, "a").add_edge("a", "b").add_edge("b", "c"))

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [thread.invoke(None, thread.before("b")), thread.invoke(None, thread.before("a")), thread.story()]

    return in_both_colours(build, play)


def a_replay_from_the_last_checkpoint(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [thread.invoke(None, thread.snapshot().config), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def a_replay_from_the_input(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [thread.invoke(None, thread.before(START)), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def new_input_at_an_old_checkpoint(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [thread.invoke({"trail": ["new"]}, thread.before("b")), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def another_answer_to_an_answered_question(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        first = thread.invoke(lg.types.Command(resume="yes"))
        asked = thread.before("ask")
        return [first, thread.state(asked), thread.invoke(lg.types.Command(resume="no"), asked), thread.story()]

    return in_both_colours(lambda: _asking(lg), play)


def a_replay_of_an_answered_question(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.invoke(lg.types.Command(resume="yes"))
        again = thread.invoke(None, thread.before("ask"))
        return [again, thread.brief(), thread.invoke(lg.types.Command(resume="no")), thread.story()]

    return in_both_colours(lambda: _asking(lg), play)


def a_replay_from_before_a_question(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.invoke(lg.types.Command(resume="yes"))
        again = thread.invoke(None, thread.before("a"))
        return [again, thread.invoke(lg.types.Command(resume="no")), thread.story()]

    return in_both_colours(lambda: _asking(lg), play)


def commands_at_an_old_checkpoint(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        middle = thread.before("b")
        return [
            thread.invoke(lg.types.Command(update={"trail": ["u"]}), middle),
            thread.invoke(lg.types.Command(goto="c"), middle),
            thread.story(),
        ]

    return in_both_colours(lambda: _three(lg), play)


def a_replay_stops_where_it_is_told(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        seen = [thread.invoke(None, thread.before("a"), interrupt_before=["c"]), thread.brief()]
        return [*seen, thread.invoke(None, thread.before("b"), interrupt_before=["b"]), thread.brief()]

    return in_both_colours(lambda: _three(lg), play)


def a_checkpoint_that_is_not_there(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        gone = thread.config(checkpoint_id="1ef4f797-8335-6428-8001-8a1503f9b875", checkpoint_ns="")
        seen = [thread.state(gone), thread.invoke(None, gone), thread.brief()]
        return [*seen, thread.invoke({"trail": ["new"]}, gone), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def sends_again(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("worker", lambda state: {"trail": [state["number"]]})
        targets = [lg.types.Send("worker", {"number": number}) for number in (1, 2)]
        builder.add_node("end", marker("end")).add_edge("worker", "end")
        return kept(lg, builder.add_conditional_edges(START, lambda state: targets, ["worker"]))

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        middle = thread.before("worker")
        seen = [thread.invoke(None, middle), thread.invoke(None, thread.updated({"trail": ["u"]}, "end", middle))]
        return [*seen, thread.story()]

    return in_both_colours(build, play)


def the_head_by_its_id(lg):
    """Writes of tasks that finished beside a question are shown by `get_state` of the thread alone."""

    def build() -> Any:
        builder = lg.graph.StateGraph(Trail)
        builder.add_node("ask", lambda state: {"trail": [lg.types.interrupt("question")]})
        builder.add_node("quick", marker("quick"))
        return kept(lg, builder.add_edge(START, "quick").add_edge(START, "ask"))

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        head = thread.snapshot().config
        return [thread.brief(), thread.brief(head), thread.invoke(lg.types.Command(resume="yes"), head), thread.story()]

    return in_both_colours(build, play)


def an_answer_at_the_head_by_its_id(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        head = thread.snapshot().config
        return [thread.invoke(lg.types.Command(resume="yes"), head), thread.story()]

    return in_both_colours(lambda: _asking(lg), play)


def no_input_at_the_head_by_its_id(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        again = thread.invoke(None, thread.snapshot().config)
        return [again, thread.brief(), thread.invoke(lg.types.Command(resume="yes")), thread.story()]

    return in_both_colours(lambda: _asking(lg), play)


def a_replay_of_a_replay(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.invoke(None, thread.before("b"))
        return [thread.invoke(None, thread.before("b")), thread.story()]

    return in_both_colours(lambda: _three(lg), play)
