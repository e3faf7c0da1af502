"""What ChatOpenAI is called with, and what of it is sent."""

import httpx2
import pytest

from stepgraph.messages import HumanMessage, SystemMessage
from stepgraph_openai import ChatOpenAI
from tests.chat_models.contract import COLOURS, Make, call
from tests.providers.standin import Answer, Standin


def test_no_arguments_at_all(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in standin.environment().items():
        monkeypatch.setenv(name, value)
    model = ChatOpenAI()
    assert (model.model_name, model.model, model._llm_type) == ("gpt-3.5-turbo", "gpt-3.5-turbo", "openai-chat")
    assert model.invoke("Hello there").content == "Hello there"
    model.close()


@pytest.mark.parametrize("responses", [False, True])
def test_a_temperature_is_sent_to_models_that_take_one(make: Make, standin: Standin, responses: bool) -> None:
    for model, options, sent in [
        ("gpt-4o", {"model": "gpt-5"}, None),
        ("gpt-5", {"model": "gpt-4o"}, 0.2),
        ("gpt-5", {}, None),
    ]:
        bound = make(model=model, temperature=0.2, use_responses_api=responses).bind(**options)
        standin.answers.append(Answer("Hi"))
        bound.invoke("Hi")
        assert standin.last.body.get("temperature") == sent, (model, options)
    assert make(model="gpt-5.1", temperature=0.2)._params({"reasoning_effort": "none"})["temperature"] == 0.2


def test_metadata_of_requests_is_not_that_of_runs(make: Make, standin: Standin) -> None:
    make(model_kwargs={"metadata": {"about": "requests"}}, metadata={"about": "runs"}).invoke("Hi")
    assert standin.last.body["metadata"] == {"about": "requests"}


def test_parameters_are_sent(make: Make, standin: Standin) -> None:
    model = make(
        temperature=0.5,
        max_tokens=9,
        stop_sequences=["x"],
        top_p=0.5,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        seed=3,
        logit_bias={1: 2},
        service_tier="auto",
        user="me",
        store=True,
        logprobs=True,
        top_logprobs=2,
        extra_body={"prompt_cache_key": "k"},
        default_headers={"x-mine": "1"},
        default_query={"q": "1"},
        organization="org",
    )
    model.invoke("Hi", parallel_tool_calls=False)
    body = dict(standin.last.body)
    assert body.pop("messages") == [{"role": "user", "content": "Hi"}]
    assert body == {
        "model": "gpt-4o-mini",
        "temperature": 0.5,
        "max_completion_tokens": 9,
        "stop": ["x"],
        "top_p": 0.5,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "seed": 3,
        "logit_bias": {"1": 2},
        "service_tier": "auto",
        "user": "me",
        "store": True,
        "logprobs": True,
        "top_logprobs": 2,
        "prompt_cache_key": "k",
    }
    headers = standin.last.headers
    assert (headers["x-mine"], headers["openai-organization"], standin.last.query) == ("1", "org", "q=1")
    model.bind(max_tokens=3, temperature=0).invoke("Hi", stop=["y"])
    assert (standin.last.body["max_completion_tokens"], standin.last.body["stop"]) == (3, ["y"])


def test_other_names_of_parameters(make: Make) -> None:
    given = {"max_completion_tokens": 9, "stop": "x", "timeout": (1.0, 2.0), "model_name": "gpt-4o", "model": "gpt-4o"}
    model = make(**given)
    assert (model.max_tokens, model.stop, model.model_name) == (9, "x", "gpt-4o")
    assert model._opened.sync().timeout == httpx2.Timeout(2.0, connect=1.0)


def test_parameters_that_are_none_of_ours(make: Make) -> None:
    with pytest.warns(UserWarning, match="top_k is no parameter of ChatOpenAI"):
        assert make(top_k=3).model_kwargs == {"top_k": 3}
    with pytest.raises(ValueError, match="temperature must be given as parameters of their own"):
        make(model_kwargs={"temperature": 1})
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        make(n=0)
    assert make(use_responses_api=False, output_version=None).model_kwargs == {}


def test_models_that_take_no_temperature(make: Make, standin: Standin) -> None:
    make(model="gpt-5-mini", temperature=0.1).invoke("Hi")
    assert "temperature" not in standin.last.body
    assert make(model="gpt-5.1", temperature=0.1, reasoning_effort="none")._default_params["temperature"] == 0.1
    assert make(model="gpt-5-chat-latest", temperature=0.1)._default_params["temperature"] == 0.1


def test_what_tracers_are_told(make: Make) -> None:
    model = make(temperature=0.5, max_tokens=9)
    assert model._get_ls_params(stop=["x"]) == {
        "ls_provider": "openai",
        "ls_model_name": "gpt-4o-mini",
        "ls_model_type": "chat",
        "ls_temperature": 0.5,
        "ls_max_tokens": 9,
        "ls_stop": ["x"],
    }
    params = model._get_invocation_params(tools=[{"type": "mcp", "headers": {"a": "secret"}, "server_url": "u"}])
    assert "secret" not in str(params)
    assert (params["model"], params["_type"]) == ("gpt-4o-mini", "openai-chat")


@pytest.mark.parametrize("colour", COLOURS)
def test_system_messages_of_reasoning_models(make: Make, standin: Standin, colour: str) -> None:
    call(make(model="o3-mini"), colour, [SystemMessage("Be kind."), HumanMessage("Hi")])
    assert [each["role"] for each in standin.last.body["messages"]] == ["developer", "user"]
