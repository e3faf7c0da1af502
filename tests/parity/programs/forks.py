"""Updates and copies at old checkpoints: branches of a thread, and which one goes on."""

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


def a_fork_in_the_middle(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        fork = thread.updated({"trail": ["forked"], "number": 1}, None, thread.before("b"))
        return [thread.say(fork), thread.state(fork), thread.invoke(None, fork), thread.brief(), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def a_fork_in_the_name_of_a_node(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        fork = thread.updated({"trail": ["for b"]}, "b", thread.before("b"))
        return [thread.state(fork), thread.invoke(None, fork), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def the_thread_goes_on_from_the_newest(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.updated({"trail": ["forked"]}, "c", thread.before("b"))
        return [thread.brief(), thread.invoke({"trail": ["more"]}), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def two_forks(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        middle = thread.before("b")
        for name in ("one", "two"):
            thread.invoke(None, thread.updated({"trail": [name]}, None, middle))
        return thread.story()

    return in_both_colours(lambda: _three(lg), play)


def a_copy_of_an_old_checkpoint(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        copy = thread.updated(None, "__copy__", thread.before("b"))
        return [thread.say(copy), thread.invoke(None, copy), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def a_fork_of_an_answered_question(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.invoke(lg.types.Command(resume="yes"))
        fork = thread.updated({"trail": ["forked"]}, None, thread.before("ask"))
        again = thread.invoke(None, fork)
        return [again, thread.invoke(lg.types.Command(resume="no")), thread.story()]

    return in_both_colours(lambda: _asking(lg), play)


def a_fork_that_another_fork_overtook(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        middle = thread.before("b")
        forks = [thread.updated({"trail": [name]}, None, middle) for name in ("one", "two")]
        return [thread.invoke(None, forks[0]), thread.invoke(None, forks[1]), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def updates_at_old_checkpoints_side_by_side(lg):
    def build() -> Any:
        edges = [(START, "a"), (START, "b"), ("a", "end"), ("b", "end")]
        return kept(lg, trail_graph(lg, ["a", "b", "end"], edges))

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        old = thread.before("a")
        fork = thread.updated({"trail": ["not a"]}, "a", old)
        return [
            thread.brief(fork),
            thread.update({"trail": ["whose"]}, None, old),
            thread.invoke(None, fork),
            thread.story(),
        ]

    return in_both_colours(build, play)


def an_update_of_an_old_answered_checkpoint_as_the_asking_node(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.invoke(lg.types.Command(resume="yes"))
        fork = thread.updated({"trail": ["instead"]}, "ask", thread.before("ask"))
        return [thread.brief(fork), thread.invoke(None, fork), thread.story()]

    return in_both_colours(lambda: _asking(lg), play)
