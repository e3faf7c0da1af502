"""Several tasks of one superstep, some of which ask: what is kept, who runs again, who gets which answer."""

from typing import Any

from tests.parity.building import START, Trail, marker
from tests.parity.threads import Thread, in_both_colours, kept


def _asks(lg, name, calls=None):
    def ask(state: Trail) -> dict[str, Any]:
        if calls is not None:
            calls.append(name)
        return {"trail": [[name, lg.types.interrupt(name)]]}

    return ask


def _parallel(lg, asking, quiet=(), **options):
    """Return a graph whose nodes run side by side and then `end`, and the list of who was called."""
    calls: list[str] = []
    builder = lg.graph.StateGraph(Trail)
    for name in (*asking, *quiet):

        def tell(state: Trail, name=name) -> dict[str, Any]:
            calls.append(name)
            return {"trail": [name]}

        builder.add_node(name, _asks(lg, name, calls) if name in asking else tell)
        builder.add_edge(START, name)
    builder.add_node("end", marker("end")).add_edge([*asking, *quiet], "end")
    graph = kept(lg, builder, **options)
    graph.called = lambda: [sorted(calls), calls.clear()][0]
    return graph


def one_asks_and_one_does_not(lg):
    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": ["in"]}),
            thread.graph.called(),
            thread.brief(),
            thread.invoke(lg.types.Command(resume="yes")),
            thread.graph.called(),
            thread.story(),
        ]

    return in_both_colours(lambda: _parallel(lg, ["a"], ["b"]), play)


def all_ask_and_are_answered_by_id(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        answers = {id: f"to {name}" for name, id in thread.asked().items()}
        before = thread.brief()
        thread.graph.called()
        return [first, before, thread.invoke(lg.types.Command(resume=answers)), thread.graph.called(), thread.story()]

    return in_both_colours(lambda: _parallel(lg, ["a", "b", "c"]), play)


def one_of_two_is_answered_by_id(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        ids = thread.asked()
        thread.graph.called()
        seen = [thread.invoke(lg.types.Command(resume={ids["b"]: "to b"})), thread.graph.called(), thread.brief()]
        last = thread.invoke(lg.types.Command(resume={ids["a"]: "to a"}))
        return [*seen, last, thread.graph.called(), thread.story()]

    return in_both_colours(lambda: _parallel(lg, ["a", "b"]), play)


def the_second_after_a_plain_answer(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        thread.invoke(lg.types.Command(resume={thread.asked()["b"]: "to b"}))
        return [thread.invoke(lg.types.Command(resume="plain")), thread.brief()]

    return in_both_colours(lambda: _parallel(lg, ["a", "b"]), play)


def a_plain_answer_to_two(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        return [thread.invoke(lg.types.Command(resume="which")), thread.brief()]

    return in_both_colours(lambda: _parallel(lg, ["a", "b"]), play)


def no_input_instead_of_two_answers(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        thread.graph.called()
        return [first, thread.invoke(None), thread.graph.called()]

    return in_both_colours(lambda: _parallel(lg, ["a", "b"], ["c"]), play)


def one_of_the_ids_is_unknown(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        answers = {thread.asked()["a"]: "to a", "f" * 32: "lost"}
        return [thread.invoke(lg.types.Command(resume=answers)), thread.brief()]

    return in_both_colours(lambda: _parallel(lg, ["a", "b"]), play)


def streams_of_two_that_ask(lg):
    def play(thread: Thread) -> Any:
        modes = ["updates", "tasks"]
        first = thread.stream({"trail": []}, modes, side_by_side=True)
        answers = {id: name for name, id in thread.asked().items()}
        return [first, thread.stream(lg.types.Command(resume=answers), modes, side_by_side=True)]

    return in_both_colours(lambda: _parallel(lg, ["a", "b"], ["c"]), play)


def streams_of_one_that_asks(lg):
    def play(thread: Thread) -> Any:
        modes = ["values", "updates"]
        first = thread.stream({"trail": []}, modes, side_by_side=True)
        return [first, thread.stream(lg.types.Command(resume="yes"), modes)]

    return in_both_colours(lambda: _parallel(lg, ["a"], ["b"]), play)


def a_question_beside_a_failure(lg):
    def build() -> Any:
        calls: list[int] = []

        def fails(state: Trail) -> dict[str, Any]:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("once")
            return {"trail": ["b"]}

        builder = lg.graph.StateGraph(Trail).add_node("a", _asks(lg, "a")).add_node("b", fails)
        return kept(lg, builder.add_edge(START, "a").add_edge(START, "b"))

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        thread.invoke(None)
        return [first, thread.invoke(lg.types.Command(resume="yes")), thread.brief()]

    return in_both_colours(build, play)


def _sends(lg, worker):
    builder = lg.graph.StateGraph(Trail).add_node("worker", worker).add_node("end", marker("end"))
    targets = [lg.types.Send("worker", {"trail": [], "number": number}) for number in (1, 2, 3)]
    builder.add_conditional_edges(START, lambda state: targets, ["worker"]).add_edge("worker", "end")
    return kept(lg, builder)


def sends_that_ask(lg):
    def worker(state: Trail) -> dict[str, Any]:
        return {"trail": [lg.types.interrupt(state["number"])]}

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        before = thread.brief()
        answers = {id: f"to {number}" for number, id in thread.asked().items()}
        return [first, before, thread.invoke(lg.types.Command(resume=answers)), thread.story()]

    return in_both_colours(lambda: _sends(lg, worker), play)


def one_send_that_asks(lg):
    def worker(state: Trail) -> dict[str, Any]:
        number = state["number"]
        return {"trail": [[number, lg.types.interrupt(number) if number == 2 else "quiet"]]}

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        return [first, thread.state(), thread.invoke(lg.types.Command(resume="yes")), thread.story()]

    return in_both_colours(lambda: _sends(lg, worker), play)


def two_questions_each_side_by_side(lg):
    def twice(name: str) -> Any:
        def ask(state: Trail) -> dict[str, Any]:
            return {"trail": [lg.types.interrupt(f"{name}1"), lg.types.interrupt(f"{name}2")]}

        return ask

    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", twice("a")).add_node("b", twice("b"))
        return kept(lg, builder.add_edge(START, "a").add_edge(START, "b"))

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []})]
        for _ in range(2):
            answers = {id: f"to {name}" for name, id in thread.asked().items()}
            seen.append(thread.invoke(lg.types.Command(resume=answers)))
        return [*seen, thread.story()]

    return in_both_colours(build, play)


def a_barrier_waits_over_a_pause(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail)
        for name in ("a", "b", "long", "end", "late"):
            builder.add_node(name, _asks(lg, name) if name == "long" else marker(name), defer=name == "late")
        builder.add_edge(START, "a").add_edge(START, "b").add_edge("b", "long")
        return kept(lg, builder.add_edge(["a", "long"], "end").add_edge("a", "late"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke(lg.types.Command(resume="yes")), thread.story()]

    return in_both_colours(build, play)


def a_half_filled_barrier_over_runs(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail)
        for name in ("a", "b", "end"):
            builder.add_node(name, marker(name))
        builder.add_conditional_edges(START, lambda state: state["trail"][-1], ["a", "b"])
        return kept(lg, builder.add_edge(["a", "b"], "end"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["a"]}), thread.brief(), thread.invoke({"trail": ["b"]}), thread.brief()]

    return in_both_colours(build, play)
