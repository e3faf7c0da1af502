"""Handlers of models of both providers. The numbers are those of the rows to be shown."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from typing import Any
from uuid import UUID

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.chat_models import init_chat_model
from stepgraph.messages import AIMessage, HumanMessage
from stepgraph.outputs import ChatGeneration, LLMResult, RunInfo
from stepgraph.runnables import RunnableLambda
from tests.providers.both import both_providers, found_in_the_environment
from tests.providers.standin import Answer, Standin

PIECES = [f"{number} " for number in range(30)]
both_doors = pytest.mark.parametrize("door", ["astream", "agenerate", "ainvoke"])


@pytest.fixture(autouse=True)
def provider(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Standin:
    found_in_the_environment(standin, monkeypatch)
    return standin


def class_of(name: str) -> str:
    return {"openai": "ChatOpenAI", "anthropic": "ChatAnthropic"}[name.partition(":")[0]]


async def tell_a_joke(llm: Any, door: str) -> None:
    """Ask through a door; those for whole messages stream, because the model was told to."""
    if door == "astream":
        async for _ in llm.astream("Tell me a joke"):
            pass
    elif door == "agenerate":
        await llm.agenerate([[HumanMessage(content="Tell me a joke")]])
    else:
        await llm.ainvoke("Tell me a joke")


variable = contextvars.ContextVar("variable", default="unset")


@both_providers
@both_doors
async def test_3_2_tokens_for_a_sync_handler_go_to_threads_in_order(provider, name, door):
    told = []

    class Sync(BaseCallbackHandler):
        def on_llm_new_token(self, token, **kwargs):
            told.append((token, threading.current_thread() is threading.main_thread(), variable.get()))

    provider.answers.append(Answer(pieces=PIECES))
    variable.set("set")
    await tell_a_joke(init_chat_model(name, streaming=True, callbacks=[Sync()]), door)
    assert [each for each in told if each[0]] == [(piece, False, "set") for piece in PIECES]


@both_providers
@both_doors
async def test_3_5_the_first_token_waits_for_the_handler_of_the_start(provider, name, door):
    told = []

    class Async(AsyncCallbackHandler):
        async def on_llm_start(self, serialized, prompts, **kwargs):
            told.append("zzzz")
            await asyncio.sleep(0.02)
            told.append("starts")

        async def on_llm_end(self, response, **kwargs):
            told.append("zzzz")
            await asyncio.sleep(0.02)
            told.append("ends")

    class Sync(BaseCallbackHandler):
        def on_llm_new_token(self, token, **kwargs):
            if token:
                told.append(token)

    provider.answers.append(Answer(pieces=PIECES))
    await tell_a_joke(init_chat_model(name, streaming=True, callbacks=[Sync(), Async()]), door)
    assert told == ["zzzz", "starts", *PIECES, "zzzz", "ends"]


@both_providers
@pytest.mark.parametrize("base", [BaseCallbackHandler, AsyncCallbackHandler])
async def test_3_6_the_start_of_a_chat_model_is_that_of_a_text_model_for_those_who_know_no_other(provider, name, base):
    told = []

    class Sync(base):
        def on_llm_start(self, serialized, prompts, **kwargs):
            told.append((serialized["name"], prompts))

    class Async(base):
        async def on_llm_start(self, serialized, prompts, **kwargs):
            told.append((serialized["name"], prompts))

    handler = (Sync if base is BaseCallbackHandler else Async)()
    llm = init_chat_model(name, callbacks=[handler])
    await llm.agenerate([[HumanMessage(content="Tell me a joke")], [("system", "Be brief."), ("user", "Hi")]])
    assert sorted(told, key=str) == [
        (class_of(name), ["Human: Tell me a joke"]),
        (class_of(name), ["System: Be brief.\nHuman: Hi"]),
    ]
    if base is BaseCallbackHandler:
        llm.invoke("sync")
        assert told[-1] == (class_of(name), ["Human: sync"])


@both_providers
@both_doors
async def test_3_7_a_handler_of_tokens_alone(provider, name, door, caplog, capsys):
    """Warnings are errors here; nothing is logged or printed either."""
    caplog.set_level(logging.WARNING)
    told = []

    class Tokens(BaseCallbackHandler):
        raise_error = True

        def on_llm_new_token(self, token, **kwargs):
            told.append(token)

    provider.answers.append(Answer(pieces=PIECES))
    await tell_a_joke(init_chat_model(name, streaming=True, callbacks=[Tokens()]), door)
    assert "".join(told) == "".join(PIECES)
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


@both_providers
@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_3_8_3_9_3_10_generate_streams_is_cut_and_says_what_it_was(provider, name, colour):
    told = []

    class Tokens(BaseCallbackHandler):
        def on_llm_new_token(self, token, **kwargs):
            told.append(token)

    llm = init_chat_model(name, max_tokens=25, streaming=True, callbacks=[Tokens()])
    said = [[HumanMessage(content=" ".join(f"w{number}" for number in range(40)))]]
    result = await llm.agenerate(said) if colour == "async" else llm.generate(said)
    cut = " ".join(f"w{number}" for number in range(25))
    assert "".join(told) == cut
    assert len([token for token in told if token]) == 25
    assert provider.last.body["stream"] is True
    assert 25 in (provider.last.body.get("max_tokens"), provider.last.body.get("max_completion_tokens"))
    assert type(result) is LLMResult
    ((generation,),) = result.generations
    assert (type(generation), type(generation.message)) == (ChatGeneration, AIMessage)
    assert generation.text == generation.message.content == cut
    (run,) = result.run
    assert type(run) is RunInfo
    assert type(run.run_id) is UUID
    assert result.llm_output == ({} if "anthropic" in name else {"token_usage": {}, "model_name": "gpt-4o-mini"})


@both_providers
@pytest.mark.parametrize("streaming", [True, False])
async def test_3_10_the_id_of_a_message_is_that_of_its_run(provider, name, streaming):
    llm = init_chat_model(name, streaming=streaming)
    result = await llm.agenerate([[HumanMessage(content="one")], [HumanMessage(content="two")]])
    for generations, run in zip(result.generations, result.run, strict=True):
        assert generations[0].message.id == f"lc_run--{run.run_id}" + ("" if streaming else "-0")
        assert generations[0].message.response_metadata["id"]  # the provider's own


@both_providers
async def test_3_11_what_handlers_are_given(provider, name):
    starts, tokens, ends = [], [], []

    class Hears(AsyncCallbackHandler):
        async def on_chat_model_start(self, serialized, messages, **kwargs):
            starts.append((serialized, messages, kwargs))

        async def on_llm_new_token(self, token, **kwargs):
            tokens.append(kwargs)

        async def on_llm_end(self, response, **kwargs):
            ends.append((response, kwargs))

    llm = init_chat_model(name, temperature=0.5, tags=["own"], metadata={"owner": "me"})

    async def ask(text):
        return [chunk async for chunk in llm.astream(text, stop=["x"])]

    config = {"callbacks": [Hears()], "tags": ["given"], "metadata": {"from": "afar"}}
    await RunnableLambda(ask).ainvoke("Hi", config)
    ((serialized, messages, facts),) = starts
    assert serialized["name"] == class_of(name)
    assert [[message.content for message in prompt] for prompt in messages] == [["Hi"]]
    assert facts.keys() == {
        *("run_id", "parent_run_id", "tags", "metadata", "name", "invocation_params", "options", "batch_size")
    }
    assert (type(facts["run_id"]), type(facts["parent_run_id"])) == (UUID, UUID)
    assert sorted(facts["tags"]) == ["given", "own"]
    of, model = name.split(":")
    known = {"owner": "me", "from": "afar", "ls_provider": of, "ls_model_name": model, "ls_temperature": 0.5}
    assert known.items() <= facts["metadata"].items()
    assert facts["name"] == class_of(name)
    assert {"model": model, "temperature": 0.5, "stop": ["x"]}.items() <= facts["invocation_params"].items()
    assert (facts["options"], facts["batch_size"]) == ({"stop": ["x"]}, 1)
    for kwargs in (*tokens, ends[0][1]):
        assert (kwargs["run_id"], kwargs["parent_run_id"]) == (facts["run_id"], facts["parent_run_id"])
        assert sorted(kwargs["tags"]) == ["given", "own"]
    assert all(kwargs["chunk"].message for kwargs in tokens)
    assert type(ends[0][0]) is LLMResult
