"""Where in a node `interrupt()` is called: several times, in loops, below it, in its router, before it fails."""

import operator
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.asking import asking
from tests.parity.building import START, Trail, marker
from tests.parity.threads import Thread, in_both_colours, kept, saver


def several_in_one_node(lg):
    def node(state: Trail) -> dict[str, Any]:
        return {"trail": [lg.types.interrupt("first"), lg.types.interrupt("second"), lg.types.interrupt("third")]}

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []})]
        for answer in ("one", "two", "three"):
            seen += [thread.brief(), thread.invoke(lg.types.Command(resume=answer))]
        return [*seen, thread.story()]

    return in_both_colours(lambda: asking(lg, node), play)


def the_same_question_twice(lg):
    def node(state: Trail) -> dict[str, Any]:
        return {"trail": [lg.types.interrupt("same"), lg.types.interrupt("same")]}

    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": []}),
            thread.invoke(lg.types.Command(resume="one")),
            thread.invoke(lg.types.Command(resume="two")),
        ]

    return in_both_colours(lambda: asking(lg, node), play)


def in_a_loop_in_a_node(lg):
    def node(state: Trail) -> dict[str, Any]:
        answers: list[Any] = []
        while not answers or answers[-1] != "enough":
            answers.append(lg.types.interrupt({"so far": list(answers)}))
        return {"trail": answers}

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []})]
        seen += [thread.invoke(lg.types.Command(resume=answer)) for answer in ("a", "b", "enough")]
        return [*seen, len(thread.snapshots())]

    return in_both_colours(lambda: asking(lg, node), play)


def in_a_loop_of_the_graph(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail)
        builder.add_node("node", lambda state: {"trail": [lg.types.interrupt(len(state["trail"]))]})
        builder.add_conditional_edges("node", lambda state: "__end__" if len(state["trail"]) > 2 else "node")
        return kept(lg, builder.add_edge(START, "node"))

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []})]
        seen += [thread.invoke(lg.types.Command(resume=answer)) for answer in ("a", "b", "c")]
        return [*seen, thread.story()]

    return in_both_colours(build, play)


def in_a_function_below_the_node(lg):
    def tool(name: str) -> Any:
        return lg.types.interrupt({"tool": name})

    def node(state: Trail) -> dict[str, Any]:
        return {"trail": [tool(name) for name in ("x", "y")]}

    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": []}),
            thread.invoke(lg.types.Command(resume=1)),
            thread.invoke(lg.types.Command(resume=2)),
        ]

    return in_both_colours(lambda: asking(lg, node), play)


def in_a_router(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("b", marker("b"))
        builder.add_conditional_edges("a", lambda state: lg.types.interrupt("where to"))
        return kept(lg, builder.add_edge(START, "a"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.brief(), thread.invoke(lg.types.Command(resume="b"))]

    return in_both_colours(build, play)


def caught_and_raised_again(lg):
    def node(state: Trail) -> dict[str, Any]:
        try:
            answer = lg.types.interrupt("question")
        except lg.errors.GraphInterrupt:
            raise
        return {"trail": [answer]}

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), thread.invoke(lg.types.Command(resume="yes"))]

    return in_both_colours(lambda: asking(lg, node), play)


def with_a_retry_policy(lg):
    calls: list[int] = []

    def node(state: Trail) -> dict[str, Any]:
        calls.append(1)
        return {"trail": [lg.types.interrupt("question")]}

    def build() -> Any:
        calls.clear()
        builder = lg.graph.StateGraph(Trail)
        builder.add_node("node", node, retry_policy=lg.types.RetryPolicy(retry_on=Exception, initial_interval=0.001))
        return kept(lg, builder.add_edge(START, "node"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"trail": []}), len(calls), thread.invoke(lg.types.Command(resume="yes")), len(calls)]

    return in_both_colours(build, play)


def a_failure_after_an_answer(lg):
    def build() -> Any:
        calls: list[int] = []

        def node(state: Trail) -> dict[str, Any]:
            answer = lg.types.interrupt("question")
            calls.append(1)
            if len(calls) == 1:
                raise ValueError(answer)
            return {"trail": [answer]}

        return asking(lg, node)

    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": []}),
            thread.invoke(lg.types.Command(resume="yes")),
            thread.brief(),
            thread.invoke(None),
            thread.story(),
        ]

    return in_both_colours(build, play)


def writes_beside_a_question(lg):
    class Beside(TypedDict):
        log: Annotated[list[Any], operator.add]

    def node(state: Beside, runtime) -> Any:
        runtime.stream_writer("asking")
        answer = lg.types.interrupt("question")
        runtime.stream_writer("answered")
        return lg.types.Command(update={"log": [answer]}, goto="next")

    def build() -> Any:
        builder = lg.graph.StateGraph(Beside).add_node("node", node)
        builder.add_node("next", lambda state: {"log": ["next"]}).add_edge(START, "node")
        return builder.compile(checkpointer=saver(lg))

    def play(thread: Thread) -> Any:
        modes = ["custom", "updates", "values"]
        return [thread.stream({"log": []}, modes), thread.stream(lg.types.Command(resume="yes"), modes)]

    return in_both_colours(build, play)


def an_id_that_was_answered(lg):
    def node(state: Trail) -> dict[str, Any]:
        return {"trail": [lg.types.interrupt("first"), lg.types.interrupt("second")]}

    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        by_id = lg.types.Command(resume={thread.asked()["first"]: "one"})
        return [thread.invoke(by_id), thread.invoke(by_id), thread.invoke(lg.types.Command(resume="two"))]

    return in_both_colours(lambda: asking(lg, node), play)
