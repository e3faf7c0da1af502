"""`astream_events`: the events of models, tools, retrievers, and of what reports its runs by itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from stepgraph.callbacks import AsyncCallbackManager
from stepgraph.config import get_config
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage
from stepgraph.runnables import Runnable, RunnableLambda
from tests.runnables.event_lists import events_of, one_more


def reporting(report: Any) -> Runnable[Any, Any]:
    """Return a lambda that reports what a model or a tool would, below its own run."""

    async def body(input: Any) -> Any:
        return await report(AsyncCallbackManager.of(get_config()["callbacks"]))

    return RunnableLambda(body, name="body")


def below(events: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
    return [(event["event"], event["name"], event["data"]) for event in events if event["name"] != "body"]


async def test_chat_model():
    async def report(manager: Any) -> None:
        (run,) = await manager.on_chat_model_start({"name": "Model"}, [[HumanMessage("hi")]], invocation_params={})
        chunk = AIMessageChunk("a")
        await run.on_llm_new_token("a", chunk=SimpleNamespace(message=chunk))
        await run.on_llm_new_token("b")
        await run.on_llm_end(SimpleNamespace(generations=[[SimpleNamespace(message=AIMessage("ab"))]]))

    start, first, second, end = below(await events_of(reporting(report), None))
    assert start == ("on_chat_model_start", "Model", {"input": {"messages": [[HumanMessage("hi")]]}})
    assert first == ("on_chat_model_stream", "Model", {"chunk": AIMessageChunk("a")})
    assert second[2]["chunk"].content == "b"
    assert end[0] == "on_chat_model_end"
    assert end[2]["output"] == AIMessage("ab")


async def test_model_that_completes_text():
    async def report(manager: Any) -> None:
        (run,) = await manager.on_llm_start({"id": ["models", "Old"]}, ["hi"])
        chunk = SimpleNamespace(text="a", generation_info=None, type="Generation")
        await run.on_llm_new_token("a", chunk=chunk)
        await run.on_llm_new_token("b")
        await run.on_llm_end(SimpleNamespace(generations=[[chunk]], llm_output=None))

    start, first, second, end = below(await events_of(reporting(report), None))
    assert start == ("on_llm_start", "Old", {"input": {"prompts": ["hi"]}})
    assert first[0] == "on_llm_stream"
    assert [first[2]["chunk"].text, second[2]["chunk"].text] == ["a", "b"]
    answer = {"generations": [[{"text": "a", "generation_info": None, "type": "Generation"}]], "llm_output": None}
    assert end == ("on_llm_end", "Old", {"output": answer, "input": {"prompts": ["hi"]}})


async def test_tools():
    failure = ValueError("no")

    async def report(manager: Any) -> None:
        run = await manager.on_tool_start({"name": "plus"}, "1", inputs={"x": 1})
        await run.on_tool_end(2)
        run = await manager.on_tool_start({"name": "bad"}, "1", inputs={"x": 1}, tool_call_id="call")
        await run.on_tool_error(failure)

    assert below(await events_of(reporting(report), None)) == [
        ("on_tool_start", "plus", {"input": {"x": 1}}),
        ("on_tool_end", "plus", {"output": 2, "input": {"x": 1}}),
        ("on_tool_start", "bad", {"input": {"x": 1}}),
        ("on_tool_error", "bad", {"error": failure, "input": {"x": 1}, "tool_call_id": "call"}),
    ]


async def test_retrievers():
    async def report(manager: Any) -> None:
        run = await manager.on_retriever_start({"name": "finds"}, "what?")
        await run.on_retriever_end(["this"])
        run = await manager.on_retriever_start({"name": "fails"}, "what?")
        await run.on_retriever_error(ValueError("no"))

    assert below(await events_of(reporting(report), None)) == [
        ("on_retriever_start", "finds", {"input": {"query": "what?"}}),
        ("on_retriever_end", "finds", {"output": ["this"], "input": {"query": "what?"}}),
        ("on_retriever_start", "fails", {"input": {"query": "what?"}}),
    ]


@pytest.mark.parametrize("kind", ["prompt", "parser"])
async def test_kinds_of_runnables(kind: str):
    runnable: Any = RunnableLambda(one_more)
    runnable.run_type = kind
    events = await events_of(runnable, 1)
    assert [event["event"] for event in events] == [f"on_{kind}_start", f"on_{kind}_stream", f"on_{kind}_end"]


class Reports(Runnable[Any, Any]):
    """A runnable that reports its run by itself and shows its stream to nobody."""

    def __init__(self, tokens: bool) -> None:
        self.tokens = tokens

    async def astream(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        manager = AsyncCallbackManager.of(config["callbacks"])
        (run,) = await manager.on_chat_model_start({"name": "model"}, [[input]], run_id=config["run_id"])
        for text in "ab":
            if self.tokens:
                await run.on_llm_new_token(text, chunk=SimpleNamespace(message=text))
            yield text
        await run.on_llm_end(SimpleNamespace(generations=[]))


@pytest.mark.parametrize("tokens", [True, False])
async def test_outermost_run_that_is_no_runnable_of_ours(tokens: bool):
    """Its chunks are seen as it gives them out, once."""
    events = await events_of(Reports(tokens), "hi")
    assert [(event["event"], event["data"]) for event in events] == [
        ("on_chat_model_start", {"input": "hi"}),
        ("on_chat_model_stream", {"chunk": "a"}),
        ("on_chat_model_stream", {"chunk": "b"}),
        ("on_chat_model_end", {"output": {}}),
    ]


async def test_what_reports_nothing_has_no_events():
    class Silent(Runnable[Any, Any]):
        async def ainvoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
            return input

    assert await events_of(Silent(), 1) == []
