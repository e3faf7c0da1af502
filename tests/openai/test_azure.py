"""AzureChatOpenAI and AzureOpenAIEmbeddings: how Azure is reached, and what it says besides."""

import asyncio
import json
import pickle
import traceback
from functools import partial
from pathlib import Path
from typing import Any

import openai
import pytest

from stepgraph.chat_models import init_chat_model
from stepgraph.language_models import errors
from stepgraph.messages import HumanMessage
from stepgraph_openai import (
    AzureChatOpenAI,
    AzureOpenAIEmbeddings,
    OpenAIContentFilterError,
    OpenAIMissingKeyError,
    OpenAIMissingSettingError,
)
from tests.chat_models.contract import Make, both_colours, call, stream, total
from tests.openai import azure_programs
from tests.openai.test_connection import leaves_clients_open
from tests.providers.standin import Answer, Failure, Standin, Verbatim

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "azure_golden.json").read_text("utf-8"))
OTHERWISE = {
    "a version",  # streams have it, too
    "a whole address",  # its streams are asked for usage, too
    "answer: alternatives",  # a stream shows one, and each message has what is said of all
    "as OpenAI",  # which they ask in Azure's older way
    "no address",  # a class of its own, as there is one for keys
    "vectors of nobody",
    "responses of a deployment and its model",  # Azure looks for a deployment, and they say the model
}
FILTERS = [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False}}}]
VERSION = "2024-10-21"
kinds = pytest.mark.parametrize("kind", [AzureChatOpenAI, AzureOpenAIEmbeddings])
ways = pytest.mark.parametrize("way", ["deployments", "v1"])


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("ENDPOINT", "API_KEY", "AD_TOKEN"):
        monkeypatch.delenv(f"AZURE_OPENAI_{variable}", raising=False)
    for variable in ("OPENAI_API_KEY", "OPENAI_API_VERSION", "OPENAI_API_TYPE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def make(standin: Standin) -> Make:
    standin.rules.deployments = {"mine": "gpt-4o", "vectors": "text-embedding-3-small"}

    def made(*answers: Any, **fields: Any) -> AzureChatOpenAI:
        standin.answers += answers
        where = {} if "base_url" in fields else {"azure_endpoint": standin.azure_url, "azure_deployment": "mine"}
        given = {"api_version": VERSION, "api_key": standin.key, "max_retries": 0, **where, **fields}
        return AzureChatOpenAI(**{key: each for key, each in given.items() if each != ""})

    return made


def asked(standin: Standin) -> tuple[str, str, str | None]:
    return standin.last.path, standin.last.query, standin.last.key_header


def address_of(way: str, standin: Standin) -> dict[str, Any]:
    """Return the fields that say how Azure is asked: by deployments, or as OpenAI itself is."""
    return {} if way == "deployments" else {"base_url": f"{standin.azure_url}/openai/v1", "model": "gpt-4o"}


# What programs bring, under both roots.


def test_programs_bring_what_they_brought(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in azure_programs.VARIABLES.items():
        monkeypatch.setenv(variable, value)
    found = azure_programs.run(standin, AzureChatOpenAI, AzureOpenAIEmbeddings, HumanMessage)
    assert found.keys() == GOLDEN.keys()
    assert {key for key, value in found.items() if value != GOLDEN[key]} == OTHERWISE


# Where it is.


@both_colours
def test_all_of_it_is_in_the_environment(standin: Standin, monkeypatch: pytest.MonkeyPatch, colour: str) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", f"{standin.azure_url}/")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", standin.key)
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-03-01-preview")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")  # which is OpenAI's
    model = init_chat_model("azure_openai:gpt-4o", temperature=0)
    assert type(model) is AzureChatOpenAI
    assert call(model, colour, "Hi").text == "Hi"
    path = "/openai/deployments/gpt-4o/chat/completions"
    assert asked(standin) == (path, "api-version=2025-03-01-preview", "api-key")
    made = init_chat_model("gpt-4o", model_provider="azure-openai", azure_deployment="gpt-4o-mini")
    assert (made.deployment_name, made.model_name) == ("gpt-4o-mini", "gpt-4o")
    assert call(made, colour, "Hi").response_metadata["model_name"] == "gpt-4o-mini"


