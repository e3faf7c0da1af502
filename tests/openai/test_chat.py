"""ChatOpenAI: what is OpenAI's own; what it shares with all chat models is in the contract."""

import asyncio
from typing import Any

import pytest

from stepgraph.language_models import errors
from stepgraph.messages import HumanMessage
from tests.chat_models.contract import Make, both_colours, call, stream, total
from tests.providers.standin import Answer, Failure, Standin, ToolCall, Usage, Verbatim

FINE = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def chunk(delta: Any, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {**FINE, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


@both_colours
def test_what_is_said_of_an_answer(make: Make, colour: str) -> None:
    usage = Usage(input=7, output=3, cached=4, reasoning=1)
    model = make(Answer("Yes", usage=usage), Answer("Yes", usage=usage), logprobs=True)
    for message in (call(model, colour, "Hi"), total(stream(model, colour, "Hi")).as_message()):
        told = message.response_metadata
        assert told["model_name"] == "gpt-4o-mini"
        assert told["model_provider"] == "openai"
        assert (told["finish_reason"], told["system_fingerprint"], told["service_tier"]) == (
            "stop",
            "fp_standin",
            "default",
        )
        assert message.id.startswith("lc_run--")  # that of the run, for servers say some ids twice
        assert told["id"].startswith("chatcmpl-")
        assert told["token_usage"]["total_tokens"] == 10
        assert [each["token"] for each in told["logprobs"]["content"]] == ["Yes"]
        assert message.usage_metadata == {
            "input_tokens": 7,
            "output_tokens": 3,
            "total_tokens": 10,
            "input_token_details": {"audio": 0, "cache_read": 4},
            "output_token_details": {"audio": 0, "reasoning": 1},
        }


@both_colours
def test_alternatives(make: Make, standin: Standin, colour: str) -> None:
    model = make([Answer("one"), Answer("two")], n=2)
    given = [[HumanMessage("Hi")]]
    result = model.generate(given) if colour == "sync" else asyncio.run(model.agenerate(given))
    assert [each.text for each in result.generations[0]] == ["one", "two"]
    assert len({each.message.id for each in result.generations[0]}) == 2
    assert result.llm_output["model_name"] == "gpt-4o-mini"
    assert result.llm_output["token_usage"]["completion_tokens"] == 2
    standin.answers.append(Answer("one"))
    assert total(stream(model, colour, "Hi")).text == "one"


def test_outputs_of_several_prompts_add_up(make: Make) -> None:
    model = make(*[Answer("Yes", usage=Usage(input=7, output=3, cached=2))] * 2)
    output = model.generate([[HumanMessage("Hi")]] * 2).llm_output
    assert output["token_usage"]["total_tokens"] == 20
    assert output["token_usage"]["prompt_tokens_details"]["cached_tokens"] == 4
    assert output["system_fingerprint"] == "fp_standin"


@both_colours
def test_refusals(make: Make, colour: str) -> None:
    model = make(Answer(refusal="I will not."), Answer(refusal="I will not."))
    for message in (call(model, colour, "Hi"), total(stream(model, colour, "Hi")).as_message()):
        assert message.content == ""
        assert message.additional_kwargs == {"refusal": "I will not."}


def test_what_other_servers_add(make: Make) -> None:
    events = [
        chunk({"role": "assistant", "reasoning_content": "Hm"}, usage={"prompt_tokens": 3, "completion_tokens": 1}),
        chunk({"reasoning_content": "."}, usage={"prompt_tokens": 3, "completion_tokens": 2}),
        chunk({"content": "Yes"}, usage={"prompt_tokens": 3, "completion_tokens": 3}),
        {**FINE, "choices": []},
        {**FINE, "choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]},
        b"data: [DONE]\n\n",
    ]
    message = total(list(make(Verbatim(events=events)).stream("Hi")))
    assert (message.text, message.additional_kwargs) == ("Yes", {"reasoning_content": "Hm."})
    assert message.usage_metadata["output_tokens"] == 3  # each said how many there were so far
    assert message.usage_metadata["total_tokens"] == 6


def test_fragments_without_an_index(make: Make) -> None:
    first = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a"'}}
    rest = {"function": {"arguments": ": 1}"}}
    events = [chunk({"tool_calls": [first]}), chunk({"tool_calls": [rest]}), chunk({}, "tool_calls")]
    message = total(list(make(Verbatim(events=events)).stream("Hi")))
    assert [(each["name"], each["args"]) for each in message.tool_calls] == [("add", {"a": 1})]


@both_colours
def test_arguments_that_were_read_already(make: Make, colour: str) -> None:
    wanted = {"id": "c1", "index": 0, "type": "function", "function": {"name": "add", "arguments": {"a": 1}}}
    message = {"role": "assistant", "content": None, "tool_calls": [wanted]}
    whole = Verbatim(body={"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]})
    events = Verbatim(events=[chunk({"tool_calls": [wanted]}), chunk({}, "tool_calls")])
    model = make(whole, events)
    for found in (call(model, colour, "Hi"), total(stream(model, colour, "Hi"))):
        assert [(each["name"], each["args"]) for each in found.tool_calls] == [("add", {"a": 1})]


def test_headers_of_the_response(make: Make) -> None:
    model = make(include_response_headers=True)
    assert model.invoke("Hi").response_metadata["headers"]["x-request-id"]
    assert total(list(model.stream("Hi"))).response_metadata["headers"]["x-request-id"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Hello</html>", "as JSON.*<html>"),
        ({"error": "overloaded"}, "overloaded"),
        ({"choices": None}, "choices"),
        ({"choices": []}, "with choices from .*, got none"),
    ],
)
def test_what_is_no_answer(make: Make, body: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as failed:
        make(Verbatim(body=body)).invoke("Hi")
    assert "gpt-4o-mini" in str(failed.value)


@both_colours
def test_calls_of_tools_that_the_model_made_up(make: Make, colour: str) -> None:
    answer = Answer(tool_calls=[ToolCall("add", "[1]", id="c1")])
    message = call(make(answer), colour, "Hi", tools=[])
    assert message.invalid_tool_calls[0]["error"] == "the arguments are no JSON object but a list"


@both_colours
def test_calls_of_tools_without_a_schema(make: Make, colour: str) -> None:
    def called(**custom: str) -> dict[str, Any]:
        return {"index": 0, "type": "custom", "custom": custom}

    whole = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", **called(name="run", input="x = 1")}]}
    events = [
        chunk({"tool_calls": [{"id": "c", **called(name="run", input="x ")}]}),
        chunk({"tool_calls": [called(input="= 1")]}),
        chunk({}, "tool_calls"),
    ]
    body = {"choices": [{"index": 0, "message": whole, "finish_reason": "tool_calls"}]}
    model = make(Verbatim(body=body), Verbatim(events=events))
    for message in (call(model, colour, "Hi"), total(stream(model, colour, "Hi"))):
        (found,) = message.invalid_tool_calls  # a text is no dict of arguments
        assert (found["name"], found["args"], found["id"]) == ("run", "x = 1", "c")


@both_colours
def test_an_event_that_cannot_be_read(make: Make, colour: str) -> None:
    model = make(Verbatim(events=[chunk({"content": "Hi"}), b"data: {oops\n\n"]))
    with pytest.raises(ValueError, match="Expecting property name") as failed:
        stream(model, colour, "Hi")
    assert "gpt-4o-mini" in "".join(failed.value.__notes__)


# Usage of streams.


@both_colours
def test_streams_say_what_they_have_used(make: Make, standin: Standin, colour: str) -> None:
    assert total(stream(make(), colour, "Hi")).usage_metadata["output_tokens"] == 1
    assert standin.last.body["stream_options"] == {"include_usage": True}
    for quiet in (make(stream_usage=False), make().bind(stream_usage=False), make().bind(stream_options={})):
        stream(quiet, colour, "Hi")
    assert standin.last.body["stream_options"] == {"include_usage": True}
    assert total(stream(make(stream_usage=False), colour, "Hi")).usage_metadata is None
    assert "stream_options" not in standin.last.body


@both_colours
def test_a_server_that_refuses_to_say_it(make: Make, standin: Standin, colour: str) -> None:
    refusal = Failure(400, "Unrecognized request argument supplied: stream_options")
    model = make(refusal, Answer("Yes"), Answer("Yes"))
    assert total(stream(model, colour, "Hi")).text == "Yes"
    assert total(stream(model, colour, "Hi")).text == "Yes"
    assert ["stream_options" in request.body for request in standin.requests] == [True, False, False]
    with pytest.raises(errors.ModelInvalidRequestError):
        stream(make(refusal, stream_usage=True), colour, "Hi")
