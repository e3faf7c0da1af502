"""Models with `output_version="v1"` answer in standard blocks at every door, and all else works with such answers."""

import asyncio
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from stepgraph.caches import InMemoryCache
from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.graph import START, StateGraph
from stepgraph.graph.message import add_messages
from stepgraph.language_models import BaseChatModel, FakeMessagesListChatModel
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage, trim_messages
from stepgraph.output_parsers import JsonOutputParser, StrOutputParser
from stepgraph.outputs import ChatGeneration, ChatResult
from stepgraph.prebuilt import ToolNode, create_react_agent
from stepgraph.testing import ScriptedChatModel, calling
from stepgraph.tools import tool

TEXT = [{"type": "text", "text": "Hello you"}]
CALL = {"type": "tool_call", "id": "call_1_1", "name": "add", "args": {"a": 1, "b": 2}}
V1 = {"model_name": "scripted", "output_version": "v1"}


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


def scripted(*replies: Any, **fields: Any) -> ScriptedChatModel:
    return ScriptedChatModel(list(replies), **{"output_version": "v1", "repeats": True, **fields})


class Hears(BaseCallbackHandler):
    run_inline = True

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def on_llm_new_token(self, token: Any, **facts: Any) -> None:
        self.heard.append(facts["chunk"].message.content)

    def on_llm_end(self, response: Any, **facts: Any) -> None:
        self.heard.append(response.generations[0][0].message.content)


def unnumbered(content: Any) -> Any:
    return [{key: each for key, each in block.items() if key != "index"} for block in content]


def test_whole_answers() -> None:
    model = scripted("Hello you")
    answers = [
        model.invoke("Hi"),
        asyncio.run(model.ainvoke("Hi")),
        model.generate([[HumanMessage("Hi")]]).generations[0][0].message,
        asyncio.run(model.agenerate([[HumanMessage("Hi")]])).generations[0][0].message,
        *model.batch(["Hi"]),
    ]
    for answer in answers:
        assert (type(answer), answer.content, answer.response_metadata) == (AIMessage, TEXT, V1)
        assert answer.content_blocks == answer.content
        assert answer.text == "Hello you"


@pytest.mark.parametrize("listens", [False, True])
def test_chunks(listens: bool) -> None:
    async def later(config: Any) -> list[Any]:
        return [chunk async for chunk in model.astream("Hi", config)]

    model = scripted(calling("add", a=1, b=2))
    for streamed in (lambda config: list(model.stream("Hi", config)), lambda config: asyncio.run(later(config))):
        hears = Hears()
        chunks = streamed({"callbacks": [hears]} if listens else None)
        assert all(type(chunk) is AIMessageChunk for chunk in chunks)
        assert {chunk.response_metadata["output_version"] for chunk in chunks} == {"v1"}
        kinds = {block["type"] for chunk in chunks for block in chunk.content}
        assert kinds == {"tool_call_chunk"}
        total = AIMessageChunk.sum_of(chunks)
        assert (total.content, total.tool_calls) == ([{**CALL, "id": total.tool_calls[0]["id"]}], total.tool_calls)
        if listens:
            assert hears.heard == [*(chunk.content for chunk in chunks), total.content]


def test_numbers() -> None:
    reply = AIMessage("Hello you", tool_calls=[CALL, {**CALL, "id": "2"}])
    chunks = list(scripted(reply).stream("Hi"))
    shown = [(block["type"], block["index"]) for chunk in chunks for block in chunk.content]
    assert list(dict.fromkeys(shown)) == [("text", 0), ("tool_call_chunk", 0), ("tool_call_chunk", 1)]
    assert AIMessageChunk.sum_of(chunks).content == [{**TEXT[0], "index": 0}, CALL, {**CALL, "id": "2"}]


def test_a_stream_inside_an_answer() -> None:
    model = scripted(AIMessage("Hello you", tool_calls=[CALL]))
    for answer in (model.invoke("Hi", stream=True), asyncio.run(model.ainvoke("Hi", stream=True))):
        assert type(answer) is AIMessage
        assert answer.content == [{**TEXT[0], "index": 0}, CALL]
        assert answer.tool_calls == [CALL]


def test_a_model_that_cannot_stream() -> None:
    (chunk,) = scripted("Hello you", disable_streaming=True).stream("Hi")
    assert (type(chunk), chunk.content, chunk.chunk_position) == (AIMessageChunk, TEXT, "last")


def test_cached_answers() -> None:
    cache = InMemoryCache()
    first = scripted("Hello you", cache=cache)
    assert first.invoke("Hi").content == first.invoke("Hi").content == TEXT
    assert asyncio.run(first.ainvoke("Hi")).content == TEXT
    assert len(first.calls) == 1
    other = scripted("Hello you", cache=cache, output_version=None)
    assert other.invoke("Hi").content == other.invoke("Hi").content == "Hello you"
    assert len(other.calls) == 1
    again = scripted("Hello you", cache=cache, output_version="v0")
    assert again.invoke("Hi").content == "Hello you"
    assert again.calls == []


