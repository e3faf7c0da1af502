"""The states of graphs in graphs: read, updated, left by commands, failed, travelled through."""

from typing import Any

from tests.parity.asking import around, asking_child, calling
from tests.parity.building import END, START, Trail, marker
from tests.parity.threads import Thread, in_both_colours, kept


def the_state_of_the_inner_graph(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        inner = thread.snapshot().tasks[0].state
        seen = [
            thread.state(),
            thread.state(subgraphs=True),
            thread.say(inner),
            thread.state(inner),
            thread.story(inner),
        ]
        thread.invoke(lg.types.Command(resume="yes"))
        return [*seen, thread.state(subgraphs=True), thread.story(inner)]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def the_state_of_a_called_graph(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [thread.brief(), thread.brief(subgraphs=True)]

    return in_both_colours(lambda: around(lg, calling(lg, asking_child(lg))), play)


def an_update_inside(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        inner = thread.snapshot().tasks[0].state
        updated = thread.update({"trail": ["edited"]}, None, inner)
        seen = [updated, thread.state(subgraphs=True), thread.story(inner)]
        return [*seen, thread.invoke(lg.types.Command(resume="yes"))]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def an_update_in_the_name_of_an_inner_node(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        inner = thread.snapshot().tasks[0].state
        thread.update({"trail": ["instead"]}, "ask", inner)
        return [thread.brief(subgraphs=True), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def an_update_in_the_name_of_the_graph(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.update({"trail": ["instead"]}, "child")
        return [thread.brief(), thread.invoke(None)]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def a_command_to_the_parent(lg):
    def build() -> Any:
        command = lg.types.Command(graph=lg.types.Command.PARENT, update={"trail": ["left"]}, goto="target")
        inner = lg.graph.StateGraph(Trail).add_node("one", marker("one")).add_node("leave", lambda state: command)
        builder = lg.graph.StateGraph(Trail).add_node("target", marker("target"))
        builder.add_node("child", inner.add_edge(START, "one").add_edge("one", "leave").compile())
        return kept(lg, builder.add_edge(START, "child"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.story()]

    return in_both_colours(build, play)


def a_failure_inside_and_then_more(lg):
    def build() -> Any:
        calls: list[str] = []

        def inner(state: Trail) -> dict[str, Any]:
            calls.append("inner")
            return {"trail": ["inner"]}

        def fails(state: Trail) -> dict[str, Any]:
            calls.append("fails")
            if calls.count("fails") == 1:
                raise ValueError("once")
            return {"trail": list(calls)}

        builder = lg.graph.StateGraph(Trail).add_sequence([("inner", inner), ("fails", fails)])
        return around(lg, builder.add_edge(START, "inner").compile())

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.brief(subgraphs=True), thread.invoke(None), thread.story()]

    return in_both_colours(build, play)


def time_travel_over_an_inner_graph(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.invoke(lg.types.Command(resume="yes"))
        seen = [thread.invoke(None, thread.before("child")), thread.brief()]
        return [*seen, thread.invoke(lg.types.Command(resume="no")), thread.story()]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def a_namespace_that_is_not_there(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        return [
            thread.state(thread.config(checkpoint_ns="nowhere")),
            thread.story(thread.config(checkpoint_ns="nowhere")),
        ]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def the_end_by_an_update(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.update(None, END)
        return [thread.state(subgraphs=True), thread.invoke({"trail": ["new"]})]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def the_states_of_two_side_by_side(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail)
        for name in ("left", "right"):
            builder.add_node(name, asking_child(lg)).add_edge(START, name)
        return kept(lg, builder)

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        return [[task.name, task.state.values, list(task.state.next)] for task in thread.snapshot(subgraphs=True).tasks]

    return in_both_colours(build, play)


def the_state_inside_at_an_old_checkpoint(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        thread.invoke(lg.types.Command(resume="yes"))
        asked = thread.before("child")
        return [thread.brief(asked), thread.brief(asked, subgraphs=True)]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def a_replay_from_an_inner_checkpoint(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        inner = thread.snapshot(subgraphs=True).tasks[0].state.config
        first = thread.invoke(lg.types.Command(resume="yes"))
        again = thread.invoke(None, inner)
        return [first, again, thread.brief(), thread.invoke(lg.types.Command(resume="no"))]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def a_fork_of_an_inner_checkpoint(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        inner = thread.snapshot(subgraphs=True).tasks[0].state.config
        first = thread.invoke(lg.types.Command(resume="yes"))
        fork = thread.updated({"trail": ["edited"]}, None, inner)
        again = thread.invoke(None, fork)
        return [first, thread.say(fork), again, thread.invoke(lg.types.Command(resume="no"))]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)
