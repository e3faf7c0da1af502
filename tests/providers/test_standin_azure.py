"""The stand-in on Azure's paths, under the official SDK."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from tests.providers.standin import REDACTED, Answer, Standin
from tests.providers.standin_clients import COLOURS, HELLO, ask, gpt

VERSION = "2024-10-21"


def azure(standin: Standin, colour: str = "sync", **options: Any) -> Any:
    kind = openai.AzureOpenAI if colour == "sync" else openai.AsyncAzureOpenAI
    usual = {"azure_endpoint": standin.azure_url, "api_version": VERSION, "max_retries": 0, "timeout": 10}
    opens = {} if "azure_ad_token" in options else {"api_key": standin.key}
    return kind(**{**usual, **opens, **options})


def chat(client: Any, model: str = "mine", **body: Any) -> Any:
    return ask(client, lambda sdk: sdk.chat.completions.create(model=model, messages=HELLO, **body))


@pytest.mark.parametrize("colour", COLOURS)
def test_deployments(standin: Standin, colour: str) -> None:
    standin.rules.deployments = {"mine": "gpt-4o"}
    found = chat(azure(standin, colour))
    assert (found.choices[0].message.content, found.model) == ("Hello there world", "gpt-4o")
    assert found.choices[0].content_filter_results["hate"] == {"filtered": False, "severity": "safe"}
    last = standin.last
    assert (last.path, last.query) == ("/openai/deployments/mine/chat/completions", f"api-version={VERSION}")
    assert (last.key_header, last.headers["api-key"]) == ("api-key", REDACTED)
    first, *rest = chat(azure(standin, colour, azure_ad_token=standin.key), stream=True)
    assert (first.choices, first.prompt_filter_results[0]["prompt_index"]) == ([], 0)
    assert "".join(each.choices[0].delta.content or "" for each in rest) == "Hello there world"
    assert standin.last.key_header == "authorization"
    kept = Answer("No.", finish="content_filter")
    standin.answers.append(kept)
    assert chat(azure(standin, colour)).choices[0].content_filter_results["violence"]["filtered"] is True


@pytest.mark.parametrize("colour", COLOURS)
def test_what_else_there_is(standin: Standin, colour: str) -> None:
    standin.rules.deployments = {"vectors": "text-embedding-3-small"}
    made = ask(azure(standin, colour), lambda sdk: sdk.embeddings.create(model="vectors", input="a", dimensions=4))
    assert len(made.data[0].embedding) == 4
    said = ask(azure(standin, colour), lambda sdk: sdk.responses.create(model="gpt-4o", input=HELLO))
    assert (said.output_text, standin.last.path) == ("Hello there world", "/openai/responses")
    there = {"base_url": f"{standin.azure_url}/openai/v1"}
    assert chat(gpt(standin, colour, **there), "gpt-4o").choices[0].message.content == "Hello there world"
    assert standin.last.path == "/openai/v1/chat/completions"
    with pytest.raises(openai.BadRequestError, match="API version"):
        chat(gpt(standin, colour, **there, default_query={"api-version": VERSION}), "gpt-4o")


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"api_key": "wrong"}, openai.AuthenticationError, "invalid subscription key"),
        ({"azure_deployment": "nothing"}, openai.NotFoundError, "deployment for this resource does not exist"),
        ({"api_version": "soon"}, openai.NotFoundError, "Resource not found"),
        ({"azure_endpoint": "{url}/elsewhere"}, openai.NotFoundError, "Not found"),
    ],
)
def test_refusals(standin: Standin, options: dict[str, str], kind: type[Exception], said: str) -> None:
    given = {name: value.format(url=standin.azure_url) for name, value in options.items()}
    with pytest.raises(kind, match=said):
        chat(azure(standin, **given), "gpt-4o")
