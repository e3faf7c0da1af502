"""ChatOpenAI and OpenAI's Responses API: what is its own; what it shares with all chat models is in the contract."""

import asyncio
import json
from typing import Any

import pytest

from stepgraph.caches import InMemoryCache
from stepgraph.messages import AIMessage, FunctionMessage, HumanMessage, SystemMessage, ToolMessage
from stepgraph.prebuilt import create_react_agent
from stepgraph_openai import ChatOpenAI, OpenAIRefusalError, OpenAIUnfinishedError
from tests.chat_models.contract import Make, Sum, SumDict, add, both_colours, call, stream, total
from tests.openai.responses_programs import CALLED, CITED, SEARCHED
from tests.providers.standin import Answer, Standin, ToolCall, Usage, Verbatim

ASKED = {"use_responses_api": True}
THINKS = {"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"]}
SCHEMA = {"title": "Sum", "description": "A sum.", **Sum.model_json_schema()}


def item(**said: Any) -> dict[str, Any]:
    """Return a response that has one item."""
    return {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": [said]}


# Which API is asked.


@pytest.mark.parametrize(
    ("fields", "more", "path"),
    [
        ({}, {}, "/v1/chat/completions"),
        (ASKED, {}, "/v1/responses"),
        ({}, {"tools": [{"type": "web_search"}]}, "/v1/responses"),
        ({}, {"instructions": "Be kind."}, "/v1/responses"),
        ({"max_output_tokens": 9}, {}, "/v1/responses"),
        ({"text": {"verbosity": "low"}}, {}, "/v1/responses"),
        ({"use_previous_response_id": True}, {}, "/v1/responses"),
        ({"model": "gpt-6-astra"}, {}, "/v1/chat/completions"),
        ({"model": "gpt-6-astra"}, {"tools": [{"type": "function", "function": {"name": "f"}}]}, "/v1/responses"),
    ],
)
@both_colours
def test_the_api_that_a_request_needs(
    make: Make, standin: Standin, colour: str, fields: Any, more: Any, path: str
) -> None:
    model = make(**fields)
    assert call(model, colour, "Hi", **more).text == "Hi"
    assert total(stream(model.bind(**more), colour, "Hi")).text == "Hi"
    assert [request.path for request in standin.requests] == [path, path]


def test_what_does_not_go_together(make: Make) -> None:
    with pytest.raises(ValueError, match="'reasoning': only OpenAI's Responses API knows that"):
        make(use_responses_api=False, reasoning={"effort": "low"})
    with pytest.raises(ValueError, match="output_version='v2' is not supported"):
        make(output_version="v2")
    with pytest.raises(ValueError, match=r"does not take 'seed'; .*use_responses_api=False"):
        make(seed=3, **ASKED).invoke("Hi")
    assert make(n=1, **ASKED).invoke("Hi").text == "Hi"


# Answers.


@both_colours
def test_what_is_said_of_an_answer(make: Make, colour: str) -> None:
    usage = Usage(input=7, output=3, cached=4, reasoning=1)
    model = make(Answer("Yes", usage=usage), Answer("Yes", usage=usage), include_response_headers=True, **ASKED)
    for message in (call(model, colour, "Hi"), total(stream(model, colour, "Hi")).as_message()):
        told = message.response_metadata
        assert (told["model_name"], told["model_provider"], told["status"]) == ("gpt-4o-mini", "openai", "completed")
        assert message.id == told["id"]
        assert told["headers"]["x-request-id"]
        assert message.usage_metadata == {
            "input_tokens": 7,
            "output_tokens": 3,
            "total_tokens": 10,
            "input_token_details": {"cache_read": 4, "cache_creation": 0},
            "output_token_details": {"reasoning": 1},
        }


def test_usage_in_tiers_of_their_own(make: Make) -> None:
    used = {"input_tokens": 7, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 4}}
    body = {**item(type="message", content=[]), "usage": used, "service_tier": "flex"}
    found = make(Verbatim(body=body), **ASKED).invoke("Hi").usage_metadata
    assert (found["total_tokens"], found["input_token_details"]) == (10, {"flex_cache_read": 4, "flex": 3})


@both_colours
def test_thoughts_and_tools_of_openai(make: Make, colour: str) -> None:
    answer = Answer("See", thinking="One.\n\nTwo.", items=[SEARCHED], annotations=[CITED])
    model = make(answer, answer, model="gpt-5-mini", **THINKS)
    for message in (call(model, colour, "Hi"), total(stream(model, colour, "Hi")).as_message()):
        assert message.text == "See"
        kinds = [each["type"] for each in message.content_blocks]
        assert kinds == ["reasoning", "reasoning", "server_tool_call", "server_tool_result", "text"]
        assert [each["reasoning"] for each in message.content_blocks[:2]] == ["One.", "Two."]
        assert message.content_blocks[-1]["annotations"][0]["url"] == "https://a.org"
        assert message.content[0]["encrypted_content"] == "c2lnbmF0dXJl"