def test_what_a_hook_gave_is_left_as_it_is() -> None:
    reply = AIMessage(["a", {"type": "text", "text": "b"}], id="1")
    model = FakeMessagesListChatModel(responses=[reply], output_version="v1")
    assert model.invoke("Hi").content == [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert (reply.content, reply.response_metadata) == (["a", {"type": "text", "text": "b"}], {})


@pytest.mark.parametrize("version", [None, "v0"])
def test_without_it_content_is_as_the_provider_writes_it(version: str | None) -> None:
    model = scripted("Hello you", output_version=version)
    assert model.invoke("Hi").content == "Hello you"
    assert [chunk.content for chunk in model.stream("Hi")] == ["Hello ", "you", ""]
    assert "output_version" not in model.invoke("Hi").response_metadata


def test_the_environment_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_OUTPUT_VERSION", "v1")
    assert ScriptedChatModel(["Hello you"]).invoke("Hi").content == TEXT
    assert ScriptedChatModel(["Hello you"], output_version=None).invoke("Hi").content == "Hello you"
    monkeypatch.setenv("LC_OUTPUT_VERSION", "")
    assert ScriptedChatModel(["Hello you"]).output_version is None


def test_several_alternatives() -> None:
    class Two(BaseChatModel):
        def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
            return ChatResult([ChatGeneration(AIMessage("Hello you")), ChatGeneration(AIMessage("Hello you"))])

    (part,) = Two(output_version="v1").generate([[HumanMessage("Hi")]]).generations
    assert [(each.text, each.message.content) for each in part] == [("Hello you", TEXT)] * 2


# What works with such answers.


def test_parsers() -> None:
    model = scripted('{"a": [1, 2]}')
    assert (model | StrOutputParser()).invoke("Hi") == '{"a": [1, 2]}'
    assert "".join((model | StrOutputParser()).stream("Hi")) == '{"a": [1, 2]}'
    assert list((model | JsonOutputParser()).stream("Hi"))[-1] == {"a": [1, 2]}


def test_structured_output() -> None:
    class Sum(BaseModel):
        """A sum."""

        a: int

    model = scripted(calling("Sum", a=1))
    assert model.with_structured_output(Sum).invoke("Hi") == Sum(a=1)
    assert list(model.with_structured_output(Sum).stream("Hi"))[-1] == Sum(a=1)
    found = asyncio.run(model.with_structured_output(Sum, include_raw=True).ainvoke("Hi"))
    assert found["parsed"] == Sum(a=1)
    assert found["raw"].content[0]["type"] == "tool_call"


def test_tools_are_run() -> None:
    class State(TypedDict):
        messages: Annotated[list[Any], add_messages]

    answer = scripted(calling("add", a=1, b=2)).invoke("Hi")
    graph = StateGraph(State).add_node("tools", ToolNode([add])).add_edge(START, "tools").compile()
    result = graph.invoke({"messages": [answer]})["messages"][-1]
    assert (type(result), result.content, result.tool_call_id) == (ToolMessage, "3", answer.tool_calls[0]["id"])


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_agents_keep_them_and_stream_them(version: Any) -> None:
    saver, config = InMemorySaver(), {"configurable": {"thread_id": "1"}}
    model = scripted(calling("add", a=1, b=2), "It is 3", repeats=False)
    agent = create_react_agent(model, [add], checkpointer=saver, version=version)
    said = [chunk for chunk, _ in agent.stream({"messages": "1 + 2?"}, config, stream_mode="messages")]
    tokens = [chunk for chunk in said if isinstance(chunk, AIMessageChunk)]
    assert all(isinstance(chunk.content, list) for chunk in tokens)
    assert "".join(chunk.text for chunk in tokens) == "It is 3"
    _, first, result, last = agent.get_state(config).values["messages"]
    assert unnumbered(first.content) == [dict(first.tool_calls[0])]
    assert result.content == "3"
    assert unnumbered(last.content) == [{"type": "text", "text": "It is 3"}]
    assert last.response_metadata["output_version"] == "v1"
    assert model.calls[1].messages[1].content == first.content


def test_chunks_in_lists_of_messages() -> None:
    chunks = list(scripted(calling("add", a=1, b=2)).stream("Hi"))
    total = AIMessageChunk.sum_of(chunks)
    (kept,) = add_messages([], [total])
    assert type(kept) is AIMessage
    assert kept.content == total.content == [dict(total.tool_calls[0])]
    (kept,) = add_messages([], [AIMessageChunk.sum_of(chunks[:-1])])  # somebody stopped before the end
    assert kept.content == total.content


def test_trimmed() -> None:
    answer = scripted("Hello you").invoke("Hi")
    kept = trim_messages([HumanMessage("one"), answer, HumanMessage("two")], max_tokens=2, token_counter=len)
    assert kept == [answer, HumanMessage("two")]
    assert trim_messages([answer], max_tokens=1, token_counter="approximate") == []
    assert trim_messages([answer], max_tokens=99, token_counter="approximate") == [answer]


def test_trimmed_block_by_block() -> None:
    thought = {"type": "reasoning", "reasoning": "hm"}
    answer = AIMessage([thought, *TEXT], id="1", response_metadata=V1)
    (kept,) = trim_messages(
        [answer], max_tokens=2, token_counter=blocks_in, allow_partial=True, strategy="last", text_splitter=list
    )
    assert (kept.content, kept.id) == ([*TEXT], "1")


def blocks_in(messages: list[Any]) -> int:
    return sum(1 + len(message.content) for message in messages)


def test_the_form_is_dumped_where_it_is_told() -> None:
    assert "output_version='v1'" in repr(scripted())
    assert scripted().model_dump()["output_version"] == "v1"
    assert "output_version" not in repr(ScriptedChatModel())
