"""Questions and stops in graphs in graphs."""

import operator
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.asking import around, asked_and_answered, asking_child, calling, question
from tests.parity.building import START, Trail, marker
from tests.parity.threads import Thread, in_both_colours, kept


def a_question_in_a_node_that_is_a_graph(lg):
    return in_both_colours(lambda: around(lg, asking_child(lg)), lambda thread: asked_and_answered(lg, thread))


def a_question_in_a_graph_that_a_node_calls(lg):
    return in_both_colours(
        lambda: around(lg, calling(lg, asking_child(lg))), lambda thread: asked_and_answered(lg, thread)
    )


def streams_of_a_question_inside(lg):
    def play(thread: Thread) -> Any:
        modes = ["values", "updates"]
        resume = lg.types.Command(resume="yes")
        return [
            thread.stream({"trail": ["in"]}, modes, subgraphs=True),
            thread.stream(resume, modes, subgraphs=True),
            thread.stream({"trail": ["in"]}, modes),
            thread.stream(resume, modes),
            thread.stream({"trail": ["in"]}, "tasks", subgraphs=True),
        ]

    return in_both_colours(lambda: around(lg, asking_child(lg)), play)


def breakpoints_inside(lg):
    def play(thread: Thread) -> Any:
        seen = [thread.stream({"trail": ["in"]}, "updates", subgraphs=True), thread.state(subgraphs=True)]
        return [*seen, thread.stream(None, "updates", subgraphs=True), thread.brief()]

    def build(**options: Any) -> Any:
        inner = lg.graph.StateGraph(Trail).add_node("one", marker("one")).add_node("two", marker("two"))
        return around(lg, inner.add_edge(START, "one").add_edge("one", "two").compile(**options))

    return [
        in_both_colours(lambda: build(interrupt_before=["two"]), play),
        in_both_colours(lambda: build(interrupt_after=["one"]), play),
        in_both_colours(lambda: build(interrupt_before=["one"]), play),
    ]


def three_deep(lg):
    def build() -> Any:
        middle = lg.graph.StateGraph(Trail).add_node("deep", asking_child(lg)).add_edge(START, "deep").compile()
        return around(lg, middle)

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": ["in"]}), thread.state(subgraphs=True)]
        resume = lg.types.Command(resume="yes")
        return [*seen, thread.stream(resume, "updates", subgraphs=True), thread.story()]

    return in_both_colours(build, play)


def a_question_of_a_graph_that_remembers(lg):
    def play(thread: Thread) -> Any:
        seen = asked_and_answered(lg, thread)[:3]
        return [*seen, *asked_and_answered(lg, thread)[:3]]

    return in_both_colours(lambda: around(lg, calling(lg, asking_child(lg, True))), play)


def a_question_of_a_graph_that_never_keeps(lg):
    return [
        in_both_colours(lambda: around(lg, asking_child(lg, False)), lambda thread: asked_and_answered(lg, thread)),
        in_both_colours(
            lambda: around(lg, calling(lg, asking_child(lg, False))), lambda thread: asked_and_answered(lg, thread)
        ),
    ]


def two_calls_in_one_node(lg):
    def build(checkpointer: Any) -> Any:
        child = asking_child(lg, checkpointer)

        def call(state: Trail) -> dict[str, Any]:
            return {"trail": [child.invoke({"trail": [name]})["trail"] for name in ("x", "y")]}

        return around(lg, call)

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": ["in"]})]
        return [*seen, *(thread.invoke(lg.types.Command(resume=answer)) for answer in ("one", "two"))]

    return in_both_colours(lambda: build(None), play)


class Nothing(TypedDict):
    number: int


class Answers(TypedDict):
    trail: Annotated[list[Any], operator.add]


def sends_to_a_graph_that_asks(lg):
    def build() -> Any:
        inner = lg.graph.StateGraph(Trail, output_schema=Answers)
        inner.add_node("ask", lambda state: {"trail": [lg.types.interrupt(state["number"])]})
        builder = lg.graph.StateGraph(Trail).add_node("child", inner.add_edge(START, "ask").compile())
        targets = [lg.types.Send("child", {"trail": [], "number": number}) for number in (1, 2)]
        return kept(lg, builder.add_conditional_edges(START, lambda state: targets, ["child"]))

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        answers = {id: f"to {number}" for number, id in thread.asked().items()}
        states = thread.brief(subgraphs=True)
        return [first, states, thread.invoke(lg.types.Command(resume=answers)), thread.story()]

    return in_both_colours(build, play)


