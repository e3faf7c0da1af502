"""`interrupt(…, response_schema=…)`: what a question says about its answer, and what an answer becomes."""

import dataclasses
from typing import Any

from typing_extensions import TypedDict

from tests.parity.building import START, Trail
from tests.parity.threads import Thread, in_both_colours, kept


class Typed(TypedDict):
    approve: bool


@dataclasses.dataclass
class Decision:
    approve: bool
    reason: str = "none"


def _asking(lg, schema):
    def ask(state: Trail) -> dict[str, Any]:
        answer = lg.types.interrupt("question", response_schema=schema)
        return {"trail": [type(answer).__name__, dataclasses.asdict(answer) if schema is Decision else answer]}

    return kept(lg, lg.graph.StateGraph(Trail).add_node("ask", ask).add_edge(START, "ask"))


def a_json_schema(lg):
    schema = {"type": "object", "properties": {"approve": {"type": "boolean"}}}

    def play(thread: Thread) -> Any:
        first = thread.invoke({"trail": []})
        return [first, thread.brief(), thread.invoke(lg.types.Command(resume="not what was asked for"))]

    return in_both_colours(lambda: _asking(lg, schema), play)


def an_answer_that_fits(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        return thread.invoke(lg.types.Command(resume={"approve": True}))

    return [in_both_colours(lambda schema=schema: _asking(lg, schema), play) for schema in (Typed, Decision)]


def an_answer_that_does_not_fit(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        wrong = thread.invoke(lg.types.Command(resume={"approve": "perhaps"}))
        pending = thread.brief()
        return [wrong, pending["next"], thread.invoke(lg.types.Command(resume={"approve": False}))]

    return [in_both_colours(lambda schema=schema: _asking(lg, schema), play) for schema in (Typed, Decision)]


def what_the_question_says(lg):
    def play(thread: Thread) -> Any:
        thread.invoke({"trail": []})
        schema = thread.snapshot().interrupts[0].response_schema
        return [schema["type"], sorted(schema["properties"]), schema["required"]]

    return [in_both_colours(lambda schema=schema: _asking(lg, schema), play) for schema in (Typed, Decision)]
