"""`interrupt(…, response_schema=…)`: what a question says of its answer, and what becomes of one that does not fit."""

import dataclasses
from typing import Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import InvalidResumeError
from stepgraph.types import Command, interrupt
from tests.pregel.states import chain
from tests.pregel.threads import state, thread


class Approval(BaseModel):
    approve: bool


class ApprovalDict(TypedDict):
    approve: bool


@dataclasses.dataclass
class ApprovalClass:
    approve: bool


def asking(colour: Any, schema: Any, log: Any = lambda answer: [answer]) -> Any:
    async def ask(state):
        return {"log": log(interrupt("approve?", response_schema=schema))}

    return chain(("ask", colour.node(ask)), checkpointer=InMemorySaver())


@pytest.mark.parametrize("schema", [Approval, ApprovalDict, ApprovalClass])
async def test_the_question_says_what_fits(colour, schema):
    paused = await colour.invoke(asking(colour, schema), {"log": []}, thread())
    (question,) = paused["__interrupt__"]
    assert question.response_schema["properties"] == {"approve": {"title": "Approve", "type": "boolean"}}


@pytest.mark.parametrize("schema", [Approval, ApprovalClass])
async def test_the_answer_becomes_what_was_asked_for(colour, schema):
    graph = asking(colour, schema, lambda answer: [isinstance(answer, schema), answer.approve])
    await colour.invoke(graph, {"log": []}, thread())
    assert await colour.invoke(graph, Command(resume={"approve": True}), thread()) == {"log": [True, True]}


@pytest.mark.parametrize("schema", [Approval, ApprovalDict, ApprovalClass, int])
async def test_an_answer_that_does_not_fit_leaves_the_question_open(colour, schema):
    graph = asking(colour, schema, lambda answer: ["answered"])
    await colour.invoke(graph, {"log": []}, thread())
    before = await state(colour, graph)
    with pytest.raises(InvalidResumeError, match="no answer"):
        await colour.invoke(graph, Command(resume="no answer"), thread())
    after = await state(colour, graph)
    assert (after.next, after.interrupts) == (("ask",), before.interrupts)
    fits = 1 if schema is int else {"approve": False}
    assert await colour.invoke(graph, Command(resume=fits), thread()) == {"log": ["answered"]}


async def test_a_json_schema_is_shown_and_not_checked(colour):
    graph = asking(colour, {"type": "integer"})
    paused = await colour.invoke(graph, {"log": []}, thread())
    assert paused["__interrupt__"][0].response_schema == {"type": "integer"}
    assert await colour.invoke(graph, Command(resume="text"), thread()) == {"log": ["text"]}
