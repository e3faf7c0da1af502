"""No key is seen anywhere, wherever it was given, and wherever something is shown, kept, logged or raised."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from stepgraph.caches import InMemoryCache
from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph_anthropic import ChatAnthropic
from stepgraph_openai import ChatOpenAI, OpenAIEmbeddings
from tests.chat_models.contract import both_colours
from tests.providers.standin import Answer, Cut, Failure, Standin

KEY = "zz9-f7/Q+no=body/may/see"
USER = "Basic " + base64.b64encode(f"joe:{KEY}".encode()).decode()
FORMS = {KEY, quote(KEY, safe=""), quote_plus(KEY), quote(KEY), USER.removeprefix("Basic "), json.dumps(KEY)[1:-1]}


@dataclass
class Given:
    """How a key is given: with the model, and with each call."""

    fields: dict[str, Any] = field(default_factory=dict)
    call: dict[str, Any] = field(default_factory=dict)
    user: bool = False
    arrives: Callable[[Any], bool] = lambda request: True


def in_header(request: Any) -> bool:
    return request.headers.get("x-sec") == KEY


def in_query(request: Any) -> bool:
    return any(form in request.query for form in FORMS)


PLACES = {
    "api_key": Given({"api_key": KEY}),
    "default_headers": Given({"default_headers": {"X-Sec": KEY}}, arrives=in_header),
    "default_query": Given({"default_query": {"sig": KEY}}, arrives=in_query),
    "extra_headers": Given(call={"extra_headers": {"X-Sec": KEY}}, arrives=in_header),
    "extra_query": Given(call={"extra_query": {"sig": KEY}}, arrives=in_query),
    "extra_headers_of_the_model": Given({"model_kwargs": {"extra_headers": {"X-Sec": KEY}}}, arrives=in_header),
    "extra_query_of_the_model": Given({"model_kwargs": {"extra_query": {"sig": KEY}}}, arrives=in_query),
    "user": Given(user=True, arrives=lambda request: "authorization" in request.headers),
}


def made(kind: str, standin: Standin, given: Given, **more: Any) -> Any:
    standin.rules.key = given.fields.get("api_key", standin.rules.key)
    url = standin.anthropic_url if kind == "anthropic" else standin.openai_url
    if given.user:
        url = url.replace("://", f"://joe:{quote(KEY, safe='')}@")
        if kind != "anthropic":
            standin.rules.key = USER
    usual = {"api_key": standin.rules.key, "base_url": url, "max_retries": 0, **given.fields, **more}
    if kind == "embeddings":
        return OpenAIEmbeddings(**usual)
    return ChatOpenAI(model="gpt-4o-mini", **usual) if kind == "openai" else ChatAnthropic(model=CLAUDE, **usual)


CLAUDE = "claude-sonnet-5"


def chats() -> list[Any]:
    kinds = ("openai", "anthropic")
    pairs = [(kind, name) for kind in kinds for name in PLACES if (kind, name) != ("anthropic", "default_query")]
    return [pytest.param(kind, PLACES[name], id=f"{kind}-{name}") for kind, name in pairs]


class Heard(BaseCallbackHandler):
    """All that a handler is told."""

    def __init__(self) -> None:
        self.facts: list[Any] = []

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("on_"):
            return lambda *args, **kwargs: self.facts.append((name, args, kwargs))
        return found


def leaks(seen: dict[str, Any]) -> list[str]:
    """Return the names of what shows the key."""
    texts = {name: value.decode("latin-1") if isinstance(value, bytes) else str(value) for name, value in seen.items()}
    return [name for name, text in texts.items() if any(form in text for form in FORMS)]


def of_error(error: BaseException) -> dict[str, Any]:
    """Return all that an error says, and what it holds."""
    seen = {
        "str": str(error),
        "repr": repr(error),
        "traceback": "".join(traceback.format_exception(error)),
        "notes": getattr(error, "__notes__", ()),
        "vars": vars(error),
        "pickle": pickle.dumps(error),
    }
    for name in ("request", "response"):
        held = getattr(error, name, None)
        if held is not None:
            seen[name] = [held.headers.raw, str(held.url), getattr(held, "text", ""), vars(held)]
            seen[f"{name} pickled"] = pickle.dumps(held.headers) + pickle.dumps(str(held.url))
    return seen


@pytest.fixture(autouse=True)
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.mark.parametrize(("kind", "given"), chats())
def test_what_is_shown_and_kept(kind: str, given: Given, standin: Standin) -> None:
    cache = InMemoryCache()
    model = made(kind, standin, given, cache=cache)
    bound = model.bind(**given.call)
    found = bound.invoke("Hi")
    assert given.arrives(standin.last)
    seen = {
        "repr": repr(model),
        "str": str(model),
        "model_dump": model.model_dump(),
        "model_dump by alias": model.model_dump(by_alias=True),
        "model_dump_json": model.model_dump_json(),
        "_identifying_params": model._identifying_params,
        "invocation params": model._get_invocation_params(**given.call),
        "ls params": model._get_ls_params(**given.call),
        "a binding": repr(bound),
        "a sequence": repr(bound | str),
        "cache": vars(cache),
        "answer": repr(found) + found.model_dump_json(),
    }
    assert leaks(seen) == []
    assert len(cache._cache) == 1


@both_colours
@pytest.mark.parametrize(("kind", "given"), chats())
def test_what_is_told(
    kind: str,
    given: Given,
    standin: Standin,
    colour: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: Any,
) -> None:
    heard = Heard()
    model = made(kind, standin, given, verbose=True)

    def ask(state: Any) -> Any:
        return {"messages": [model.invoke(state["messages"], **given.call)]}

    async def ask_async(state: Any) -> Any:
        return {"messages": [await model.ainvoke(state["messages"], **given.call)]}

    builder = StateGraph(MessagesState).add_node("ask", ask if colour == "sync" else ask_async).add_edge(START, "ask")
    config: Any = {"configurable": {"thread_id": "1"}, "callbacks": [heard]}
    input = {"messages": [("human", "Hi")]}
    memory = InMemorySaver()
    seen: dict[str, Any] = {}

    async def main() -> None:
        events = model.astream_events("Hi", {"callbacks": [heard]}, version="v2", **given.call)
        seen["events"] = [each async for each in events]
        graph = builder.compile(checkpointer=memory)
        modes: Any = ["debug", "messages", "updates"]
        seen["debug"] = [each async for each in graph.astream(input, config, stream_mode=modes)]
        standin.answers.append(Failure(400, f"no {KEY}"))
        with pytest.raises(Exception, match="no "):
            await graph.ainvoke(input, config)
        await model.aclose()

    def main_sync() -> None:
        seen["chunks"] = list(model.stream("Hi", {"callbacks": [heard]}, **given.call))
        with SqliteSaver.from_conn_string(str(tmp_path / "runs.sqlite")) as saver:
            for name, saver_of_it in (("in memory", memory), ("in a file", saver)):
                graph = builder.compile(checkpointer=saver_of_it)
                seen[f"debug {name}"] = list(graph.stream(input, config, stream_mode=["debug", "messages", "updates"]))
                standin.answers.append(Failure(400, f"no {KEY}"))
                with pytest.raises(Exception, match="no "):
                    graph.invoke(input, config)
                seen[f"state {name}"] = list(graph.get_state_history(config))
        stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"Hi" in stored
        seen["stored"] = stored

    if colour == "async":
        asyncio.run(main())
    else:
        main_sync()
    printed = capsys.readouterr()
    seen["saved"] = pickle.dumps([dict(memory.storage), dict(memory.writes)]) if hasattr(memory, "storage") else memory
    seen |= {"saver": vars(memory), "heard": heard.facts, "logged": caplog.text, "out": printed.out, "err": printed.err}
    assert given.arrives(standin.last)
    assert len(heard.facts) > 5
    assert "HTTP Request" in caplog.text
    assert leaks(seen) == []


@both_colours
@pytest.mark.parametrize(("kind", "given"), chats())
@pytest.mark.parametrize(
    "failure",
    [
        Failure(401, f"Incorrect API key provided: {KEY}"),
        Failure(500, body=f"<html>{KEY}</html>"),
        Answer("one two three", ends=Cut(3)),
        Answer("one two three", ends=Cut(3, clean=True)),
        Failure(200, body=f"<html>{KEY}</html>"),
    ],
    ids=["refused", "broken", "cut", "cut_clean", "no_answer"],
)
def test_errors(
    kind: str, given: Given, failure: Any, standin: Standin, colour: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = made(kind, standin, given)
    standin.answers.append(failure)
    streams = isinstance(failure, Answer)

    async def read() -> None:
        _ = [each async for each in model.astream("Hi", **given.call)]

    def ask() -> None:
        if colour == "async":
            asyncio.run(read() if streams else model.ainvoke("Hi", **given.call))
        else:
            _ = list(model.stream("Hi", **given.call)) if streams else model.invoke("Hi", **given.call)

    with pytest.raises(Exception) as failed:  # noqa: PT011 - each has its own
        ask()
    assert given.arrives(standin.last)
    assert leaks({**of_error(failed.value), "logged": caplog.text}) == []
    assert leaks(of_error(pickle.loads(pickle.dumps(failed.value)))) == []


@both_colours
@pytest.mark.parametrize("name", PLACES)
def test_embeddings(name: str, standin: Standin, colour: str, caplog: pytest.LogCaptureFixture) -> None:
    given = PLACES[name]
    model = made("embeddings", standin, given)

    def embed() -> Any:
        if colour == "sync":
            return model.embed_documents(["a"], **given.call)
        return asyncio.run(model.aembed_documents(["a"], **given.call))

    embed()
    assert given.arrives(standin.last)
    seen = {"repr": repr(model), "str": str(model), "dump": model.model_dump(), "json": model.model_dump_json()}
    standin.answers.append(Failure(400, f"no {KEY}"))
    with pytest.raises(Exception, match="no ") as failed:
        embed()
    standin.answers.append(Failure(200, body=f"<html>{KEY}</html>"))
    with pytest.raises(ValueError) as unread:  # noqa: PT011 - json's own
        embed()
    assert leaks({**seen, **of_error(failed.value), "logged": caplog.text}) == []
    assert leaks(of_error(unread.value)) == []


# Pickles.

LOOKS = {
    "authorization": Given({"default_headers": {"Authorization": KEY, "X-Title": "app"}}),
    "cookie": Given({"default_headers": {"Cookie": KEY, "X-Title": "app"}}),
    "key": Given({"default_headers": {"X-Proxy-Key": KEY, "X-Title": "app"}}),
    "token": Given({"default_headers": {"x-my-token": KEY, "X-Title": "app"}}),
    "secret": Given({"default_headers": {"client-secret": KEY, "X-Title": "app"}}),
    "bearer": Given({"default_headers": {"X-Forward": f"Bearer {KEY}", "X-Title": "app"}}),
    "the key itself": Given({"api_key": KEY, "default_headers": {"X-Sec": KEY, "X-Title": "app"}}),
}


@pytest.mark.parametrize("kind", ["openai", "anthropic", "embeddings"])
@pytest.mark.parametrize("name", LOOKS)
def test_headers_in_pickles(kind: str, name: str, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    model = made(kind, standin, LOOKS[name])
    pickled = pickle.dumps(model)
    assert leaks({"pickle": pickled}) == []
    monkeypatch.setenv("OPENAI_API_KEY", standin.rules.key)
    monkeypatch.setenv("ANTHROPIC_API_KEY", standin.rules.key)
    twin = pickle.loads(pickled)
    assert dict(twin.default_headers) == {"X-Title": "app"}
    twin.embed_query("Hi") if kind == "embeddings" else twin.invoke("Hi")
    assert standin.last.headers["x-title"] == "app"
    assert LOOKS[name].fields["default_headers"].keys() == model.default_headers.keys()  # the model itself has them all


@pytest.mark.parametrize("kind", ["openai", "anthropic", "embeddings"])
def test_queries_and_options_in_pickles(kind: str, standin: Standin) -> None:
    options = {"extra_headers": {"Cookie": KEY, "X-Title": "app"}, "extra_query": {"api-key": KEY, "version": "1"}}
    more = {} if kind == "anthropic" else {"default_query": {"token": KEY, "version": "1"}}
    model = made(kind, standin, Given({"model_kwargs": options, **more}))
    twin = pickle.loads(pickle.dumps(model))
    assert leaks({"pickle": pickle.dumps(model)}) == []
    assert twin.model_kwargs == {"extra_headers": {"X-Title": "app"}, "extra_query": {"version": "1"}}
    assert kind == "anthropic" or twin.default_query == {"version": "1"}
    if kind != "embeddings":
        bound = model.bind(**options)
        assert leaks({"pickle": pickle.dumps(bound)}) == []
        assert pickle.loads(pickle.dumps(bound)).kwargs == twin.model_kwargs


@pytest.mark.parametrize("kind", ["openai", "anthropic", "embeddings"])
def test_addresses_in_pickles(kind: str, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    model = made(kind, standin, PLACES["user"])
    variable = "ANTHROPIC_BASE_URL" if kind == "anthropic" else "OPENAI_BASE_URL"
    name = "anthropic_api_url" if kind == "anthropic" else "openai_api_base"
    address = getattr(model, name)
    pickled = pickle.dumps(model)
    assert leaks({"pickle": pickled}) == []
    bare = address.partition("://")[0] + "://" + address.partition("@")[2]
    assert getattr(pickle.loads(pickled), name) == bare
    monkeypatch.setenv(variable, "http://joe:other@elsewhere/v1")
    assert getattr(pickle.loads(pickled), name) == bare
    monkeypatch.setenv(variable, address)
    twin = pickle.loads(pickled)
    assert getattr(twin, name) == address
    monkeypatch.delenv(variable)
    monkeypatch.setenv("OPENAI_API_KEY", standin.rules.key)
    monkeypatch.setenv("ANTHROPIC_API_KEY", standin.rules.key)
    twin = pickle.loads(pickled)
    standin.rules.key = "k"
    with pytest.raises(Exception, match="401"):
        twin.embed_query("Hi") if kind == "embeddings" else twin.invoke("Hi")


def test_servers_of_tools_in_pickles(standin: Standin) -> None:
    server = {"type": "url", "name": "s", "url": "https://joe:pw@host/x", "authorization_token": KEY}
    model = made("anthropic", standin, Given({"mcp_servers": [server]}))
    assert pickle.loads(pickle.dumps(model)).mcp_servers == [{"type": "url", "name": "s", "url": "https://host/x"}]


def test_a_key_that_no_header_can_hold() -> None:
    for key in (f"{KEY}\n", f"{KEY}…"):
        model = ChatOpenAI(model="gpt-4o-mini", api_key=key, base_url="http://127.0.0.1:9/v1", max_retries=0)
        with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever says it
            model.invoke("Hi")
        assert leaks(of_error(failed.value)) == []


def test_other_logs_are_left_alone(standin: Standin, caplog: pytest.LogCaptureFixture) -> None:
    made("openai", standin, PLACES["default_query"]).invoke("Hi")
    logging.getLogger("httpx2").info("of the program's own: %s", f"http://joe:pw@host?api-key={KEY}")
    assert f"http://joe:pw@host?api-key={KEY}" in caplog.messages[-1]
    ours = next(each for each in caplog.records if each.name == "httpx2")
    assert "?sig=********** " in ours.getMessage()


def test_caches_tell_keys_apart(standin: Standin) -> None:
    cache = InMemoryCache()
    for tenant in ("a", "b", "a"):
        given = Given({"model_kwargs": {"extra_headers": {"X-Tenant": tenant}}})
        made("openai", standin, given, cache=cache).invoke("Hi")
    assert len(standin.requests) == 2
