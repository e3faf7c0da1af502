"""Pauses seen through output schemas, output keys and other modes of `invoke`; streams that are left early."""

import operator
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import START, Trail, marker, trail_graph
from tests.parity.threads import Thread, in_both_colours, kept


class Answer(TypedDict):
    number: int


def _asking(lg, **schemas):
    def ask(state: Trail) -> dict[str, Any]:
        return {"trail": [lg.types.interrupt("question")], "number": 1}

    builder = lg.graph.StateGraph(Trail, **schemas).add_sequence([marker("a"), ("ask", ask), marker("end")])
    return kept(lg, builder.add_edge(START, "a"))


def output_keys(lg):
    def play(thread: Thread) -> Any:
        resume = lg.types.Command(resume="yes")
        return [
            [
                thread.invoke({"trail": []}, output_keys=keys),
                thread.invoke(resume, output_keys=keys),
                thread.stream({"trail": []}, ["values", "updates"], output_keys=keys),
                thread.stream(resume, ["values", "updates"], output_keys=keys),
            ]
            for keys in ("number", ["number"], ["trail"])
        ]

    return in_both_colours(lambda: _asking(lg), play)


def an_output_schema(lg):
    def play(thread: Thread) -> Any:
        seen = [thread.invoke({"trail": []}), thread.brief(), thread.stream(None, ["values", "updates"])]
        return [*seen, thread.invoke(lg.types.Command(resume="yes")), thread.brief()]

    return in_both_colours(lambda: _asking(lg, output_schema=Answer), play)


def invoke_in_other_modes(lg):
    def play(thread: Thread) -> Any:
        resume = lg.types.Command(resume="yes")
        modes: list[Any] = ["updates", ["values", "updates"], ["updates"], "tasks", "custom"]
        return [
            [thread.invoke({"trail": []}, stream_mode=mode), thread.invoke(resume, stream_mode=mode)] for mode in modes
        ]

    return in_both_colours(lambda: _asking(lg), play)


def a_stream_that_is_left_early(lg):
    """The chunk of `b` is the last that is taken: `c` does not run."""

    def build() -> Any:
        return kept(lg, trail_graph(lg, ["a", "b", "c"], [(START, "a"), ("a", "b"), ("b", "c")]))

    def play(thread: Thread) -> Any:
        thread.leave_after(2, {"trail": ["in"]}, "updates", durability="sync")
        seen = thread.brief()["next"] in (["b"], ["c"])
        return [seen, thread.invoke(None)]

    return in_both_colours(build, play)


def a_thread_that_was_deleted(lg):
    def play(thread: Thread) -> Any:
        other = thread.other("2")
        first = [thread.invoke({"trail": ["in"]}), other.invoke({"trail": ["in"]})]
        thread.graph.checkpointer.delete_thread("1")
        again = [thread.brief(), thread.invoke(lg.types.Command(resume="lost")), thread.brief(), other.brief()]
        return [*first, *again]

    return in_both_colours(lambda: _asking(lg), play)


def the_question_of_a_node_that_is_gone(lg):
    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": ["in"]})
        renamed = lg.graph.StateGraph(Trail).add_node("a", marker("a")).add_node("asks", marker("asks"))
        renamed.add_edge(START, "a").add_edge("a", "asks")
        again = thread.other("1", renamed.compile(checkpointer=thread.graph.checkpointer))
        return [first, again.brief(), again.invoke(lg.types.Command(resume="yes")), again.brief()]

    return in_both_colours(lambda: _asking(lg), play)


def a_batch_of_threads(lg):
    def play(thread: Thread) -> Any:
        configs = [thread.other(name).config() for name in ("1", "2", "3")]
        inputs: list[Any] = [{"trail": [number]} for number in range(3)]
        return [thread.batch(inputs, configs), [thread.other(name).brief()["next"] for name in ("1", "2", "3")]]

    return in_both_colours(lambda: _asking(lg), play)


def a_state_with_defaults_and_other_reducers(lg):
    def keep_larger(left: int, right: int) -> int:
        return max(left, right)

    class Reduced(TypedDict):
        largest: Annotated[int, keep_larger]
        text: Annotated[str, operator.add]
        names: Annotated[set[str], operator.or_]

    def write(state: Reduced) -> dict[str, Any]:
        return {"largest": len(state["text"]), "text": "x", "names": {"write"}}

    def build() -> Any:
        return kept(lg, lg.graph.StateGraph(Reduced).add_node("write", write).add_edge(START, "write"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"text": "in"}), thread.invoke({"largest": 9, "names": {"in"}}), thread.story()]

    return in_both_colours(build, play)
