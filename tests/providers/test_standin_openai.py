"""The stand-in as OpenAI, seen through the official SDK."""

import json
import math

import openai
import pytest

from tests.providers.standin import Answer, Standin, StreamError, ToolCall, Usage, Vectors, Verbatim
from tests.providers.standin_clients import ADD, COLOURS, HELLO, ask, chat, gpt

pytestmark = pytest.mark.parametrize("colour", COLOURS)

ADD_TOOL = {"type": "function", "function": {"name": "add", "parameters": ADD}}


def deltas(chunks):
    return [chunk.choices[0].delta for chunk in chunks if chunk.choices]


def test_it_repeats_what_was_said(standin: Standin, colour: str):
    answer = chat(standin, colour)
    assert answer.choices[0].message.content == "Hello there world"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens == 3
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 3
    (request,) = standin.requests
    assert (request.path, request.status, request.outcome) == ("/v1/chat/completions", 200, "answered")
    assert request.body["messages"] == HELLO


def test_a_stream(standin: Standin, colour: str):
    chunks = chat(standin, colour, stream=True, stream_options={"include_usage": True})
    assert [delta.content for delta in deltas(chunks)] == ["", "Hello", " there", " world", None]
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * 4 + ["stop"]
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 3
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert len({chunk.id for chunk in chunks}) == 1
    assert standin.last.events == len(chunks) + 1  # and the [DONE]
    assert not any(chunk.usage for chunk in chat(standin, colour, stream=True))


def test_the_script_comes_first(standin: Standin, colour: str):
    usage = Usage(input=7, output=2, cached=4, reasoning=1)
    standin.answers += [Answer(pieces=["Ünï", "cødé ", "✓"], usage=usage)] * 2
    answer = chat(standin, colour)
    assert answer.choices[0].message.content == "Ünïcødé ✓"
    assert answer.usage.prompt_tokens_details.cached_tokens == 4
    assert answer.usage.completion_tokens_details.reasoning_tokens == 1
    assert [delta.content for delta in deltas(chat(standin, colour, stream=True))][1:-1] == ["Ünï", "cødé ", "✓"]
    assert chat(standin, colour).choices[0].message.content == "Hello there world"


def test_tools(standin: Standin, colour: str):
    calls = [ToolCall("add", {"a": 1, "b": 22}, id="one"), ToolCall("add", '{"a": ', fragments=None)]
    standin.answers += [Answer("Wait.", tool_calls=calls)] * 2
    choice = chat(standin, colour, tools=[ADD_TOOL]).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert [call.function.arguments for call in choice.message.tool_calls] == ['{"a": 1, "b": 22}', '{"a": ']
    assert choice.message.tool_calls[0].id == "one"
    chunks = chat(standin, colour, tools=[ADD_TOOL], stream=True)
    parts = [call for delta in deltas(chunks) for call in delta.tool_calls or ()]
    assert [part.id for part in parts if part.id] == ["one", choice.message.tool_calls[1].id.replace("001", "002")]
    first = [part.function.arguments for part in parts if part.index == 0]
    assert len(first) > 3
    assert json.loads("".join(first)) == {"a": 1, "b": 22}
    assert "".join(part.function.arguments for part in parts if part.index == 1) == '{"a": '


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "add"}}])
def test_a_forced_tool(standin: Standin, colour: str, choice):
    (call,) = chat(standin, colour, tools=[ADD_TOOL], tool_choice=choice).choices[0].message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("add", {"a": 1, "b": 1})


def test_an_answer_that_fits_a_schema(standin: Standin, colour: str):
    schema = {**ADD, "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "sum", "schema": schema, "strict": True}}
    assert json.loads(chat(standin, colour, response_format=wanted).choices[0].message.content) == {"a": 1, "b": 1}


def test_choices_limits_and_stops(standin: Standin, colour: str):
    standin.answers.append([Answer("one"), Answer("two")])
    assert [choice.message.content for choice in chat(standin, colour, n=2).choices] == ["one", "two"]
    limited = chat(standin, colour, max_tokens=2).choices[0]
    assert (limited.message.content, limited.finish_reason) == ("Hello there", "length")
    stopped = chat(standin, colour, stop=["world", "there"]).choices[0]
    assert (stopped.message.content, stopped.finish_reason) == ("Hello ", "stop")
    standin.answers.append(Answer(refusal="I will not."))
    assert chat(standin, colour).choices[0].message.refusal == "I will not."
    standin.answers.append(Answer("Hm", finish="content_filter"))
    assert chat(standin, colour).choices[0].finish_reason == "content_filter"
    indexes = [chunk.choices[0].index for chunk in chat(standin, colour, n=2, stream=True)]
    assert indexes == [0] * 5 + [1] * 5


def test_logprobs(standin: Standin, colour: str):
    content = chat(standin, colour, logprobs=True, top_logprobs=2).choices[0].logprobs.content
    assert [each.token for each in content] == ["Hello", " there", " world"]
    assert len(content[0].top_logprobs) == 2
    chunks = chat(standin, colour, logprobs=True, stream=True)
    said = [chunk.choices[0].logprobs for chunk in chunks]
    assert [each.content[0].token for each in said if each] == ["Hello", " there", " world"]


def test_an_image(standin: Standin, colour: str):
    parts = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "https://a.org/b.png"}},
    ]
    answer = chat(standin, colour, messages=[{"role": "user", "content": parts}])
    assert answer.choices[0].message.content == "What is it?"


def test_an_error_inside_a_stream(standin: Standin, colour: str):
    standin.answers.append(Answer("Hello", ends=StreamError(2, "server_error", "It broke.")))
    with pytest.raises(openai.APIError, match=r"It broke\."):
        chat(standin, colour, stream=True)


def test_verbatim(standin: Standin, colour: str):
    odd = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0}]}
    standin.answers.append(Verbatim(events=[odd, b": a comment\n\n", b"data: [DONE]\n\n"]))
    assert [chunk.id for chunk in chat(standin, colour, stream=True)] == ["x"]


def test_embeddings(standin: Standin, colour: str):
    def embed(**body):
        return ask(gpt(standin, colour), lambda sdk: sdk.embeddings.create(**body))

    texts = ["the cat sat", "the cat ran", "stocks fell"]
    found = embed(model="text-embedding-3-small", input=texts)  # the SDK asks for base64
    one, two, three = (each.embedding for each in found.data)
    assert standin.last.body["encoding_format"] == "base64"
    assert len(one) == 1536
    assert math.isclose(sum(each * each for each in one), 1, rel_tol=1e-5)
    assert sum(a * b for a, b in zip(one, two, strict=True)) > sum(a * b for a, b in zip(one, three, strict=True)) + 0.5
    plain = embed(model="text-embedding-3-small", input=texts[0], encoding_format="float", dimensions=8)
    assert len(plain.data[0].embedding) == 8
    assert embed(model="text-embedding-ada-002", input=[[1, 2], [3]]).usage.prompt_tokens == 3
    standin.answers += [Vectors([[0.5, 0.25]]), Answer("for the next chat")]
    assert embed(model="text-embedding-3-large", input="x").data[0].embedding == [0.5, 0.25]
    assert chat(standin, colour).choices[0].message.content == "for the next chat"
    with pytest.raises(openai.BadRequestError, match="does not support specifying dimensions"):
        embed(model="text-embedding-ada-002", input="x", dimensions=8)
    with pytest.raises(openai.BadRequestError, match="empty string"):
        embed(model="text-embedding-ada-002", input=["a", ""])
    with pytest.raises(openai.PermissionDeniedError):
        embed(model="gpt-4o", input="a")
