"""with_structured_output: answers in a form of the caller's, whatever the schema is written in."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from stepgraph.messages import AIMessage
from stepgraph.testing.scripted_chat_model import ScriptedChatModel, calling
from tests.language_models.models import OnlyGenerates


class Joke(BaseModel):
    """A joke."""

    setup: str = Field(description="Its beginning")
    rating: int = 3


class JokeDict(TypedDict):
    """A joke."""

    setup: Annotated[str, ..., "Its beginning"]
    rating: int


SCHEMA = {
    "title": "joke",
    "description": "A joke.",
    "type": "object",
    "properties": {"setup": {"type": "string"}, "rating": {"type": "integer"}},
    "required": ["setup"],
}

FORMS = {
    "pydantic": (Joke, "Joke", Joke(setup="hm", rating=4)),
    "typed dict": (JokeDict, "JokeDict", {"setup": "hm", "rating": 4}),
    "json schema": (SCHEMA, "joke", {"setup": "hm", "rating": 4}),
    "tool": (
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}},
        "f",
        {"setup": "hm", "rating": 4},
    ),
}


@pytest.mark.parametrize(("schema", "name", "expected"), FORMS.values(), ids=FORMS)
async def test_answers_have_the_form(schema, name, expected):
    model = ScriptedChatModel([calling(name, setup="hm", rating=4)], repeats=True)
    wanted = model.with_structured_output(schema)
    assert wanted.invoke("tell") == expected
    assert await wanted.ainvoke("tell") == expected
    assert list(wanted.stream("tell"))[-1] == expected
    request = model.calls[0]
    assert [tool["function"]["name"] for tool in request.tools] == [name]
    assert request.tool_choice == "any"


async def test_the_message_with_it():
    model = ScriptedChatModel([calling("Joke", setup="hm"), calling("Joke", rating="x"), "no call"])
    wanted = model.with_structured_output(Joke, include_raw=True)
    found = wanted.invoke("tell")
    assert (found["parsed"], found["parsing_error"]) == (Joke(setup="hm"), None)
    assert found["raw"].tool_calls[0]["args"] == {"setup": "hm"}
    found = await wanted.ainvoke("tell")
    assert found["parsed"] is None
    assert "Joke" in str(found["parsing_error"])
    assert found["raw"].tool_calls[0]["args"] == {"rating": "x"}
    found = await wanted.ainvoke("tell")
    assert (found["raw"].content, found["parsed"], found["parsing_error"]) == ("no call", None, None)


def test_an_answer_that_fails_its_schema_is_a_typed_error():
    model = ScriptedChatModel([calling("Joke", rating="x")])
    with pytest.raises(ValueError, match="Joke") as failed:
        model.with_structured_output(Joke).invoke("tell")
    assert "setup" in str(failed.value)


def test_an_answer_without_a_call_is_none():
    assert ScriptedChatModel(["no"]).with_structured_output(Joke).invoke("tell") is None


def test_arguments_of_providers_are_let_pass():
    model = ScriptedChatModel([calling("Joke", setup="hm")])
    model.with_structured_output(Joke, method="json_schema", strict=True).invoke("tell")
    assert model.calls[0].kwargs == {}


def test_models_without_tools_say_so():
    with pytest.raises(NotImplementedError, match=r"OnlyGenerates does not call tools: it must define bind_tools\(\)"):
        OnlyGenerates().bind_tools([])
    with pytest.raises(NotImplementedError, match="OnlyGenerates does not call tools"):
        OnlyGenerates().with_structured_output(Joke)
    with pytest.raises(TypeError, match="got None"):
        ScriptedChatModel().with_structured_output(None)


def test_a_wrong_tool_is_called():
    model = ScriptedChatModel([AIMessage("", tool_calls=[{"name": "other", "args": {}, "id": "1"}])], repeats=True)
    assert model.with_structured_output(JokeDict).invoke("tell") is None
