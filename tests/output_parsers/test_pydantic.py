"""Instances of pydantic models, of the JSON that a model writes."""

import json
import sys
import warnings

import pytest
from pydantic import BaseModel, Field, ValidationError

from stepgraph.errors import OutputParserException
from stepgraph.messages import AIMessage
from stepgraph.output_parsers import JsonOutputParser, PydanticOutputParser


class Joke(BaseModel):
    """A joke."""

    setup: str = Field(description="the question")
    rating: int | None = Field(default=None, le=10)


PARSER = PydanticOutputParser(pydantic_object=Joke)


def test_it_is_read():
    assert PARSER.invoke(AIMessage('```json\n{"setup": "a", "rating": 3}\n```')) == Joke(setup="a", rating=3)
    assert PARSER.parse('{"setup": "a"}') == Joke(setup="a")
    assert PARSER.OutputType is Joke


def test_what_does_not_fit():
    with pytest.raises(OutputParserException, match=r"Failed to parse Joke from the answer.*\nsetup\n") as caught:
        PARSER.parse('{"rating": 3}')
    assert caught.value.llm_output == '{"rating": 3}'
    assert isinstance(caught.value.__cause__, ValidationError)
    with pytest.raises(OutputParserException, match="Failed to parse Joke"):
        PARSER.parse("null")
    with pytest.raises(OutputParserException, match="Invalid json output"):
        PARSER.parse("x")


async def both(chunks):
    async def source():
        for chunk in chunks:
            yield chunk

    made, made_async = [], []
    try:
        made.extend(PARSER.transform(iter(chunks)))
    finally:
        try:
            async for each in PARSER.atransform(source()):
                made_async.append(each)
        finally:
            assert made_async == made
    return made


async def test_it_grows():
    chunks = ['{"set', 'up": "a', 'b", "rat', 'ing": 3', "}"]
    assert await both(chunks) == [Joke(setup="a"), Joke(setup="ab"), Joke(setup="ab", rating=3)]


@pytest.mark.parametrize("chunks", [['{"wrong": ', "1}"], ['{"setup": "a", ', '"rating": 1', "1}"], ["x"]])
async def test_a_whole_that_does_not_fit_is_an_error_in_a_stream_too(chunks):
    with pytest.raises(OutputParserException):
        await both(chunks)


@pytest.mark.parametrize("parser", [PARSER, JsonOutputParser(pydantic_object=Joke)])
def test_instructions_show_the_schema(parser):
    shown = parser.get_format_instructions()
    schema = json.loads(shown.split("```")[1])
    assert schema == {key: value for key, value in Joke.model_json_schema().items() if key not in ("title", "type")}
    assert '{"names": ["Ada", "Alan"]}' in shown


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="pydantic's version 1 is not there")
def test_models_of_version_1():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydantic import v1  # noqa: PLC0415 - it warns

    class Old(v1.BaseModel):
        a: int

    parser = PydanticOutputParser(pydantic_object=Old)
    assert parser.parse('{"a": 1}') == Old(a=1)
    assert '"required": ["a"]' in parser.get_format_instructions()
    with pytest.raises(OutputParserException, match="Failed to parse Old"):
        parser.parse('{"a": "x"}')
