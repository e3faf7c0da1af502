"""`update_state` while a superstep is half done, and whose name an update takes that has none."""

from typing import Any

from tests.parity.asking import question
from tests.parity.building import START, Trail, marker, trail_graph
from tests.parity.threads import Thread, in_both_colours, kept


def _half_done(lg):
    """Return a graph whose nodes `quick` and `ask` run side by side and lead to `then`."""
    builder = lg.graph.StateGraph(Trail).add_node("ask", question(lg)).add_node("quick", marker("quick"))
    builder.add_node("then", marker("then")).add_edge(START, "quick").add_edge(START, "ask")
    return kept(lg, builder.add_edge(["ask", "quick"], "then"))


def _chain(lg, **options):
    edges = [(START, "a"), ("a", "b"), ("b", "c")]
    return kept(lg, trail_graph(lg, ["a", "b", "c"], edges), **options)


def in_each_name(lg):
    def played(as_node: Any) -> Any:
        def play(thread: Thread) -> Any:
            thread.invoke({"trail": ["in"]})
            return [thread.update({"trail": ["u"]}, as_node), thread.brief(), thread.invoke(None), thread.story()]

        return in_both_colours(lambda: _half_done(lg), play)

    return [played(as_node) for as_node in (None, START, "quick", "ask", "then")]


def both_in_one_superstep(lg):
    def play(thread: Thread) -> Any:
        update = lg.types.StateUpdate
        thread.invoke({"trail": ["in"]})
        thread.bulk([[update({"trail": ["q"]}, "quick"), update({"trail": ["a"]}, "ask")]])
        return [thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _half_done(lg), play)


def as_the_input(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.update({"trail": ["new"]}, "__input__")
        return [thread.brief(), thread.invoke(None), thread.brief()]

    return in_both_colours(lambda: _half_done(lg), play)


def a_copy(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.update(None, "__copy__")
        return [thread.brief(), thread.invoke(lg.types.Command(resume="yes")), thread.brief()]

    return in_both_colours(lambda: _half_done(lg), play)


def after_a_command_that_only_updates(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.invoke(lg.types.Command(update={"trail": ["by command"]}))
        thread.update({"trail": ["u"]}, "ask")
        return [thread.brief(), thread.invoke(None)]

    return in_both_colours(lambda: _half_done(lg), play)


def whose_name_is_taken(lg):
    """An update in the name of a node that is not the last to have run does not make it the last."""

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        seen = []
        for as_node in ("a", None, "b", None):
            thread.update({"trail": [as_node or "nobody"]}, as_node)
            seen.append([thread.brief()["next"], thread.brief()["values"]])
        return [*seen, thread.invoke(None)]

    return in_both_colours(lambda: _chain(lg), play)


def whose_name_is_taken_at_each_stop(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        seen = []
        while thread.snapshot().next:
            thread.update({"trail": ["u"]})
            seen.append(thread.brief()["next"])
            thread.invoke(None)
        return [*seen, thread.brief()["values"]]

    return in_both_colours(lambda: _chain(lg, interrupt_before="*"), play)


def whose_name_is_taken_after_sends(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("worker", lambda state: {"trail": [state["number"]]})
        targets = [lg.types.Send("worker", {"number": number}) for number in (1, 2)]
        return kept(lg, builder.add_conditional_edges(START, lambda state: targets, ["worker"]))

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [thread.update({"trail": ["u"]}), thread.brief(), thread.invoke(None)]

    return in_both_colours(build, play)


def in_the_name_of_a_task_of_a_send(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("worker", question(lg)).add_node("end", marker("end"))
        targets = [lg.types.Send("worker", {"trail": [], "number": number}) for number in (1, 2)]
        builder.add_edge("worker", "end")
        return kept(lg, builder.add_conditional_edges(START, lambda state: targets, ["worker"]))

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.update({"trail": ["u"]}, "worker")
        return [thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(build, play)
