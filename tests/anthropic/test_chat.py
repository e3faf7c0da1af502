"""ChatAnthropic: its fields, what it asks for, what it answers."""

from __future__ import annotations

import pickle

import anthropic
import pytest

from stepgraph.messages import AIMessage, HumanMessage, SystemMessage
from stepgraph.runnables import ConfigurableField
from stepgraph_anthropic import ChatAnthropic
from tests.anthropic.models import MODEL, both_colours, claude
from tests.chat_models.contract import call, stream, total
from tests.providers.standin import Answer, Standin, ToolCall, Usage, Verbatim


def test_fields_by_either_name():
    one = ChatAnthropic(model=MODEL, timeout=3, stop=["x"], api_key="k", base_url="http://a", effort="low")
    other = ChatAnthropic(
        model_name=MODEL,
        default_request_timeout=3,
        stop_sequences=["x"],
        anthropic_api_key="k",
        anthropic_api_url="http://a",
        reasoning_effort="low",
    )
    assert one == other
    assert (one.model, one.model_name, one.effort, one.max_retries) == (MODEL, MODEL, "low", 2)
    assert one.anthropic_api_key is not None
    assert one.anthropic_api_key.get_secret_value() == "k"


@pytest.mark.parametrize(
    ("model", "tokens"),
    [("claude-sonnet-5", 128_000), ("claude-haiku-4-5-20251001", 64_000), ("claude-3-5-sonnet-latest", 4096)],
)
def test_an_answer_may_be_as_long_as_the_model_can(model: str, tokens: int):
    assert ChatAnthropic(model=model, api_key="k").max_tokens == tokens
    assert ChatAnthropic(model=model, api_key="k", max_tokens=25).max_tokens == 25
    assert ChatAnthropic(model=model, api_key="k", max_tokens_to_sample=25).max_tokens == 25


def test_a_call_may_be_of_another_model(standin: Standin):
    model = claude(standin, model="claude-sonnet-5")
    model.bind(model="claude-haiku-4-5").invoke("Hi")
    assert (standin.last.body["model"], standin.last.body["max_tokens"]) == ("claude-haiku-4-5", 64_000)
    model.bind(model="claude-haiku-4-5", max_tokens=5).invoke("Hi")
    assert standin.last.body["max_tokens"] == 5

    chosen = model.configurable_fields(model=ConfigurableField(id="model"))
    chosen.invoke("Hi", {"configurable": {"model": "claude-haiku-4-5"}})
    assert standin.last.body["max_tokens"] == 64_000
    claude(standin, max_tokens=9).bind(model="claude-haiku-4-5").invoke("Hi")
    assert standin.last.body["max_tokens"] == 9

    with pytest.warns(UserWarning, match="was moved to the start"):  # where it may stand the other one does not know
        model.bind(model="claude-haiku-4-5").invoke([HumanMessage("a"), SystemMessage("be kind")])
    assert standin.last.body["system"] == "be kind"


