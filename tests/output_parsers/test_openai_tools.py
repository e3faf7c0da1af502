"""Tool calls as output."""

from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from stepgraph.errors import OutputParserException
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.output_parsers import JsonOutputKeyToolsParser, JsonOutputToolsParser, PydanticToolsParser
from stepgraph.output_parsers.openai_tools import make_invalid_tool_call, parse_tool_call, parse_tool_calls
from stepgraph.outputs import ChatGeneration
from tests.output_parsers.colours import both


class Joke(BaseModel):
    setup: str
    punchline: str | None = None


class Rate(BaseModel):
    model_config = ConfigDict(title="rate_joke")

    n: int


def call(name, args, id="1"):
    return {"name": name, "args": args, "id": id, "type": "tool_call"}


def said(*calls, **more):
    return AIMessage("", tool_calls=list(calls), **more)


def raw(arguments, name="f"):
    return {"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}


def fragment(args, name=None, id=None, index=0):
    return AIMessageChunk(
        "", tool_call_chunks=[{"name": name, "args": args, "id": id, "index": index, "type": "tool_call_chunk"}]
    )


JOKE = call("Joke", {"setup": "a"})
BOTH = said(JOKE, call("rate_joke", {"n": 3}, "2"), call("Joke", {"setup": "b"}, "3"))
INVALID = {"name": "Joke", "args": '{"setup', "id": "1", "error": "it is cut off", "type": "invalid_tool_call"}
FRAGMENTS = [
    AIMessageChunk("Well"),
    fragment("", "Joke", "1"),
    *map(fragment, ['{"set', 'up": "a', 'b", "punch', 'line":', ' "c', '"}']),
]


def test_every_call():
    shown = [{"type": "Joke", "args": {"setup": "a"}}, {"type": "rate_joke", "args": {"n": 3}}]
    assert JsonOutputToolsParser().invoke(BOTH)[:2] == shown
    assert JsonOutputToolsParser(return_id=True).invoke(BOTH)[1] == {**shown[1], "id": "2"}
    assert JsonOutputToolsParser(first_tool_only=True).invoke(BOTH) == shown[0]
    assert JsonOutputToolsParser().parse_result([ChatGeneration(BOTH)])[:2] == shown
    assert JsonOutputToolsParser().invoke(AIMessage("x")) == []


def test_calls_of_one_tool():
    assert JsonOutputKeyToolsParser(key_name="Joke").invoke(BOTH) == [{"setup": "a"}, {"setup": "b"}]
    assert JsonOutputKeyToolsParser(key_name="Joke", first_tool_only=True).invoke(BOTH) == {"setup": "a"}
    assert JsonOutputKeyToolsParser(key_name="Joke", first_tool_only=True, return_id=True).invoke(BOTH)["id"] == "1"
    assert JsonOutputKeyToolsParser(key_name="no").invoke(BOTH) == []
    assert JsonOutputKeyToolsParser(key_name="no", first_tool_only=True).invoke(BOTH) is None


def test_models():
    assert PydanticToolsParser(tools=[Joke, Rate]).invoke(BOTH) == [Joke(setup="a"), Rate(n=3), Joke(setup="b")]
    assert PydanticToolsParser(tools=[Joke, Rate], first_tool_only=True).invoke(BOTH) == Joke(setup="a")
    assert PydanticToolsParser(tools=[Joke], first_tool_only=True).invoke(AIMessage("x")) is None


def test_what_a_provider_said_besides():
    message = AIMessage("", additional_kwargs={"tool_calls": [raw('{"setup": "k"}', "Joke")]})
    assert JsonOutputToolsParser().invoke(message) == [{"type": "Joke", "args": {"setup": "k"}}]


def test_what_cannot_be_read_names_the_tool():
    foreign = SimpleNamespace(type="ai", id=None, content="", text="", tool_calls=[call("Joke", [1])])
    with pytest.raises(OutputParserException, match="reads the tool calls of a message; it was given text: 'x'"):
        JsonOutputToolsParser().invoke("x")
    with pytest.raises(OutputParserException, match=r"the model called tool 'Joke', but it is cut off") as caught:
        PydanticToolsParser(tools=[Joke]).invoke(said(invalid_tool_calls=[INVALID]))
    assert caught.value.llm_output == '{"setup'
    with pytest.raises(OutputParserException, match="the model called 'Jok'; did you mean 'Joke'\\?"):
        PydanticToolsParser(tools=[Joke]).invoke(said(call("Jok", {})))
    with pytest.raises(OutputParserException, match="tool 'Joke' takes its arguments as a JSON object, got list"):
        PydanticToolsParser(tools=[Joke]).invoke(foreign)
    with pytest.raises(ValidationError, match=r"for rate_joke\nn\n"):
        PydanticToolsParser(tools=[Rate]).invoke(said(call("rate_joke", {"n": "x"})))
    with pytest.raises(NotImplementedError, match="not text"):
        JsonOutputToolsParser().parse("x")


def test_what_is_wrong_with_another_tool_does_not_matter():
    message = said(call("other", {"x": 1}), invalid_tool_calls=[INVALID])
    assert JsonOutputKeyToolsParser(key_name="other").invoke(message) == [{"x": 1}]


@pytest.mark.parametrize(
    ("parser", "grown"),
    [
        (
            JsonOutputToolsParser(first_tool_only=True),
            [
                [],
                {"type": "Joke", "args": {}},
                {"type": "Joke", "args": {"setup": "a"}},
                {"type": "Joke", "args": {"setup": "ab"}},
                {"type": "Joke", "args": {"setup": "ab", "punchline": "c"}},
            ],
        ),
        (
            JsonOutputKeyToolsParser(key_name="Joke", first_tool_only=True),
            [{}, {"setup": "a"}, {"setup": "ab"}, {"setup": "ab", "punchline": "c"}],
        ),
        (
            PydanticToolsParser(tools=[Joke], first_tool_only=True),
            [Joke(setup="a"), Joke(setup="ab"), Joke(setup="ab", punchline="c")],
        ),
        (
            PydanticToolsParser(tools=[Joke]),
            [[], [Joke(setup="a")], [Joke(setup="ab")], [Joke(setup="ab", punchline="c")]],
        ),
    ],
)
async def test_they_grow(parser, grown):
    assert await both(parser, FRAGMENTS) == grown


async def test_what_has_changed():
    parser = JsonOutputKeyToolsParser(key_name="Joke", first_tool_only=True, diff=True)
    assert (await both(parser, FRAGMENTS))[-1] == [{"op": "add", "path": "/punchline", "value": "c"}]


async def test_a_whole_message_in_a_stream():
    assert await both(PydanticToolsParser(tools=[Joke]), [said(JOKE)]) == [[Joke(setup="a")]]
    assert await both(PydanticToolsParser(tools=[Joke]), [AIMessageChunk("x"), said(JOKE)]) == [[], [Joke(setup="a")]]


async def test_a_stream_that_is_cut_off_is_an_error():
    last = AIMessageChunk("", chunk_position="last")
    with pytest.raises(OutputParserException, match="the model called tool 'Joke'"):
        await both(PydanticToolsParser(tools=[Joke]), [*FRAGMENTS[:4], last])
    with pytest.raises(ValidationError, match="setup"):
        await both(PydanticToolsParser(tools=[Joke]), [fragment("{}", "Joke", "1"), last])


def test_calls_in_the_form_of_openai():
    assert parse_tool_call(raw('{"a": 1}')) == call("f", {"a": 1})
    assert parse_tool_call(raw('{"a": 1}'), return_id=False)["id"] is None
    assert parse_tool_call(raw(None)) == call("f", {})
    assert parse_tool_call({"id": "1"}) is None
    assert parse_tool_call(raw('{"a": "b'), partial=True) == call("f", {"a": "b"})
    assert parse_tool_call(raw(None), partial=True) is None
    assert parse_tool_call(raw("x"), partial=True) is None
    assert parse_tool_calls([raw('{"a": "x\ny"}'), {"id": "2"}]) == [call("f", {"a": "x\ny"})]
    invalid = {"name": "f", "args": "{x", "id": "1", "error": "wrong", "type": "invalid_tool_call"}
    assert make_invalid_tool_call(raw("{x"), "wrong") == invalid


def test_all_that_cannot_be_read_are_named():
    with pytest.raises(OutputParserException, match=r"tool 'f' are no JSON.*\n.*tool 'g' are no JSON") as caught:
        parse_tool_calls([raw("{x"), raw("[y", "g"), raw("{}")])
    assert caught.value.llm_output == "{x\n[y"
    with pytest.raises(OutputParserException, match="control character"):
        parse_tool_calls([raw('{"a": "x\ny"}')], strict=True)