@both_colours
@pytest.mark.parametrize(
    ("version", "query"), [("", ""), (VERSION, ""), ("preview", "api-version=preview"), ("v1", "api-version=v1")]
)
def test_as_openai_itself(make: Make, standin: Standin, colour: str, version: str, query: str) -> None:
    fields = {"azure_deployment": "mine", "model": "gpt-4o", "api_version": version}
    for where in (
        {"base_url": f"{standin.azure_url}/openai/v1"},
        {"azure_endpoint": f"{standin.azure_url}/openai/v1/"},
    ):
        model = make(**where, **fields)
        assert call(model, colour, "Hi").response_metadata["model_name"] == "gpt-4o"
        assert asked(standin) == ("/openai/v1/chat/completions", query, "authorization")
        assert standin.last.body["model"] == "mine"
        assert total(stream(model, colour, "Hi", include=[])).text == "Hi"


@both_colours
def test_responses_are_asked_of_the_deployment(make: Make, standin: Standin, colour: str) -> None:
    model = make(model="gpt-4o")
    assert total(stream(model, colour, "Hi", max_output_tokens=20)).text == "Hi"
    assert asked(standin) == ("/openai/responses", f"api-version={VERSION}", "api-key")
    assert standin.last.body["model"] == "mine"
    call(model.bind(model="gpt-4o-mini"), colour, "Hi", max_output_tokens=20)
    assert standin.last.body["model"] == "gpt-4o-mini"


@kinds
def test_what_is_missing_is_named(kind: Any, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"azure_endpoint": standin.azure_url, "azure_deployment": "mine", "api_version": VERSION}
    with pytest.raises(
        OpenAIMissingKeyError, match=r"azure_ad_token_provider=.*AZURE_OPENAI_API_KEY or AZURE_OPENAI_AD"
    ):
        kind(**given)
    with pytest.raises(
        OpenAIMissingSettingError, match=f"{kind.__name__} needs.*azure_endpoint=.*AZURE_OPENAI_ENDPOINT"
    ):
        kind(**{**given, "azure_endpoint": None}, api_key="k")
    if kind is AzureChatOpenAI:
        with pytest.raises(OpenAIMissingSettingError, match=r"api_version=.*OPENAI_API_VERSION") as failed:
            kind(**{**given, "api_version": None}, api_key="k")
        assert isinstance(failed.value, openai.OpenAIError)
        assert isinstance(failed.value, errors.ModelError)
    else:
        assert kind(**{**given, "api_version": None}, api_key="k").openai_api_version == "2023-05-15"


