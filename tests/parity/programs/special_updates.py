"""`update_state` in the names of what is no node (END, the input, a copy), and `bulk_update_state`."""

from typing import Any

from tests.parity.building import END, START, Trail, marker, trail_graph
from tests.parity.threads import Thread, in_both_colours, kept


def _three(lg, **options):
    edges = [(START, "a"), ("a", "b"), ("b", "c")]
    return kept(lg, trail_graph(lg, ["a", "b", "c"], edges), **options)


def a_copy(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]}, interrupt_before=["b"])
        updated = thread.update(None, "__copy__")
        return [updated, thread.state(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def a_copy_with_changes(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]})
        updated = thread.update([({"trail": ["u"]}, "a")], "__copy__", thread.before("b"))
        return [updated, thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def in_bulk(lg):
    def play(thread: Thread) -> Any:
        update = lg.types.StateUpdate
        config = thread.bulk(
            [
                [update({"trail": ["in"]}, "__input__")],
                [update({"trail": ["in"]}, START)],
                [update({"trail": ["one"]}, "a")],
                [update({"trail": ["two"]}, "b"), update({"trail": ["three"]}, "c")],
            ]
        )
        return [config, thread.story(), thread.invoke(None)]

    return in_both_colours(lambda: _three(lg), play)


def in_bulk_as_it_must_not_be(lg):
    def play(thread: Thread) -> Any:
        update = lg.types.StateUpdate
        thread.invoke({"trail": ["in"]})
        return [
            thread.bulk([]),
            thread.bulk([[]]),
            thread.bulk([[update({"trail": []}, "a"), update({"trail": []})]]),
            thread.bulk([[update(None, END), update({"trail": []}, "a")]]),
            thread.bulk([[update({"trail": []}, "__input__"), update({"trail": []}, "a")]]),
            thread.bulk([[update(None, "__copy__"), update({"trail": []}, "a")]]),
            thread.bulk([[update({"trail": ["u"]}, "a")], [update({"trail": ["u"]}, "nowhere")]]),
            len(thread.snapshots()),
        ]

    return in_both_colours(lambda: _three(lg), play)


def in_the_name_of_the_end(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": ["in"]}, interrupt_before=["b"])
        with_values = thread.update({"trail": ["u"]}, END)
        return [with_values, thread.update(None, END), thread.state(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def the_end_beside_finished_tasks(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("end", marker("end"))
        builder.add_node("b", lambda state: {"trail": [lg.types.interrupt("question")]})
        return kept(lg, builder.add_edge(START, "a").add_edge(START, "b").add_edge(["a", "b"], "end"))

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        return [first, thread.update(None, END), thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(build, play)


def in_the_name_of_the_input(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]}, interrupt_before=["b"])
        updated = thread.update({"trail": ["new"]}, "__input__")
        return [first, updated, thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def the_input_of_a_fresh_thread(lg):
    def play(thread: Thread) -> Any:
        return [thread.update({"trail": ["new"]}, "__input__"), thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)


def in_the_name_of_the_start(lg):
    def play(thread: Thread) -> Any:
        return [thread.update({"trail": ["new"]}, START), thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(lambda: _three(lg), play)