@both_colours
def test_thoughts_of_other_servers(make: Make, colour: str) -> None:
    thought = {
        "id": "rs_9",
        "type": "reasoning",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": "Hm m"}],
    }
    model = make(Answer("Yes", items=[thought]), Answer("Yes", items=[thought]), Answer("Fine"), **ASKED)
    whole, added = call(model, colour, "Hi"), total(stream(model, colour, "Hi")).as_message()
    assert whole.content[0] == thought
    assert added.content[0]["content"] == [{"type": "reasoning_text", "text": "Hm m", "index": 0}]
    call(model, colour, [HumanMessage("Hi"), added, HumanMessage("And?")])


def test_numbers_of_items_that_change(make: Make) -> None:
    """An item keeps its number, whatever number a server gives it while it grows."""
    call_1 = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "add", "arguments": ""}
    call_2 = {**call_1, "id": "fc_2", "call_id": "c2"}
    events: list[Any] = [
        {"type": "response.created", "response": {"id": "resp_1"}},
        {"type": "response.output_item.added", "output_index": 0, "item": call_1},
        {"type": "response.output_item.added", "output_index": 1, "item": call_2},
    ]
    for id, number, delta in [("fc_2", 3, '{"a"'), ("fc_1", 2, '{"b"'), ("fc_2", 1, ": 2}"), ("fc_1", 4, ": 1}")]:
        event = {"type": "response.function_call_arguments.delta", "item_id": id, "output_index": number}
        events.append({**event, "delta": delta})
    events += [{"type": "response.magic"}, {"type": "response.completed", "response": {"id": "resp_1", "output": []}}]
    message = total(list(make(Verbatim(events=events), **ASKED).stream("Hi"))).as_message()
    assert [(each["id"], each["args"]) for each in message.tool_calls] == [("c1", {"b": 1}), ("c2", {"a": 2})]
    assert [each["arguments"] for each in message.content] == ['{"b": 1}', '{"a": 2}']


@both_colours
def test_what_servers_say_in_one_piece(make: Make, colour: str) -> None:
    """Some do not say it bit by bit: calls without arguments, and answers without a text, would come of it."""
    called = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "add", "arguments": '{"a": 1}'}
    text = {"item_id": "msg_1", "output_index": 2, "content_index": 0}
    events: list[Any] = [
        {"type": "response.created", "response": {"id": "resp_1"}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**called, "arguments": ""}},
        {"type": "response.function_call_arguments.done", "output_index": 0, "item_id": "fc_1", "arguments": "{}"},
        {"type": "response.output_item.done", "output_index": 0, "item": called},
        {"type": "response.output_item.done", "output_index": 1, "item": {**called, "id": "fc_2", "call_id": "c2"}},
        {"type": "response.output_text.done", **text, "text": "Well."},
        {"type": "response.completed", "response": {"id": "resp_1", "output": []}},
    ]
    message = total(stream(make(Verbatim(events=events), **ASKED), colour, "Hi")).as_message()
    assert [(each["id"], each["args"]) for each in message.tool_calls] == [("c1", {"a": 1}), ("c2", {"a": 1})]
    assert message.text == "Well."


def test_items_that_are_not_known(make: Make) -> None:
    message = make(Verbatim(body=item(type="magic", id="x_1", a=None, b=1)), **ASKED).invoke("Hi")
    assert message.content == [{"type": "magic", "id": "x_1", "b": 1}]
    assert message.content_blocks == [{"type": "non_standard", "value": {"type": "magic", "id": "x_1", "b": 1}}]


def test_places_in_files(make: Make) -> None:
    """A place that is said twice is two, in streams too."""
    path = {"type": "file_path", "file_id": "f1", "index": 0}
    answer = Answer("See", annotations=[path, path])
    model = make(answer, answer, Answer("Fine"), **ASKED)
    whole, added = model.invoke("Hi"), total(list(model.stream("Hi"))).as_message()
    named = {"type": "file_path", "file_id": "f1", "file_index": 0}
    assert whole.content[0]["annotations"] == added.content[0]["annotations"] == [named, named]


# Tools, and conversations.


