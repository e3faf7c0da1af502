"""`interrupt()` in one task at a time: what a run answers when a node asks, and what an answer does."""

from typing import Any

from tests.parity.asking import asking
from tests.parity.building import START, Trail
from tests.parity.threads import Thread, in_both_colours


def _resumed(lg, answer):
    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": ["in"]}),
            thread.brief(),
            thread.invoke(lg.types.Command(resume=answer)),
            thread.story(),
        ]

    return in_both_colours(lambda: asking(lg), play)


def a_question_and_its_answer(lg):
    return _resumed(lg, "answer")


def all_of_the_state_of_a_question(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": ["in"]}), thread.state()]

    return in_both_colours(lambda: asking(lg), play)


def answers_that_are_false(lg):
    return [_resumed(lg, answer) for answer in (0, False, "", [])]


def an_empty_map_as_an_answer(lg):
    return _resumed(lg, {})


def none_as_an_answer(lg):
    return _resumed(lg, None)


def answers_with_structure(lg):
    return [_resumed(lg, answer) for answer in ({"a": 1}, {"a": {"b": [1]}}, [1, {"x": 2}])]


def questions_with_structure(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke(lg.types.Command(resume=1))]

    def build(question: Any) -> Any:
        return asking(lg, lambda state: {"trail": [lg.types.interrupt(question)]})

    questions: list[Any] = [None, {"choices": ["a", "b"]}, ["x", 1], ("tuple",), 0]
    return [in_both_colours(lambda question=question: build(question), play) for question in questions]


def the_node_starts_again(lg):
    calls: list[str] = []

    def node(state: Trail) -> dict[str, Any]:
        calls.append("start")
        answer = lg.types.interrupt("question")
        calls.append("end")
        return {"trail": [answer]}

    def play(thread: Thread) -> Any:
        calls.clear()
        return [
            thread.invoke({"trail": []}),
            thread.invoke(lg.types.Command(resume="yes")),
            list(calls),
        ]

    return in_both_colours(lambda: asking(lg, node), play)


def an_answer_with_an_update_and_a_goto(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        command = lg.types.Command(resume="yes", update={"trail": ["u"], "number": 5}, goto="before")
        return [first, thread.stream(command, ["values", "updates"], side_by_side=True), thread.story()]

    return in_both_colours(lambda: asking(lg), play)


def an_update_without_an_answer(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        return [
            first,
            thread.invoke(lg.types.Command(update={"trail": ["u"]})),
            thread.brief(),
            thread.invoke(lg.types.Command(resume="yes")),
            thread.story(),
        ]

    return in_both_colours(lambda: asking(lg), play)


def no_input_instead_of_an_answer(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        return [first, thread.invoke(None), thread.brief(), thread.invoke(lg.types.Command(resume="yes"))]

    return in_both_colours(lambda: asking(lg), play)


def new_input_instead_of_an_answer(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        again = thread.invoke({"trail": ["new"]})
        return [first, again, thread.invoke(lg.types.Command(resume="yes")), thread.story()]

    return in_both_colours(lambda: asking(lg), play)


def an_answer_that_nobody_waits_for(lg):
    def play(thread: Thread) -> Any:
        resume = lg.types.Command(resume="yes")
        return [thread.invoke({"trail": []}), thread.invoke(resume), thread.invoke(resume), thread.story()]

    return in_both_colours(lambda: asking(lg), play)


def an_answer_on_a_fresh_thread(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke(lg.types.Command(resume="yes")), thread.brief()]

    return in_both_colours(lambda: asking(lg), play)


def an_answer_by_id(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        return [first, thread.invoke(lg.types.Command(resume={thread.asked()["question"]: {"by": "id"}}))]

    return in_both_colours(lambda: asking(lg), play)


def an_answer_by_an_id_that_nobody_has(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        return [first, thread.invoke(lg.types.Command(resume={"0" * 32: "lost"})), thread.brief()]

    return in_both_colours(lambda: asking(lg), play)


def without_a_saver(lg):
    builder = lg.graph.StateGraph(Trail)
    builder.add_node("node", lambda state: {"trail": [lg.types.interrupt("question")]}).add_edge(START, "node")

    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": []}),
            thread.stream({"trail": []}, "updates"),
            thread.invoke(lg.types.Command(resume="yes")),
        ]

    return in_both_colours(builder.compile, play)
