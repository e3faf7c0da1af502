"""OpenAI's chat completions: how answers are worded, whole and as streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.providers.standin.endpoint import Rules
from tests.providers.standin.openai_checks import check_chat
from tests.providers.standin.openai_wire import OpenAIEndpoint
from tests.providers.standin.replies import (
    Ask,
    Stopped,
    args_text,
    fragments_of,
    pieces_of,
    tokens_in,
    tokens_out,
    words,
)
from tests.providers.standin.script import Answer, StreamError, ToolCall, Usage, Vectors
from tests.providers.standin.wire import as_json

CREATED = 1_700_000_000
ANY_OBJECT: dict[str, Any] = {"type": "object", "properties": {}}


class OpenAIChat(OpenAIEndpoint):
    """`POST /v1/chat/completions`."""

    path = "/v1/chat/completions"

    def check(self, body: Any, headers: Mapping[str, str], rules: Rules) -> None:
        check_chat(body, rules)

    def ask(self, body: Mapping[str, Any]) -> Ask:
        said = next((m["content"] for m in reversed(body["messages"]) if m["role"] in ("user", "tool")), "")
        if isinstance(said, list):
            said = "".join(part["text"] for part in said if part["type"] == "text")
        wanted = body.get("response_format") or {}
        schema = {"text": None, "json_object": ANY_OBJECT}.get(wanted.get("type", "text"))
        if wanted.get("type") == "json_schema":
            schema = wanted["json_schema"]["schema"]
        stop = body.get("stop") or ()
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        return Ask(body["model"], said, _forced(body), schema, [stop] if isinstance(stop, str) else stop, limit)

    def whole(self, answers: Sequence[Answer | Vectors], body: Mapping[str, Any], number: int) -> dict[str, Any]:
        texts = [answer for answer in answers if isinstance(answer, Answer)]
        choices = [_choice(answer, at, body, number) for at, answer in enumerate(texts)]
        return {**_common("chat.completion", body, number), "choices": choices, "usage": _usage(texts, body)}

    def events(self, answers: Sequence[Answer], body: Mapping[str, Any], number: int) -> list[bytes]:
        common = _common("chat.completion.chunk", body, number)
        with_usage = (body.get("stream_options") or {}).get("include_usage")
        rest = {"usage": None} if with_usage else {}
        found: list[bytes] = []
        for at, answer in enumerate(answers):
            for delta, finish, said in _deltas(answer, at, number):
                logprobs = _logprobs([said], body) if said is not None else None
                choice = {"index": at, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
                found.append(self.event({**common, "choices": [choice], **rest}))
        if with_usage:
            found.append(self.event({**common, "choices": [], "usage": _usage(answers, body)}))
        found.append(b"data: [DONE]\n\n")
        return found

    def event(self, content: Mapping[str, Any]) -> bytes:
        return b"data: " + as_json(content) + b"\n\n"

    def stream_error(self, error: StreamError, number: int) -> bytes:
        return self.event(
            {"error": {"message": error.message, "type": error.kind, "param": None, "code": None}},
        )


def _forced(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    choice = body.get("tool_choice")
    if choice in (None, "none", "auto"):
        return None
    functions = [tool["function"] for tool in body["tools"]]
    if choice != "required":
        functions = [each for each in functions if each["name"] == choice["function"]["name"]]
    return functions[0]["name"], functions[0].get("parameters", ANY_OBJECT)


def _common(kind: str, body: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{number:06}",
        "object": kind,
        "created": CREATED,
        "model": body["model"],
        "service_tier": "default",
        "system_fingerprint": "fp_standin",
    }


def _choice(answer: Answer, at: int, body: Mapping[str, Any], number: int) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": answer.text or (None if answer.tool_calls or answer.refusal else ""),
        "refusal": answer.refusal,
        "annotations": [],
    }
    if answer.tool_calls:
        message["tool_calls"] = [
            {**_call(call, at, place, number), "function": {"name": call.name, "arguments": args_text(call)}}
            for place, call in enumerate(answer.tool_calls)
        ]
    logprobs = _logprobs(pieces_of(answer), body)
    return {"index": at, "message": message, "logprobs": logprobs, "finish_reason": _finish(answer)}


def _call(call: ToolCall, at: int, place: int, number: int) -> dict[str, Any]:
    return {"id": call.id or f"call_{number:06}_{at}_{place}", "type": "function"}


def _deltas(answer: Answer, at: int, number: int) -> Iterator[tuple[dict[str, Any], str | None, str | None]]:
    """Yield what each chunk adds, its finish reason, and the piece of text in it."""
    yield {"role": "assistant", "content": None if answer.tool_calls else "", "refusal": None}, None, None
    for piece in pieces_of(answer):
        yield {"content": piece}, None, piece
    for piece in words(answer.refusal or ""):
        yield {"refusal": piece}, None, None
    for place, call in enumerate(answer.tool_calls):
        start = {**_call(call, at, place, number), "function": {"name": call.name, "arguments": ""}}
        yield {"tool_calls": [{"index": place, **start}]}, None, None
        for fragment in fragments_of(call):
            yield {"tool_calls": [{"index": place, "function": {"arguments": fragment}}]}, None, None
    yield {}, _finish(answer), None


def _finish(answer: Answer) -> str:
    if answer.finish is not None:
        return answer.finish
    if isinstance(answer, Stopped) and answer.limited:
        return "length"
    return "tool_calls" if answer.tool_calls else "stop"


def _logprobs(pieces: Sequence[str], body: Mapping[str, Any]) -> dict[str, Any] | None:
    if not body.get("logprobs"):
        return None
    top = body.get("top_logprobs") or 0
    content = []
    for piece in pieces:
        one = {"token": piece, "logprob": -0.25, "bytes": list(piece.encode())}
        others = [
            {"token": f"{piece}{n}", "logprob": -2.0 - n, "bytes": list(f"{piece}{n}".encode())} for n in range(1, top)
        ]
        content.append({**one, "top_logprobs": [one, *others] if top else []})
    return {"content": content, "refusal": None}


def _usage(answers: Sequence[Answer], body: Mapping[str, Any]) -> dict[str, Any]:
    used = answers[0].usage or Usage(tokens_in(body["messages"]), sum(map(tokens_out, answers)))
    return {
        "prompt_tokens": used.input,
        "completion_tokens": used.output,
        "total_tokens": used.input + used.output,
        "prompt_tokens_details": {"cached_tokens": used.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": used.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