@both_colours
def test_nothing_names_a_deployment(make: Make, colour: str) -> None:
    with pytest.raises(OpenAIMissingSettingError, match="azure_deployment="):
        call(make(azure_deployment=""), colour, "Hi")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"base_url": "http://me:pass@a.org"}, r"'http://a.org' is no address of Azure's.*azure_endpoint"),
        ({"base_url": "http://a.org/openai", "azure_deployment": "mine"}, "'http://a.org/openai' and azure_deployment"),
        ({"base_url": "http://a.org/openai", "azure_endpoint": "http://a.org"}, "pass one of them"),
    ],
)
def test_addresses_that_do_not_go_together(make: Make, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make(**fields)
    make(base_url="http://a.org/any", validate_base_url=False)


def test_an_address_beats_the_endpoint_of_the_environment(
    make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:9")
    assert make(base_url=f"{standin.azure_url}/openai/deployments/mine").invoke("Hi").text == "Hi"


# What opens it.


@both_colours
def test_what_was_given_comes_before_the_environment(
    make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch, colour: str
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "a token of somebody else's")
    call(make(), colour, "Hi")
    assert standin.last.key_header == "api-key"
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", standin.key)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "a key of somebody else's")
    for model in (make(api_key=""), make(api_key="", base_url=f"{standin.azure_url}/openai/v1", model="gpt-4o")):
        call(model, colour, "Hi")
        assert (standin.last.key_header, standin.last.key_ok) == ("authorization", True)
    monkeypatch.delenv("AZURE_OPENAI_AD_TOKEN")
    monkeypatch.delenv("AZURE_OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_API_KEY", standin.key)
    call(make(api_key=""), colour, "Hi")
    assert (standin.last.key_header, standin.last.key_ok) == ("api-key", True)


@both_colours
@ways
def test_functions_that_return_tokens_are_asked_each_time(make: Make, standin: Standin, colour: str, way: str) -> None:
    where = address_of(way, standin)
    said: list[str] = []

    def token() -> str:
        said.append("sync")
        return standin.key

    async def later() -> str:
        said.append("async")
        return standin.key

    model = make(**where, api_key="wrong", azure_ad_token="wrong", azure_ad_token_provider=token)
    call(model, colour, "Hi")
    assert total(stream(model, colour, "Hi")).text == "Hi"
    both = make(**where, api_key="", azure_ad_token_provider=token, azure_ad_async_token_provider=later)
    call(both, colour, "Hi")
    assert said == ["sync", "sync", colour]
    alone = make(**where, api_key="", azure_ad_async_token_provider=later)
    if colour == "async":
        assert call(alone, colour, "Hi").text == "Hi"
    else:
        with pytest.raises(TypeError, match=r"coroutine function, which sync code cannot call; use ainvoke\(\)"):
            call(alone, colour, "Hi")
    call(make(**where, api_key=token), colour, "Hi")
    assert standin.last.key_header == ("api-key" if way == "deployments" else "authorization")


def test_tokens_are_seen_nowhere(make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "a-token-that-nobody-may-see"
    standin.rules.key = token
    refusal = Failure(401, f"The token {token} is of no use.")
    model = make(refusal, api_key="", azure_ad_token=token, azure_ad_token_provider=None)
    with pytest.raises(errors.ModelAuthenticationError) as failed:
        model.invoke("Hi")
    made = pickle.dumps(make(azure_ad_token=token, azure_ad_token_provider=lambda: token))
    seen = [repr(model), str(model.model_dump()), str(vars(model)), repr(made), repr(model._identifying_params)]
    seen += [*traceback.format_exception(failed.value), str(vars(failed.value))]
    assert [text for text in seen if token in text] == []
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", token)
    assert pickle.loads(made).invoke("Hi").text == "Hi"
    monkeypatch.delenv("AZURE_OPENAI_AD_TOKEN")
    with pytest.raises(OpenAIMissingKeyError, match="AZURE_OPENAI_AD_TOKEN"):
        pickle.loads(made).invoke("Hi")


@ways
def test_clients_of_the_users_own_stay_open(make: Make, standin: Standin, way: str) -> None:
    leaves_clients_open(partial(make, **address_of(way, standin)))


def test_copies_for_another_deployment_have_other_clients(make: Make, standin: Standin) -> None:
    model = make()
    other = model.model_copy(update={"deployment_name": "gpt-4o-mini"})
    assert other._opened is not model._opened
    assert other.invoke("Hi").response_metadata["model_name"] == "gpt-4o-mini"
    assert model.model_copy(update={"temperature": 0.5})._opened is model._opened
    assert repr(model._identifying_params) != repr(other._identifying_params)


# What it says.


@both_colours
def test_the_version_is_part_of_the_name(make: Make, colour: str) -> None:
    model = make(model="gpt-4o", model_version="2024-08-06")
    for message in (call(model, colour, "Hi"), total(stream(model, colour, "Hi"))):
        assert message.response_metadata["model_name"] == "gpt-4o-2024-08-06"
        assert message.response_metadata["prompt_filter_results"][0]["prompt_index"] == 0


@both_colours
def test_filters_speak_without_choices(make: Make, colour: str) -> None:
    fine = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
    blank = {"id": "", "object": "", "created": 0, "model": "", "usage": None}
    offsets = {"check_offset": 1, "start_offset": 1, "end_offset": 2}
    checked = {"index": 0, "finish_reason": None, "content_filter_results": {}, "content_filter_offsets": offsets}
    events = [
        {**blank, "choices": [], "prompt_filter_results": FILTERS},
        {**fine, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]},
        {**fine, "choices": [{"index": 0, "delta": {"content": "Yes"}, "finish_reason": None}]},
        {**blank, "choices": [checked]},
        {**fine, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {**blank, "choices": [checked]},
        {**fine, "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}},
        b"data: [DONE]\n\n",
    ]
    message = total(stream(make(Verbatim(events=events)), colour, "Hi")).as_message()
    assert (message.text, message.usage_metadata["total_tokens"]) == ("Yes", 4)
    told = message.response_metadata
    assert (told["model_name"], told["finish_reason"]) == ("gpt-4o", "stop")
    assert told["prompt_filter_results"] == FILTERS


@both_colours
def test_an_answer_that_was_kept_back(make: Make, colour: str) -> None:
    kept = Answer("Hi", finish="content_filter")
    with pytest.raises(OpenAIContentFilterError, match=r"kept back the answer of 'gpt-4o'.* 'violence'") as failed:
        call(make(kept, model="gpt-4o"), colour, "Hi")
    assert isinstance(failed.value, ValueError)
    assert isinstance(failed.value, errors.ModelError)
    assert total(stream(make(kept), colour, "Hi")).response_metadata["finish_reason"] == "content_filter"
    blocked = Failure(400, "The prompt triggered the filter.", code="content_filter")
    with pytest.raises(openai.BadRequestError, match="triggered") as refused:
        call(make(blocked), colour, "Hi")
    assert refused.value.code == "content_filter"
    assert isinstance(refused.value, errors.ModelInvalidRequestError)


@both_colours
def test_errors_name_the_deployment(make: Make, colour: str) -> None:
    with pytest.raises(errors.ModelNotFoundError, match="does not exist") as failed:
        call(make(azure_deployment="nothing", model="gpt-4o"), colour, "Hi")
    assert "the model 'gpt-4o' of Azure OpenAI, by the deployment 'nothing'" in "".join(failed.value.__notes__)


# Vectors.


@both_colours
def test_vectors(standin: Standin, colour: str) -> None:
    standin.rules.deployments = {"vectors": "text-embedding-3-small"}
    given = {"azure_deployment": "vectors", "api_key": standin.key, "dimensions": 4, "max_retries": 0}

    def embed(model: Any) -> list[list[float]]:
        texts = ["the cat sat", "the cat ran"]
        return model.embed_documents(texts) if colour == "sync" else asyncio.run(model.aembed_documents(texts))

    found = embed(AzureOpenAIEmbeddings(**given, azure_endpoint=standin.azure_url))
    assert [len(each) for each in found] == [4, 4]
    assert asked(standin) == ("/openai/deployments/vectors/embeddings", "api-version=2023-05-15", "api-key")
    assert embed(AzureOpenAIEmbeddings(**given, base_url=f"{standin.azure_url}/openai/v1/")) == found
    assert asked(standin) == ("/openai/v1/embeddings", "", "authorization")
    assert standin.last.body["model"] == "vectors"
    with pytest.raises(errors.ModelNotFoundError) as failed:
        embed(AzureOpenAIEmbeddings(**{**given, "azure_deployment": "nothing"}, azure_endpoint=standin.azure_url))
    assert "the deployment 'nothing'" in "".join(failed.value.__notes__)
    with pytest.warns(UserWarning, match="ignores 'tiktoken_model_name'"):
        model = AzureOpenAIEmbeddings(**given, azure_endpoint=standin.azure_url, tiktoken_model_name="x")
    assert (model.chunk_size, model.openai_api_type) == (2048, "azure")
