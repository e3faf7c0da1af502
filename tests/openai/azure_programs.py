"""Programs for OpenAI's models on Azure that run under two roots, stepgraph's and LangChain's, and what they bring.

`python -m tests.openai.azure_programs langchain > tests/openai/azure_golden.json`, where langchain-openai (1.7.3) is
installed, writes what theirs brought.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from tests.openai.responses_programs import plain
from tests.providers.standin.endpoint import KEY
from tests.providers.standin.script import Answer, Failure, ToolCall, Usage
from tests.providers.standin.server import Standin

VERSION = "2024-10-21"
MINE = {"azure_deployment": "mine"}
VARIABLES = {"AZURE_OPENAI_API_KEY": KEY, "OPENAI_API_VERSION": VERSION}
CALL = Answer(tool_calls=[ToolCall("Sum", {"a": 1}, id="c1")], usage=Usage(input=7, output=3))


OF_STREAMS = ("id", "token_usage", "prompt_filter_results")


class Sum(BaseModel):
    """A sum."""

    a: int


async def later() -> str:
    return KEY


def token() -> str:
    return KEY


VECTORS = {"azure_deployment": "vectors", "dimensions": 4, "check_embedding_ctx_length": False}
CHATS: dict[str, dict[str, Any]] = {
    "a deployment": MINE,
    "a deployment and its model": {**MINE, "model": "gpt-4o"},
    "a version": {**MINE, "model": "gpt-4o", "model_version": "2024-08-06"},
    "a model alone": {"model": "gpt-4o"},
    "long names": {"deployment_name": "mine", "model_name": "gpt-4o", "openai_api_version": "2025-01-01-preview"},
    "parameters": {**MINE, "temperature": 0.5, "max_tokens": 9, "stop": ["x"], "seed": 3},
    "a token": {**MINE, "api_key": None, "azure_ad_token": KEY},
    "a token before a key": {**MINE, "api_key": "wrong-key", "azure_ad_token": KEY},
    "a function": {**MINE, "azure_ad_token_provider": token},
    "an async function": {**MINE, "azure_ad_async_token_provider": later},
    "both functions": {**MINE, "azure_ad_token_provider": token, "azure_ad_async_token_provider": later},
    "a whole address": {"base_url": "{url}/openai/deployments/mine"},
    "responses": {**MINE, "use_responses_api": True},
    "responses of a deployment and its model": {**MINE, "use_responses_api": True, "model": "gpt-4o"},
    "as OpenAI": {"base_url": "{url}/openai/v1/", "model": "gpt-4o"},
    "a deployment that is none": {"azure_deployment": "nothing"},
    "a wrong key": {**MINE, "api_key": "wrong-key"},
    "no address": {**MINE, "azure_endpoint": None},
    "a version of the environment": {**MINE, "api_version": None},
    "a key of the environment": {**MINE, "api_key": None},
    "an address of nobody's": {"base_url": "{url}"},
    "an address and a deployment": {**MINE, "base_url": "{url}/openai"},
    "two addresses": {"base_url": "{url}/openai", "azure_endpoint": "{url}"},
}
ANSWERS = {
    "kept back": Answer("Hi", finish="content_filter"),
    "a prompt kept back": Failure(400, "The prompt was filtered.", code="content_filter"),
    "alternatives": [Answer("one"), Answer("two")],
    "a call": CALL,
}


def run(standin: Standin, chat: Any, embeddings: Any, message: Any) -> dict[str, Any]:
    """Run the programs, and return what each of them brought."""
    standin.rules.deployments = {"mine": "gpt-4o", "vectors": "text-embedding-3-small"}
    found: dict[str, Any] = {}

    def asked(make: Callable[[], Any], *calls: Callable[[Any], Any]) -> list[Any]:
        results = []
        for call in calls:
            before = len(standin.requests)
            try:
                result = call(make())
            except Exception as error:
                result = _failure(error)
            sent = [[each.path, each.query, each.key_header, _read(each)] for each in standin.requests[before:]]
            results.append([result, sent])
        return results

    def make(kind: Any, fields: dict[str, Any]) -> Any:
        usual = {} if "base_url" in fields else {"azure_endpoint": standin.azure_url}
        url = standin.azure_url
        put = {key: each.format(url=url) if isinstance(each, str) else each for key, each in fields.items()}
        return kind(**{"max_retries": 0, **usual, **put})

    ways = (lambda model: _dumped(model.invoke("Hi")), lambda model: _dumped(_summed(model.stream("Hi")), OF_STREAMS))
    for name, fields in CHATS.items():
        found[name] = asked(
            lambda fields=fields: make(chat, fields),
            *(ways if "async" not in name else ()),
            lambda model: _dumped(asyncio.run(model.ainvoke("Hi"))),
        )
        if name in ("a deployment", "a deployment and its model", "a version", "a model alone", "parameters"):
            model = make(chat, fields)
            found[f"about: {name}"] = [model._llm_type, model._get_ls_params(), model.disabled_params, model.lc_secrets]
    for name, answer in ANSWERS.items():
        more = {"n": 2} if name == "alternatives" else {}
        standin.answers += [answer, answer]
        found[f"answer: {name}"] = asked(lambda more=more: make(chat, {**MINE, "model": "gpt-4o", **more}), *ways)
        standin.answers.clear()
    for model in ("gpt-4o", "gpt-4o-mini"):
        for method in ("function_calling", "json_schema"):
            found[f"formed: {model}, {method}"] = asked(
                lambda model=model, method=method: make(chat, {**MINE, "model": model}).with_structured_output(
                    Sum, method=method
                ),
                lambda formed: repr(formed.invoke("Hi")),
            )
    result = make(chat, {**MINE, "model": "gpt-4o"}).generate([[message("Hi")]])
    found["generated"] = [result.llm_output, result.generations[0][0].generation_info]
    for name, fields in {"vectors": {}, "vectors by version": {"api_version": "2025-01-01-preview"}}.items():
        found[name] = asked(
            lambda fields=fields: make(embeddings, {**VECTORS, **fields}),
            lambda model: [round(each, 4) for each in model.embed_query("a b")],
            lambda model: len(asyncio.run(model.aembed_documents(["a", "b"]))),
        )
    found["vectors of nobody"] = asked(lambda: make(embeddings, {"azure_endpoint": None}), lambda model: model.model)
    return {key: plain(value) for key, value in json.loads(json.dumps(found)).items()}


def _summed(chunks: Any) -> Any:
    first, *rest = chunks
    return first + rest if rest else first


def _dumped(message: Any, otherwise: tuple[str, ...] = ("id", "token_usage")) -> dict[str, Any]:
    """Return a message without what is said of it in one place by them, and in another, or not at all, by us."""
    told = {key: value for key, value in message.response_metadata.items() if key not in otherwise}
    found = {name: getattr(message, name) for name in ("content", "tool_calls", "usage_metadata")}
    return {**found, "response_metadata": told}


def _read(request: Any) -> Any:
    """Return what Azure reads of a request: the model in it is that of the deployment, if one is in the URL."""
    by_deployment = "/deployments/" in request.path
    return {key: value for key, value in request.body.items() if key != "model" or not by_deployment}


def _failure(error: Exception) -> list[str]:
    """Return which of the classes that programs catch an error is."""
    known = [kind for kind in type(error).__mro__ if kind.__module__.split(".")[0] in ("openai", "builtins")]
    return [kind.__name__ for kind in known if kind.__name__ not in ("object", "BaseException", "Exception")]


if __name__ == "__main__":
    os.environ.update(VARIABLES, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
    if sys.argv[1] == "langchain":
        from langchain_core.messages import HumanMessage
        from langchain_openai import AzureChatOpenAI, AzureOpenAIEmbeddings
    else:
        from stepgraph.messages import HumanMessage
        from stepgraph_openai import AzureChatOpenAI, AzureOpenAIEmbeddings
    with Standin() as running:
        ran = run(running, AzureChatOpenAI, AzureOpenAIEmbeddings, HumanMessage)
        lines = [f"{json.dumps(name)}: {json.dumps(brought, sort_keys=True)}" for name, brought in ran.items()]
        print("{\n" + ",\n".join(lines) + "\n}")