def test_the_environment(standin: Standin, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", standin.key)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("ANTHROPIC_API_URL", standin.anthropic_url)
    assert ChatAnthropic(model=MODEL).invoke("Hi").content == "Hi"


def test_parameters_that_are_no_fields(standin: Standin):
    with pytest.warns(UserWarning, match="flavour is no parameter of ChatAnthropic; it goes into model_kwargs"):
        model = claude(standin, flavour="sweet")
    assert model.model_kwargs == {"flavour": "sweet"}
    with pytest.raises(anthropic.BadRequestError, match="flavour: Extra inputs are not permitted"):
        model.invoke("Hi")
    with pytest.raises(ValueError, match="temperature must be given as parameters of their own"):
        claude(standin, model_kwargs={"temperature": 1})
    claude(standin, model_kwargs={"metadata": {"user_id": "u"}}).invoke("Hi")
    assert standin.last.body["metadata"] == {"user_id": "u"}


def test_what_it_is(standin: Standin):
    model = claude(standin, temperature=0.5, max_tokens=9, stop=["x"])
    assert model._llm_type == "anthropic-chat"
    assert model._get_ls_params() == {
        "ls_provider": "anthropic",
        "ls_model_type": "chat",
        "ls_model_name": MODEL,
        "ls_temperature": 0.5,
        "ls_max_tokens": 9,
        "ls_stop": ["x"],
    }
    params = model._get_invocation_params(stop=["y"])
    assert (params["_type"], params["model"], params["stop"]) == ("anthropic-chat", MODEL, ["y"])


def test_servers_whose_tools_the_provider_calls_are_not_shown(standin: Standin):
    servers = [{"type": "url", "url": "https://x", "name": "m", "authorization_token": "a-secret"}]
    model = claude(standin, mcp_servers=servers)
    seen = [repr(model), str(model.model_dump()), str(model._identifying_params), str(model._get_invocation_params())]
    assert [text for text in seen if "a-secret" in text] == []
    model.invoke("Hi")
    assert standin.last.body["mcp_servers"] == servers


@both_colours
def test_an_answer(standin: Standin, colour: str):
    standin.answers.append(Answer("Hello", usage=Usage(input=20, output=4, cached=5, cache_written=6)))
    message = call(claude(standin), colour, "Hi")
    assert message.content == "Hello"
    assert message.id.startswith("lc_run--")
    assert message.usage_metadata == {
        "input_tokens": 20,
        "output_tokens": 4,
        "total_tokens": 24,
        "input_token_details": {
            "cache_read": 5,
            "cache_creation": 0,
            "ephemeral_5m_input_tokens": 6,
            "ephemeral_1h_input_tokens": 0,
        },
    }
    said = message.response_metadata
    assert said["usage"]["input_tokens"] == 9
    assert {key: value for key, value in said.items() if key != "usage"} == {
        "model_provider": "anthropic",
        "id": "msg_000001",
        "model": MODEL,
        "model_name": MODEL,
        "stop_reason": "end_turn",
        "stop_sequence": None,
    }


@both_colours
def test_a_stream_says_the_same(standin: Standin, colour: str):
    answer = Answer("Hello you", usage=Usage(input=20, output=4, cached=5, cache_written=6))
    standin.answers += [answer, answer]
    whole, added = call(claude(standin), colour, "Hi"), total(stream(claude(standin), colour, "Hi")).as_message()
    assert added.id.startswith("lc_run--")
    whole.id, whole.response_metadata = added.id, {**whole.response_metadata, "id": "msg_000002"}
    assert added == whole


@both_colours
def test_a_stream_that_tells_no_usage(standin: Standin, colour: str):
    for fields, more in (({"stream_usage": False}, {}), ({}, {"stream_usage": False})):
        chunks = stream(claude(standin, **fields), colour, "Hi", **more)
        assert [chunk.usage_metadata for chunk in chunks] == [None] * len(chunks)
        assert total(chunks).response_metadata["stop_reason"] == "end_turn"
        assert chunks[-1].chunk_position == "last"


@both_colours
def test_a_stop_word(standin: Standin, colour: str):
    message = call(claude(standin), colour, "one two three", stop=["three"])
    assert message.response_metadata["stop_reason"] == "stop_sequence"
    assert message.response_metadata["stop_sequence"] == "three"


@both_colours
def test_thoughts_go_round_with_their_signatures(standin: Standin, colour: str):
    answer = Answer("Yes", thinking="I see it", signature="c2ln", tool_calls=[ToolCall("look", {"at": 1}, id="t1")])
    standin.answers += [answer, answer]
    model = claude(standin, thinking={"type": "enabled", "budget_tokens": 1024}, max_tokens=3000)
    bound = model.bind_tools([{"name": "look", "description": "d", "input_schema": {"type": "object"}}])
    for message in (call(bound, colour, "Hi"), total(stream(bound, colour, "Hi"))):
        thought = {"type": "thinking", "thinking": "I see it", "signature": "c2ln"}
        assert {key: value for key, value in message.content[0].items() if key != "index"} == thought
        assert message.text == "Yes"
        call(bound, colour, [HumanMessage("Hi"), message, {"role": "tool", "content": "3", "tool_call_id": "t1"}])
        assert standin.last.body["messages"][1]["content"] == [
            thought,
            {"type": "text", "text": "Yes"},
            {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": 1}},
        ]


@both_colours
def test_calls_of_no_arguments_and_a_text_with_them(standin: Standin, colour: str):
    standin.answers.append(Answer("Let me see", tool_calls=[ToolCall("now", "", id="t1", fragments=[])]))
    bound = claude(standin).bind_tools([{"name": "now", "description": "d", "input_schema": {"type": "object"}}])
    message = total(stream(bound, colour, "Hi")).as_message()
    assert message.tool_calls == [{"name": "now", "args": {}, "id": "t1", "type": "tool_call"}]
    assert message.text == "Let me see"


@both_colours
def test_a_call_that_a_limit_cuts_short_cannot_be_made(standin: Standin, colour: str):
    call_ = ToolCall("add", '{"a": 1, "b', id="t1")
    standin.answers.append(Answer(tool_calls=[call_], finish="max_tokens"))
    bound = claude(standin).bind_tools([{"name": "add", "description": "d", "input_schema": {"type": "object"}}])
    message = total(stream(bound, colour, "Hi")).as_message()
    assert message.tool_calls == []
    assert [each["args"] for each in message.invalid_tool_calls] == ['{"a": 1, "b']
    assert message.response_metadata["stop_reason"] == "max_tokens"


@both_colours
def test_calls_that_grow_at_once(standin: Standin, colour: str):
    def part(kind: str, index: int, **more: object) -> dict[str, object]:
        return {"type": f"content_block_{kind}", "index": index, **more}

    begun = [
        part("start", n, content_block={"type": "tool_use", "id": f"t{n}", "name": "add", "input": {}}) for n in (0, 1)
    ]
    grown = [
        part("delta", n, delta={"type": "input_json_delta", "partial_json": text})
        for text in ('{"a": ', "1}")
        for n in (0, 1)
    ]
    start = {"type": "message_start", "message": {"id": "m", "model": MODEL, "content": [], "usage": {}}}
    end = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {}}
    standin.answers.append(Verbatim(events=[start, *begun, *grown, end, {"type": "message_stop"}]))
    message = total(
        stream(claude(standin).bind(tools=[{"name": "add", "input_schema": {"type": "object"}}]), colour, "Hi")
    )
    assert [(each["id"], each["args"]) for each in message.tool_calls] == [("t0", {"a": 1}), ("t1", {"a": 1})]


@both_colours
def test_an_answer_that_is_no_message(standin: Standin, colour: str):
    standin.answers.append(Verbatim(body=b"<html>Welcome</html>"))
    with pytest.raises(ValueError, match=f"expected a message as JSON from '{MODEL}' at .*, got '<html>Welcome"):
        call(claude(standin), colour, "Hi")


@both_colours
def test_nothing_is_answered(standin: Standin, colour: str):
    standin.answers += [Answer(""), Answer("")]
    assert call(claude(standin), colour, "Hi").content == ""
    assert total(stream(claude(standin), colour, "Hi")).content == ""


@both_colours
def test_a_refusal(standin: Standin, colour: str):
    standin.answers.append(Answer(refusal="I cannot"))
    message = call(claude(standin), colour, "Hi")
    assert (message.text, message.response_metadata["stop_reason"]) == ("I cannot", "refusal")


@both_colours
def test_prompts_are_cached(standin: Standin, colour: str):
    system = ("system", [{"type": "text", "text": "long " * 50, "cache_control": {"type": "ephemeral"}}])
    model = claude(standin)
    first, second = (call(model, colour, [system, ("human", "Hi")]).usage_metadata for _ in range(2))
    written, read = first["input_token_details"], second["input_token_details"]
    assert written["ephemeral_5m_input_tokens"] == read["cache_read"] > 0
    assert first["input_tokens"] == second["input_tokens"]


def test_tokens_are_counted_by_the_provider(standin: Standin):
    model = claude(standin)
    counted = model.get_num_tokens_from_messages([("system", "Be kind."), ("human", "Hi there")])
    assert standin.last.path == "/v1/messages/count_tokens"
    assert standin.last.body == {
        "model": MODEL,
        "system": "Be kind.",
        "messages": [{"role": "user", "content": "Hi there"}],
    }
    assert counted > 0


def test_a_copy_with_other_fields(standin: Standin):
    model = claude(standin)
    limited = model.model_copy(update={"max_tokens": 1, "max_retries": 5})
    assert limited.invoke("one two").content == "one"
    assert model.invoke("one two").content == "one two"


def test_other_settings_make_other_clients(standin: Standin):
    model = claude(standin)
    assert model.invoke("Hi").content == "Hi"
    other = model.model_copy(update={"default_headers": {"x-team": "blue"}})
    other.invoke("Hi")
    assert standin.last.headers["x-team"] == "blue"
    model.invoke("Hi")
    assert "x-team" not in standin.last.headers


def test_a_pickle_holds_no_key(standin: Standin, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    dumped = pickle.dumps(claude(standin, api_key="a-secret-key"))
    assert b"a-secret-key" not in dumped
    assert pickle.loads(dumped).anthropic_api_key is None
    monkeypatch.setenv("ANTHROPIC_API_KEY", standin.key)
    assert pickle.loads(dumped).invoke("Hi").content == "Hi"


@both_colours
def test_messages_of_ours_stay_as_they_are(standin: Standin, colour: str):
    said = [HumanMessage("a"), AIMessage([{"type": "text", "text": "b ", "index": 0}]), HumanMessage("c")]
    before = [message.model_copy(deep=True) for message in said]
    call(claude(standin), colour, said)
    assert said == before
