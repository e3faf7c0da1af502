"""What every chat model must do; see `tests.chat_models.contract`."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import Any, ClassVar

import pytest

from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from stepgraph.outputs import ChatGeneration, LLMResult
from tests.chat_models.asking import (
    JOKE,
    Heard,
    HeardAsync,
    Make,
    Sum,
    SumDict,
    Theirs,
    add,
    both_colours,
    call,
    stream,
    total,
)
from tests.providers.standin import Answer, ToolCall


class ChatModelContract:
    """What every chat model must do."""

    streams: ClassVar[bool] = True  # in several chunks
    calls_tools: ClassVar[bool] = True
    counts_usage: ClassVar[bool] = True
    pickles: ClassVar[bool] = True

    @pytest.fixture
    def make(self) -> Make:
        raise NotImplementedError("a subclass defines it")

    # Answers, whole and in chunks.

    @both_colours
    def test_it_answers(self, make: Make, colour: str) -> None:
        message = call(make(JOKE), colour, "Tell me a joke")
        assert type(message) is AIMessage
        assert (message.content, message.type, message.tool_calls) == ("Why not?", "ai", [])
        assert message.id
        if self.counts_usage:
            assert message.usage_metadata is not None
            used = {key: message.usage_metadata[key] for key in ("input_tokens", "output_tokens", "total_tokens")}
            assert used == {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}

    @both_colours
    def test_chunks_add_up_to_the_message(self, make: Make, colour: str) -> None:
        model = make(JOKE, JOKE)
        whole, chunks = call(model, colour, "Tell me a joke"), stream(model, colour, "Tell me a joke")
        assert all(type(chunk) is AIMessageChunk for chunk in chunks)
        assert len([chunk for chunk in chunks if chunk.content]) > (1 if self.streams else 0)
        assert [chunk.chunk_position for chunk in chunks] == [None] * (len(chunks) - 1) + ["last"]
        assert len({chunk.id for chunk in chunks}) == 1
        added = total(chunks).as_message()
        assert (added.content, added.text) == (whole.content, whole.text)
        assert added.usage_metadata == whole.usage_metadata
        assert added.additional_kwargs == whole.additional_kwargs
        told = {key: value for key, value in added.response_metadata.items() if key != "id"}
        assert told.items() <= whole.response_metadata.items() or told == whole.response_metadata

    @both_colours
    def test_batches_keep_their_order(self, make: Make, colour: str) -> None:
        model = make(Answer("one"), Answer("two"), Answer("three"))
        config = {"max_concurrency": 1}
        if colour == "sync":
            found = model.batch(["a", "b", "c"], config)
        else:
            found = asyncio.run(model.abatch(["a", "b", "c"], config))
        assert [each.text for each in found] == ["one", "two", "three"]

    @both_colours
    def test_generate(self, make: Make, colour: str) -> None:
        model = make(JOKE)
        given = [[HumanMessage("Tell me a joke")]]
        result = model.generate(given) if colour == "sync" else asyncio.run(model.agenerate(given))
        assert type(result) is LLMResult
        ((generation,),) = result.generations
        assert type(generation) is ChatGeneration
        assert (generation.text, type(generation.message)) == ("Why not?", AIMessage)
        assert isinstance(result.llm_output, dict)

    @both_colours
    def test_inputs_in_every_form(self, make: Make, colour: str) -> None:
        forms: list[Any] = [
            "Hi",
            [("system", "Be kind."), ("human", "Hi")],
            [{"role": "user", "content": "Hi"}],
            [SystemMessage("Be kind."), HumanMessage("Hi"), AIMessage("Hello"), HumanMessage("Joke?")],
            [HumanMessage([{"type": "text", "text": "Hi"}])],
            [Theirs("human", "Hi"), Theirs("ai", "Hello", tool_calls=[], invalid_tool_calls=[]), Theirs("human", "?")],
        ]
        model = make(*[Answer("Yes")] * len(forms))
        assert [call(model, colour, form).text for form in forms] == ["Yes"] * len(forms)

    # Tools.

    def _needs_tools(self) -> None:
        if not self.calls_tools:
            pytest.skip("it calls no tools")

    @both_colours
    def test_a_tool_is_called_and_answers(self, make: Make, colour: str) -> None:
        self._needs_tools()
        model = make(Answer(tool_calls=[ToolCall("add", {"a": 1, "b": 2}, id="call_1")]), Answer("3"))
        bound = model.bind_tools([add])
        said: list[Any] = [HumanMessage("1 + 2?")]
        said.append(call(bound, colour, said))
        (wanted,) = said[-1].tool_calls
        assert wanted == {"name": "add", "args": {"a": 1, "b": 2}, "id": "call_1", "type": "tool_call"}
        said.append(ToolMessage("3", tool_call_id="call_1", name="add"))
        assert call(bound, colour, said).text == "3"

    @both_colours
    def test_fragments_of_calls_add_up(self, make: Make, colour: str) -> None:
        self._needs_tools()
        calls = [ToolCall("add", {"a": 1, "b": 22}, id="call_1"), ToolCall("add", {"a": 3, "b": 44}, id="call_2")]
        model = make(Answer(tool_calls=calls), Answer(tool_calls=calls)).bind_tools([add])
        chunks = stream(model, colour, "Add")
        added = total(chunks)
        assert [each["args"] for each in added.tool_calls] == [{"a": 1, "b": 22}, {"a": 3, "b": 44}]
        assert added.as_message().tool_calls == call(model, colour, "Add").tool_calls
        assert added.invalid_tool_calls == []

    @both_colours
    def test_arguments_that_cannot_be_read(self, make: Make, colour: str) -> None:
        self._needs_tools()
        answer = Answer(tool_calls=[ToolCall("add", '{"a": 1, "b"', id="call_1")])
        model = make(answer, answer).bind_tools([add])
        for message in (call(model, colour, "Add"), total(stream(model, colour, "Add")).as_message()):
            assert message.tool_calls == []
            (bad,) = message.invalid_tool_calls
            assert (bad["name"], bad["args"], bad["id"]) == ("add", '{"a": 1, "b"', "call_1")
            assert bad["error"]

    @both_colours
    @pytest.mark.parametrize(
        "schema", [Sum, SumDict, {"title": "Sum", "description": "A sum.", **Sum.model_json_schema()}]
    )
    def test_structured_output(self, make: Make, colour: str, schema: Any) -> None:
        self._needs_tools()
        name = "SumDict" if schema is SumDict else "Sum"
        model = make(*[Answer(tool_calls=[ToolCall(name, {"a": 1, "b": 2})])] * 2)
        found = call(model.with_structured_output(schema, **self.by_a_tool), colour, "1 and 2")
        assert found == (Sum(a=1, b=2) if schema is Sum else {"a": 1, "b": 2})
        raw = call(model.with_structured_output(schema, include_raw=True, **self.by_a_tool), colour, "1 and 2")
        assert (raw["parsed"], raw["parsing_error"]) == (found, None)
        assert isinstance(raw["raw"], AIMessage)

    by_a_tool: ClassVar[dict[str, Any]] = {}  # what makes `with_structured_output` use a tool

    @both_colours
    def test_an_answer_that_does_not_fit_its_schema(self, make: Make, colour: str) -> None:
        self._needs_tools()
        model = make(*[Answer(tool_calls=[ToolCall("Sum", {"a": "many"})])] * 2)
        with pytest.raises(Exception, match="Sum") as failed:
            call(model.with_structured_output(Sum, **self.by_a_tool), colour, "1 and 2")
        assert isinstance(failed.value, ValueError)
        raw = call(model.with_structured_output(Sum, include_raw=True, **self.by_a_tool), colour, "1 and 2")
        assert raw["parsed"] is None
        assert isinstance(raw["parsing_error"], ValueError)

    # Those who listen.

    @both_colours
    def test_handlers_hear_start_tokens_and_end_in_order(self, make: Make, colour: str) -> None:
        heard = Heard()
        chunks = stream(make(JOKE), colour, "Tell me a joke", {"callbacks": [heard]})
        assert (heard.events[0], heard.events[-1]) == ("start", "end Why not?")
        tokens = [event.removeprefix("token ") for event in heard.events[1:-1]]
        assert tokens == ([chunk.text for chunk in chunks] if self.streams else [])
        assert total(chunks).text == "Why not?"
        params = heard.facts[0][2]["invocation_params"]
        assert params["_type"]
        assert heard.facts[0][2]["metadata"]["ls_model_type"] == "chat"

    def test_a_slow_handler_hears_the_start_before_the_first_token(self, make: Make) -> None:
        heard = HeardAsync()
        stream(make(JOKE), "async", "Tell me a joke", {"callbacks": [heard]})
        assert heard.events[0] == "start"
        assert heard.events[-1] == "end"
        told = "".join(event.removeprefix("token ") for event in heard.events[1:-1])
        assert told == ("Why not?" if self.streams else "")

    @both_colours
    def test_a_handler_of_its_own_hears_an_answer_that_is_wanted_whole(self, make: Make, colour: str) -> None:
        heard = Heard()
        call(make(JOKE, callbacks=[heard]), colour, "Tell me a joke")
        assert heard.events == ["start", "end Why not?"]

    @both_colours
    def test_a_graph_streams_its_tokens(self, make: Make, colour: str) -> None:
        model = make(JOKE)

        def answer(state: Any) -> Any:
            return {"messages": [model.invoke(state["messages"])]}

        async def answer_async(state: Any) -> Any:
            return {"messages": [await model.ainvoke(state["messages"])]}

        node = answer if colour == "sync" else answer_async
        graph = StateGraph(MessagesState).add_node("call", node).add_edge(START, "call").compile()
        given = {"messages": [("human", "Tell me a joke")]}

        async def collected() -> list[Any]:
            return [each async for each in graph.astream(given, stream_mode="messages")]

        found = list(graph.stream(given, stream_mode="messages")) if colour == "sync" else asyncio.run(collected())
        assert "".join(message.text for message, _ in found) == "Why not?"
        assert {metadata["langgraph_node"] for _, metadata in found} == {"call"}
        if self.streams:
            assert len(found) > 1

    # Copies.

    @both_colours
    def test_copies_answer_too(self, make: Make, colour: str) -> None:
        model = make(Answer("one"), Answer("two"))
        shallow, deep = copy.copy(model), copy.deepcopy(model)
        assert type(shallow) is type(deep) is type(model)
        if self.pickles:
            assert repr(shallow) == repr(deep) == repr(model)
        assert call(deep, colour, "Hi").text == "one"

    @both_colours
    def test_it_comes_out_of_a_pickle(self, make: Make, colour: str) -> None:
        if not self.pickles:
            pytest.skip("it cannot be pickled")
        model = make(Answer("one"), Answer("one"))
        call(model, colour, "Hi")
        twin = pickle.loads(pickle.dumps(model))
        assert type(twin) is type(model)
        assert repr(twin) == repr(model)
        assert call(twin, colour, "Hi").text == "one"
