"""The stand-in as Anthropic, seen through the official SDK."""

import anthropic
import pytest

from tests.providers.standin import Answer, Standin, StreamError, ToolCall, Usage
from tests.providers.standin_clients import ADD, COLOURS, HELLO, ask, claude, message

pytestmark = pytest.mark.parametrize("colour", COLOURS)

ADD_TOOL = {"name": "add", "input_schema": ADD}


def test_it_repeats_what_was_said(standin: Standin, colour: str):
    answer = message(standin, colour, system="Be brief.")
    assert [block.text for block in answer.content] == ["Hello there world"]
    assert (answer.stop_reason, answer.usage.output_tokens) == ("end_turn", 3)
    assert standin.last.body["system"] == "Be brief."
    assert standin.last.path == "/v1/messages"


def test_a_stream(standin: Standin, colour: str):
    standin.answers.append(Answer(pieces=["Wä", "it"], usage=Usage(input=9, output=4, cached=3, cache_written=2)))
    events = message(standin, colour, stream=True)
    assert [event.type for event in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert [event.delta.text for event in events[2:4]] == ["Wä", "it"]
    start = events[0].message.usage
    assert (start.input_tokens, start.cache_read_input_tokens, start.cache_creation_input_tokens) == (4, 3, 2)
    assert start.output_tokens == 1
    assert events[-2].usage.output_tokens == 4
    assert events[-2].delta.stop_reason == "end_turn"
    assert standin.last.events == len(events) + 1  # and the ping, which the SDK keeps to itself


def test_tools_and_thinking(standin: Standin, colour: str):
    calls = [ToolCall("add", {"a": 1, "b": 22}, id="toolu_1"), ToolCall("add")]
    standin.answers += [Answer("So:", tool_calls=calls, thinking="Let me see.", signature="abc")] * 2
    options = {"tools": [ADD_TOOL], "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    answer = message(standin, colour, **options)
    assert answer.stop_reason == "tool_use"
    assert [block.type for block in answer.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert answer.content[2].input == {"a": 1, "b": 22}
    events = message(standin, colour, stream=True, **options)
    found = [event.delta for event in events if event.type == "content_block_delta"]
    assert "".join(each.thinking for each in found if each.type == "thinking_delta") == "Let me see."
    assert [each.signature for each in found if each.type == "signature_delta"] == ["abc"]
    parts = [e.delta.partial_json for e in events if e.type == "content_block_delta" and e.index == 2]
    assert parts[0] == ""
    assert len(parts) > 3
    assert "".join(parts) == '{"a": 1, "b": 22}'


def test_the_sdk_puts_a_stream_together(standin: Standin, colour: str):
    standin.answers.append(Answer("So:", tool_calls=[ToolCall("add", {"a": 1, "b": 22})], thinking="Hm."))
    body = {"model": "claude-sonnet-5", "max_tokens": 100, "messages": HELLO, "tools": [ADD_TOOL]}

    def streamed(sdk):
        with sdk.messages.stream(**body) as stream:
            return stream.get_final_message()

    async def astreamed(sdk):
        async with sdk.messages.stream(**body) as stream:
            return await stream.get_final_message()

    whole = ask(claude(standin, colour), streamed if colour == "sync" else astreamed)
    assert [block.type for block in whole.content] == ["thinking", "text", "tool_use"]
    assert whole.content[2].input == {"a": 1, "b": 22}


@pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "tool", "name": "add"}])
def test_a_forced_tool(standin: Standin, colour: str, choice):
    (block,) = message(standin, colour, tools=[ADD_TOOL], tool_choice=choice).content
    assert (block.name, block.input) == ("add", {"a": 1, "b": 1})


def test_limits_stops_and_refusals(standin: Standin, colour: str):
    limited = message(standin, colour, max_tokens=2)
    assert (limited.content[0].text, limited.stop_reason) == ("Hello there", "max_tokens")
    stopped = message(standin, colour, stop_sequences=["world"])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "world")
    standin.answers.append(Answer(refusal="I will not."))
    assert message(standin, colour).stop_reason == "refusal"


def test_the_cache(standin: Standin, colour: str):
    system = [{"type": "text", "text": "one two three", "cache_control": {"type": "ephemeral"}}]
    first = message(standin, colour, system=system).usage
    second = message(standin, colour, system=system).usage
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens > 0
    assert first.cache_read_input_tokens == second.cache_creation_input_tokens == 0
    assert first.input_tokens == second.input_tokens


def test_an_image_and_a_result(standin: Standin, colour: str):
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGVsbG8="}}
    messages = [
        {"role": "user", "content": [image, {"type": "text", "text": "Add."}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1, "b": 2}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "3"}]},
    ]
    assert message(standin, colour, messages=messages, tools=[ADD_TOOL]).content[0].text == "3"


def test_tokens_are_counted(standin: Standin, colour: str):
    body = {"model": "claude-sonnet-5", "messages": HELLO}
    counted = ask(claude(standin, colour), lambda sdk: sdk.messages.count_tokens(**body))
    assert counted.input_tokens == message(standin, colour).usage.input_tokens


def test_an_error_inside_a_stream(standin: Standin, colour: str):
    standin.answers += [Answer("Hello", ends=StreamError(3))] * 2
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        message(standin, colour, stream=True)
    assert (standin.last.status, standin.last.events) == (200, 3)
    with pytest.raises(anthropic.APIStatusError) as failed:
        message(standin, colour)
    assert failed.value.status_code == 529
