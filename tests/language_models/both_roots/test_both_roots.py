"""Programs with chat models answer under stepgraph what they answer under langchain-core, save where there is a reason.

Four things are otherwise: what handlers are told at the end of a stream says that it is the last of it; the options
that they are told of at the start have all arguments of the call, at every door; what streams of models that cannot
stream give is a chunk, not a message; and an answer in standard blocks is kept apart from one in its provider's form.
"""

import json

import pytest

from tests.language_models.both_roots.programs import ANSWERS, PROGRAMS, STEPGRAPH, answered

THEIRS = json.loads(ANSWERS.read_text(encoding="utf-8"))


def expected(name):
    theirs = json.loads(json.dumps(THEIRS[name]))
    if name == "events":
        for event in theirs:
            if event[0] == "on_chat_model_end":
                event[3]["chunk_position"] = "last"
        return theirs
    if name == "standard_cached":
        return [[theirs[0][0], "a"]] * 2
    if not isinstance(theirs, dict):
        return theirs
    if name == "custom_async":
        theirs["stream"]["answer"][0] |= {"type": "AIMessageChunk", "chunk_position": "last"}
    for each in theirs.values():
        for told in each.get("heard", ()):
            if told[0] == "start" and name == "custom_all":
                told[4]["temperature"] = 0.1
    return theirs


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_answers_are_the_same(name):
    assert answered(name, STEPGRAPH) == expected(name)


def test_all_programs_were_recorded():
    assert set(THEIRS) == set(PROGRAMS)