@both_colours
def test_an_agent(make: Make, standin: Standin, colour: str) -> None:
    answer = Answer(thinking="Hm.", tool_calls=[ToolCall("add", {"a": 1, "b": 2}, id="c1")])
    model = make(answer, Answer("Three."), model="gpt-5-mini", **THINKS)
    agent = create_react_agent(model, [add])
    given = {"messages": [("human", "1 + 2?")]}
    found = agent.invoke(given) if colour == "sync" else asyncio.run(agent.ainvoke(given))
    assert found["messages"][-1].text == "Three."
    user, thought, wanted, result = standin.last.body["input"]
    assert user == {"type": "message", "role": "user", "content": "1 + 2?"}
    assert (thought["type"], thought["encrypted_content"]) == ("reasoning", "c2lnbmF0dXJl")
    assert (wanted["type"], wanted["id"], wanted["call_id"]) == ("function_call", "fc_000001_0", "c1")
    assert result == {"type": "function_call_output", "call_id": "c1", "output": "3"}


@both_colours
def test_a_conversation_that_openai_stores(make: Make, standin: Standin, colour: str) -> None:
    model = make(use_previous_response_id=True)
    said: list[Any] = [SystemMessage("Be kind."), HumanMessage("one")]
    said.append(call(model, colour, said))
    said.append(HumanMessage("two"))
    said.append(total(stream(model, colour, said)).as_message())
    said.append(HumanMessage("three"))
    call(model, colour, said)
    first, second, third = [request.body for request in standin.requests]
    assert "previous_response_id" not in first
    assert [second["previous_response_id"], third["previous_response_id"]] == ["resp_000001", "resp_000002"]
    assert third["input"] == [{"type": "message", "role": "user", "content": "three"}]


def sent(make: Make, standin: Standin, *said: Any, **fields: Any) -> list[Any]:
    make(Answer("Fine"), **ASKED, **fields).invoke([HumanMessage("Hi"), *said])
    return standin.last.body["input"][1:]


def test_calls_that_somebody_has_changed(make: Make, standin: Standin) -> None:
    changed = {"name": "add", "args": {"a": 5, "b": 2}, "id": "c1", "type": "tool_call"}
    items = sent(make, standin, AIMessage([CALLED], tool_calls=[changed]), ToolMessage("7", tool_call_id="c1"))
    assert (json.loads(items[0]["arguments"]), items[0]["id"]) == ({"a": 5, "b": 2}, "fc_1")


def test_results_of_custom_tools_and_of_computers(make: Make, standin: Standin) -> None:
    free = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c1", "name": "code", "input": "1"}
    wanted = [{"name": "code", "args": {"__arg1": "1"}, "id": "c1"}]
    said = [AIMessage([free], tool_calls=wanted), ToolMessage("2", tool_call_id="c1")]
    assert sent(make, standin, *said) == [free, {"type": "custom_tool_call_output", "call_id": "c1", "output": "2"}]
    said[1] = ToolMessage([{"type": "custom_tool_call_output", "output": "3"}], tool_call_id="c1")
    assert sent(make, standin, *said)[1] == {"type": "custom_tool_call_output", "call_id": "c1", "output": "3"}
    seen = {"type": "input_image", "image_url": "https://a.org/a.png"}
    clicked = {"type": "computer_call", "id": "cu_1", "call_id": "c2", "action": {"type": "screenshot"}}
    for content in ("https://a.org/a.png", [seen]):
        kwargs = {"type": "computer_call_output", "acknowledged_safety_checks": []}
        result = ToolMessage(content, tool_call_id="c2", additional_kwargs=kwargs)
        assert sent(make, standin, AIMessage([clicked]), result)[1] == {
            "type": "computer_call_output",
            "call_id": "c2",
            "output": seen,
            "acknowledged_safety_checks": [],
        }


def test_images_of_openai_go_back_by_their_id(make: Make, standin: Standin) -> None:
    drawn = {"type": "image_generation_call", "id": "ig_1", "result": "aGk=", "index": 0}
    assert sent(make, standin, AIMessage([drawn]), HumanMessage("Bigger"))[0] == {
        "type": "image_generation_call",
        "id": "ig_1",
    }
    kept = sent(make, standin, AIMessage([drawn]), HumanMessage("Bigger"), store=False)[0]
    assert kept == {"type": "image_generation_call", "id": "ig_1", "result": "aGk="}
    given = HumanMessage([{"type": "image", "file_id": "f1"}])
    assert sent(make, standin, given) == [
        {"type": "message", "role": "user", "content": [{"type": "input_image", "file_id": "f1"}]}
    ]


