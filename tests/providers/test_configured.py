"""What a config sets reaches the provider, with tools and with forms, in every door."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from stepgraph.chat_models import init_chat_model
from stepgraph.rate_limiters import InMemoryRateLimiter
from stepgraph.runnables import ConfigurableField
from stepgraph_anthropic import ChatAnthropic
from stepgraph_openai import ChatOpenAI
from tests.chat_models.contract import both_colours, call
from tests.providers.standin import Answer, Cut, Standin, ToolCall

CLAUDE = "claude-sonnet-5"


class Form(BaseModel):
    """A form."""

    x: int


def openai(standin: Standin, **more: Any) -> Any:
    usual = {"model": "gpt-4o-mini", "base_url": standin.openai_url, "api_key": standin.key, "max_retries": 0}
    return ChatOpenAI(**{**usual, **more})


def anthropic(standin: Standin, **more: Any) -> Any:
    usual = {"model": CLAUDE, "base_url": standin.anthropic_url, "api_key": standin.key, "max_retries": 0}
    return ChatAnthropic(**{**usual, **more})


makers = pytest.mark.parametrize("make", [openai, anthropic])
Maker = Callable[..., Any]


def doors(model: Any, colour: str, config: Any) -> list[Any]:
    async def all_async() -> list[Any]:
        chunks = [each async for each in model.astream("Hi", config)]
        return [await model.ainvoke("Hi", config), *await model.abatch(["Hi"], config), chunks[-1]]

    if colour == "async":
        return asyncio.run(all_async())
    return [model.invoke("Hi", config), *model.batch(["Hi"], config), list(model.stream("Hi", config))[-1]]


@both_colours
@makers
def test_tools_and_forms(make: Maker, standin: Standin, colour: str) -> None:
    model = make(standin).configurable_fields(max_tokens=ConfigurableField(id="m"))
    of_call: Any = {"configurable": {"m": 77}}
    for bound, config in (
        (model.bind_tools([Form], tool_choice="Form"), of_call),
        (model.with_config(of_call).bind_tools([Form], tool_choice="Form"), None),
        (model.with_structured_output(Form), of_call),
        (model.with_config(of_call).with_structured_output(Form), None),
    ):
        doors(bound, colour, config)
    assert len(standin.requests) == 12
    for request in standin.requests:
        assert request.body.get("max_tokens", request.body.get("max_completion_tokens")) == 77
        said = request.body
        assert said.get("tools") or said.get("response_format") or said.get("output_config")


@both_colours
def test_another_model(standin: Standin, colour: str) -> None:
    model = openai(standin).configurable_fields(model_name=ConfigurableField(id="model"))
    bound = model.with_config(configurable={"model": "gpt-4o"}).bind_tools([Form])
    call(bound, colour, "Hi")
    call(bound, colour, "Hi", {"configurable": {"model": "gpt-4o-mini"}})
    assert [each.body["model"] for each in standin.requests] == ["gpt-4o", "gpt-4o-mini"]


@both_colours
def test_init_chat_model(standin: Standin, colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in standin.environment().items():
        monkeypatch.setenv(name, value)
    model = init_chat_model("openai:gpt-4o-mini", configurable_fields="any").bind_tools([Form])
    call(model, colour, "Hi", {"configurable": {"temperature": 0.5}})
    call(model, colour, "Hi", {"configurable": {"model": CLAUDE, "max_tokens": 5}})
    first, second = standin.requests
    assert (first.body["temperature"], first.body["tools"][0]["function"]["name"]) == (0.5, "Form")
    assert (second.body["model"], second.body["max_tokens"], second.body["tools"][0]["name"]) == (CLAUDE, 5, "Form")


@both_colours
@makers
def test_nothing_is_sent_of_a_value_that_does_not_fit(make: Maker, standin: Standin, colour: str) -> None:
    model = make(standin).configurable_fields(temperature=ConfigurableField(id="t"))
    with pytest.raises(ValueError, match=r"sets 'temperature' of 'Chat.*cannot be str 'warm'"):
        doors(model, colour, {"configurable": {"t": "warm"}})
    assert standin.requests == []


# A limiter.


@both_colours
@makers
def test_a_model_with_a_limiter_is_pickled(
    make: Maker, standin: Standin, colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in standin.environment().items():
        monkeypatch.setenv(name, value)
    limiter = InMemoryRateLimiter(requests_per_second=1000, max_bucket_size=5)
    model = make(standin, rate_limiter=limiter)
    twin = pickle.loads(pickle.dumps(model))
    assert twin.rate_limiter is not limiter
    assert twin.rate_limiter.max_bucket_size == 5
    call(twin, colour, "Hi")
    assert model.model_copy(deep=True).rate_limiter is limiter


# What is said of what went wrong.


@both_colours
@makers
def test_a_stream_says_what_broke(make: Maker, standin: Standin, colour: str) -> None:
    standin.answers.append(Answer("one two three", ends=Cut(3, inside=True)))
    with pytest.raises(
        Exception, match=r"^The answer ended before its end: the connection broke: .*peer closed"
    ) as cut:
        doors(make(standin, streaming=True), colour, None)
    assert cut.value.message == str(cut.value)


@both_colours
@makers
@pytest.mark.parametrize(
    ("args", "said"),
    [
        ('{"x": 1, b', "the arguments are no JSON: "),
        ("[1]", "the arguments are no JSON object but a list"),
    ],
)
def test_arguments_that_cannot_be_read(make: Maker, standin: Standin, colour: str, args: str, said: str) -> None:
    model = make(standin)
    told = []
    for door in ("whole", "streamed"):
        standin.answers.append(Answer(tool_calls=[ToolCall("add", args, id="call_1")]))
        kwargs = {"stream": True} if door == "streamed" else {}
        message = call(model, colour, "Hi", **kwargs)
        assert message.tool_calls == []
        told.append(message.invalid_tool_calls)
    assert told[0] == told[1]
    assert told[0][0]["error"].startswith(said)


@both_colours
def test_what_several_answers_have_used(standin: Standin, colour: str) -> None:
    for make in (openai, anthropic):
        model = make(standin)
        asked = [["Hi"], ["Hi there"]]
        result = asyncio.run(model.agenerate(asked)) if colour == "async" else model.generate(asked)
        used = result.llm_output["token_usage"]
        counted = [each[0].message.usage_metadata for each in result.generations]
        assert used["prompt_tokens"] == sum(each["input_tokens"] for each in counted)
        assert used["completion_tokens"] == sum(each["output_tokens"] for each in counted)
        assert used["total_tokens"] == sum(each["total_tokens"] for each in counted)
        assert result.llm_output["model_name"] == model.model_name