def a_command_to_the_parent_after_an_answer(lg):
    def build() -> Any:
        def leave(state: Trail) -> Any:
            answer = lg.types.interrupt("where to")
            return lg.types.Command(graph=lg.types.Command.PARENT, update={"trail": ["left"]}, goto=answer)

        inner = lg.graph.StateGraph(Trail).add_node("one", marker("one")).add_node("leave", leave)
        builder = lg.graph.StateGraph(Trail).add_node("target", marker("target")).add_node("other", marker("other"))
        builder.add_node("child", inner.add_edge(START, "one").add_edge("one", "leave").compile())
        return kept(lg, builder.add_edge(START, "child"))

    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"trail": ["in"]}),
            thread.invoke(lg.types.Command(resume="target")),
            thread.story(),
        ]

    return in_both_colours(build, play)


def two_that_ask_side_by_side(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail)
        for name in ("left", "right"):
            ask = lg.graph.StateGraph(Trail, input_schema=Nothing).add_node("ask", question(lg, name))
            builder.add_node(name, ask.add_edge(START, "ask").compile()).add_edge(START, name)
        return kept(lg, builder)

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        answers = {id: f"to {name}" for name, id in thread.asked().items()}
        return [first, thread.brief(), thread.invoke(lg.types.Command(resume=answers)), thread.story()]

    return in_both_colours(build, play)


def one_that_asks_beside_a_node(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("child", asking_child(lg)).add_node("plain", marker("plain"))
        return kept(lg, builder.add_edge(START, "child").add_edge(START, "plain"))

    def play(thread: Thread) -> Any:
        modes = ["values", "updates"]
        first = thread.stream({"trail": []}, modes, side_by_side=True)
        return [first, thread.brief(), thread.stream(lg.types.Command(resume="yes"), modes)]

    return in_both_colours(build, play)


def what_runs_again_inside(lg):
    def build() -> Any:
        calls: list[str] = []

        def called(name: str) -> Any:
            def node(state: Trail) -> dict[str, Any]:
                calls.append(name)
                answer = [lg.types.interrupt("question")] if name == "ask" else []
                return {"trail": [name, *answer]}

            return node

        inner = lg.graph.StateGraph(Trail).add_sequence([("inner", called("inner")), ("ask", called("ask"))])
        child = inner.add_edge(START, "inner").compile()

        def call(state: Trail) -> dict[str, Any]:
            calls.append("call")
            return {"trail": child.invoke({"trail": []})["trail"]}

        graph = around(lg, call)
        graph.calls = lambda: [list(calls), calls.clear()][0]
        return graph

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []}), thread.graph.calls()]
        seen += [thread.invoke(lg.types.Command(resume="yes")), thread.graph.calls()]
        seen += [thread.invoke(None, thread.before("child")), thread.graph.calls()]
        return [*seen, thread.invoke(lg.types.Command(resume="no")), thread.graph.calls()]

    return in_both_colours(build, play)


def several_questions_in_an_inner_node(lg):
    def build() -> Any:
        inner = lg.graph.StateGraph(Trail)
        inner.add_node("ask", lambda state: {"trail": [lg.types.interrupt("first"), lg.types.interrupt("second")]})
        return around(lg, inner.add_edge(START, "ask").compile())

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []}), thread.brief(subgraphs=True)]
        seen += [thread.invoke(lg.types.Command(resume="one")), thread.brief(subgraphs=True)]
        return [*seen, thread.invoke(lg.types.Command(resume={thread.asked()["second"]: "two"}))]

    return in_both_colours(build, play)


def a_question_before_and_one_inside(lg):
    def build() -> Any:
        child, ask = asking_child(lg), lg.types.interrupt

        def node(state: Trail) -> dict[str, Any]:
            answer = ask("outside")
            return {"trail": [answer, child.invoke({"trail": []})["trail"]]}

        return around(lg, node)

    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []}), thread.invoke(lg.types.Command(resume="one")), thread.brief()]
        return [*seen, thread.invoke(lg.types.Command(resume="two")), thread.story()]

    return in_both_colours(build, play)