@both_colours
def test_standard_blocks_go_back_as_they_came(make: Make, standin: Standin, colour: str) -> None:
    ran = {"id": "ci_1", "type": "code_interpreter_call", "status": "completed", "code": "1", "container_id": "k"}
    remote = {"id": "mcp_1", "type": "mcp_call", "name": "look", "server_label": "s", "arguments": '{"q":1}'}
    listed = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "s", "tools": [{"name": "look"}]}
    files = {"id": "fs_1", "type": "file_search_call", "status": "completed", "queries": ["q"], "results": [{"a": 1}]}
    items = [listed, SEARCHED, files, {**ran, "outputs": [{"type": "logs", "logs": "2"}]}, {**remote, "output": "x"}]
    answer = Answer("See", thinking="One.\n\nTwo.", items=items, annotations=[CITED])
    model = make(answer, answer, model="gpt-5-mini", **THINKS)
    for message in (call(model, colour, "Hi"), total(stream(model, colour, "Hi")).as_message()):
        asked = []
        for said in (message, AIMessage(content_blocks=message.content_blocks)):
            call(model, colour, [HumanMessage("Hi"), said, HumanMessage("And?")])
            asked.append(standin.last.body["input"])
        assert asked[0] == asked[1]


def test_messages_go_on_to_the_other_api(make: Make, standin: Standin) -> None:
    answer = Answer("See", thinking="Hm.", items=[SEARCHED], annotations=[CITED])
    message = make(answer, model="gpt-5-mini", **THINKS).invoke("Hi")
    make(Answer("Yes")).invoke([HumanMessage("Hi"), message, HumanMessage("And?")])
    assert standin.last.body["messages"][1] == {"role": "assistant", "content": [{"type": "text", "text": "See"}]}


def test_messages_that_cannot_be_sent(make: Make) -> None:
    with pytest.raises(ValueError, match="type 'function' cannot be sent to OpenAI's Responses API"):
        make(**ASKED).invoke([HumanMessage("Hi"), FunctionMessage("3", name="add")])


# Forms.


@both_colours
@pytest.mark.parametrize("method", ["json_schema", "json_mode", "function_calling"])
@pytest.mark.parametrize("schema", [Sum, SumDict, SCHEMA])
def test_forms(make: Make, standin: Standin, colour: str, method: str, schema: Any) -> None:
    strict = {} if method == "json_mode" else {"strict": True}
    model = make(**ASKED).with_structured_output(schema, method=method, **strict)
    if method == "json_mode":
        standin.answers.append(Answer('{"a": 1, "b": 1}'))
    found = call(model, colour, "1 and 1 as JSON")
    assert found == (Sum(a=1, b=1) if schema is Sum else {"a": 1, "b": 1})
    if method == "json_schema":
        wanted = standin.last.body["text"]["format"]
        assert (wanted["type"], wanted["strict"], wanted["schema"]["required"]) == ("json_schema", True, ["a", "b"])


@both_colours
def test_answers_that_have_no_form(make: Make, colour: str) -> None:
    answers = [
        Answer(refusal="I will not."),
        Answer('{"a": 1,', finish="max_output_tokens"),
        Answer('{"a": 1,', finish="content_filter"),
    ]
    kinds = [
        (OpenAIRefusalError, "I will not"),
        (OpenAIUnfinishedError, "raise max_t"),
        (OpenAIUnfinishedError, "filter"),
    ]
    for door in (call, stream):
        model = make(*answers, **ASKED).with_structured_output(Sum)
        for kind, said in kinds:
            with pytest.raises(kind, match=said):
                door(model, colour, "Hi")


@both_colours
def test_dicts_are_streamed_as_they_come(make: Make, colour: str) -> None:
    model = make(Answer(pieces=['{"a": 1', ', "b', '": 2}']), **ASKED).with_structured_output(SCHEMA)

    async def collected() -> list[Any]:
        return [each async for each in model.astream("Hi")]

    found = list(model.stream("Hi")) if colour == "sync" else asyncio.run(collected())
    assert (found[0], found[-1]) == ({"a": 1}, {"a": 1, "b": 2})


# What others see.


def test_answers_of_the_two_apis_are_kept_apart(make: Make, standin: Standin) -> None:
    cache = InMemoryCache()
    assert make(cache=cache).invoke("Hi").content == "Hi"
    assert isinstance(make(cache=cache, **ASKED).invoke("Hi").content, list)
    assert isinstance(make(cache=cache, **ASKED).invoke("Hi").content, list)
    assert len(standin.requests) == 2


def test_counts_of_tokens(make: Make) -> None:
    message = make(Answer("Yes", items=[SEARCHED]), **ASKED).invoke("Hi")
    assert make(**ASKED).get_num_tokens_from_messages([HumanMessage("Hi"), message]) > 6
    assert isinstance(make(**ASKED), ChatOpenAI)
