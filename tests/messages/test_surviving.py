"""Messages survive what is done to objects: copied, pickled, replaced, written as JSON, held by models."""

import copy
import json
import pickle
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from fastapi.encoders import jsonable_encoder
from pydantic import TypeAdapter, ValidationError, create_model

from stepgraph.messages import (
    AIMessage,
    AIMessageChunk,
    AnyMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    convert_to_messages,
    messages_from_dict,
    messages_to_dict,
)

CALL = {"name": "f", "args": {"x": 1}, "id": "1", "type": "tool_call"}
MESSAGES = [
    HumanMessage([{"type": "text", "text": "x"}], name="Ann"),
    SystemMessage("s", additional_kwargs={"x": [1]}),
    AIMessage("a", tool_calls=[CALL], usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}),
    AIMessage("a", invalid_tool_calls=[{"name": "f", "args": "{", "id": "1", "error": "bad"}]),
    AIMessageChunk("a", tool_call_chunks=[{"name": "f", "args": "{}", "id": "1", "index": 0}], chunk_position="last"),
    AIMessageChunk("a", tool_calls=[CALL]),
    ToolMessage("t", tool_call_id="1", artifact={"x": 1}, status="error"),
    ChatMessage("c", role="judge"),
    FunctionMessage("f", name="add"),
    RemoveMessage("7"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_copies(message: Any):
    for twin in (copy.copy(message), copy.deepcopy(message), pickle.loads(pickle.dumps(message)), replace(message)):
        assert (type(twin), twin) == (type(message), message)
        assert vars(twin) == vars(message)
    assert message.model_copy(deep=True) == message
    assert message.model_copy(update={"id": "9"}).id == "9"
    assert replace(message, id="9").id == "9"


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_what_is_dumped_is_read(message: Any):
    assert messages_from_dict(messages_to_dict([message])) == [message]
    assert messages_from_dict(json.loads(json.dumps(messages_to_dict([message])))) == [message]
    for dumped in (message.model_dump(), json.loads(message.model_dump_json())):
        assert type(message).model_validate(dumped) == message
        if not isinstance(message, RemoveMessage):
            assert type(message)(**dumped) == message
    assert convert_to_messages([json.loads(json.dumps(message.to_json()))]) == [message]


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_fields_of_models(message: Any):
    Held = create_model("Held", message=(type(message), ...), messages=(list[BaseMessage], ...))
    held = Held(message=message, messages=[message, message.model_dump()])
    assert held.message is message
    assert held.messages == [message, message]
    assert Held.model_validate_json(held.model_dump_json()) == held
    assert Held.model_validate(held.model_dump()) == held


def test_a_field_of_any_message():
    held = TypeAdapter(list[AnyMessage])
    given = [each for each in MESSAGES if not isinstance(each, RemoveMessage)]
    assert held.validate_python(given) == given
    assert held.validate_json(held.dump_json(given)) == given
    assert held.validate_python([("ai", "x"), "y"]) == [AIMessage("x"), HumanMessage("y")]


def test_what_is_dumped():
    message = ToolMessage("x", tool_call_id="1")
    assert message.model_dump(include={"content", "id"}) == {"content": "x", "id": None}
    assert message.model_dump(exclude={"type"}, exclude_none=True, exclude_unset=True) == {
        "content": "x",
        "tool_call_id": "1",
    }
    assert message.dict() == message.model_dump()
    assert message.copy(update={"id": "2"}).id == "2"


def test_a_message_of_another_kind_is_no_value_of_a_field():
    with pytest.raises(ValidationError, match="expected a ToolMessage, got a message of type 'human'"):
        TypeAdapter(ToolMessage).validate_python("x")


def test_json_schemas():
    schema = TypeAdapter(ToolMessage).json_schema()
    assert schema["properties"]["type"] == {"const": "tool", "title": "Type", "type": "string"}
    assert sorted(schema["required"]) == ["content", "tool_call_id"]
    assert schema["properties"]["status"]["enum"] == ["success", "error"]
    assert TypeAdapter(ToolMessage).json_schema(mode="serialization") == schema
    assert "tool_calls" in TypeAdapter(AIMessage).json_schema()["properties"]
    assert TypeAdapter(BaseMessage).json_schema()["required"] == ["type", "content"]


async def test_a_message_goes_through_fastapi():
    fastapi = pytest.importorskip("fastapi")
    httpx = pytest.importorskip("httpx")
    app = fastapi.FastAPI()

    async def echo(messages: list[BaseMessage]) -> list[BaseMessage]:
        return messages

    app.post("/")(echo)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        body = [{"role": "user", "content": "hi"}, AIMessage("x", tool_calls=[CALL]).model_dump()]
        answer = await client.post("/", json=body)
        schema = (await client.get("/openapi.json")).json()
    assert convert_to_messages(answer.json()) == convert_to_messages(body)
    assert "content" in json.dumps(schema)


def test_a_class_of_ones_own():
    @dataclass(repr=False)
    class Ranked(HumanMessage):
        rank: int = field(default=0, kw_only=True)

    message = Ranked("x", rank=3)
    assert (message.rank, message.type, replace(message, rank=4).rank) == (3, "human", 4)
    assert copy.copy(message) == message

    class Loud(AIMessage):
        def __init__(self, content: str, **given: Any) -> None:
            super().__init__(content.upper(), **given)

    assert Loud("x", id="1").content == "X"


def test_what_a_message_is_given():
    assert HumanMessage(("a", "b")).content == ["a", "b"]
    assert (HumanMessage("x", id=7).id, ToolMessage(5, tool_call_id=UUID(int=1)).content) == ("7", "5")
    assert type(HumanMessage(AIMessage("x").text).content) is str
    assert HumanMessage("x", type="human", example=True) == HumanMessage("x")
    assert AIMessage("", tool_calls=[{"name": "f"}]).tool_calls == [
        {"name": "f", "args": {}, "id": None, "type": "tool_call"}
    ]
    calls = [CALL]
    assert AIMessage("", tool_calls=calls).tool_calls is not calls


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: HumanMessage(), TypeError, "the content of a HumanMessage is text or a list of blocks, got nothing"),
        (lambda: AIMessage(5), TypeError, "a list of blocks, got int: 5"),
        (lambda: AIMessageChunk(None), TypeError, "the content of a AIMessageChunk|got nothing"),
        (lambda: AIMessage("x", type="human"), ValueError, "a AIMessage is of type 'ai', got type='human'"),
        (lambda: AIMessage("x", tool_call=[]), TypeError, "tool_call"),
        (lambda: ToolMessage("x"), TypeError, "tool_call_id"),
        (lambda: ToolMessage("x", tool_call_id="1", status="bad"), ValueError, "'success' or 'error', got 'bad'"),
        (lambda: AIMessage("", tool_calls=[{"name": "f", "args": "{"}]), ValueError, "belongs in invalid_tool_calls"),
    ],
)
def test_what_a_message_is_not_given(build: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        build()


@pytest.mark.parametrize(
    "message",
    [HumanMessage("a", id="1"), AIMessage("b"), SystemMessage("c"), ToolMessage("d", tool_call_id="1", status="error")],
)
def test_routes_that_return_messages_say_of_what_type_they_are(message):
    written = json.loads(json.dumps(jsonable_encoder({"messages": [message]})))
    assert written["messages"][0]["type"] == message.type
    assert convert_to_messages(written["messages"]) == [message]
