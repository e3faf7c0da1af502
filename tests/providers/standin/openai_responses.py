"""OpenAI's responses: how answers are worded, whole and as streams.

An answer is a list of items: what the model thought, what OpenAI's own tools did, what it says, and what it calls. The
events of a stream follow from the items alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.providers.standin.endpoint import Rules
from tests.providers.standin.openai_responses_checks import check_response
from tests.providers.standin.openai_responses_events import events_of
from tests.providers.standin.openai_wire import OpenAIEndpoint
from tests.providers.standin.replies import Ask, Stopped, args_text, tokens_in, tokens_out
from tests.providers.standin.script import Answer, StreamError, Usage, Vectors
from tests.providers.standin.wire import as_json

CREATED = 1_700_000_000
ANY_OBJECT: dict[str, Any] = {"type": "object", "properties": {}}
LIMIT = "max_output_tokens"
# What is repeated of a request, and what is said where it says nothing.
REPEATED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}


class OpenAIResponses(OpenAIEndpoint):
    """`POST /v1/responses`."""

    path = "/v1/responses"

    def check(self, body: Any, headers: Mapping[str, str], rules: Rules) -> None:
        check_response(body, rules)

    def ask(self, body: Mapping[str, Any]) -> Ask:
        wanted = (body.get("text") or {}).get("format") or {}
        schema = {"json_object": ANY_OBJECT, "json_schema": wanted.get("schema")}.get(wanted.get("type", "text"))
        thinks = bool((body.get("reasoning") or {}).get("summary"))
        return Ask(body["model"], _said(body["input"]), _forced(body), schema, (), body.get(LIMIT), thinks)

    def whole(self, answers: Sequence[Answer | Vectors], body: Mapping[str, Any], number: int) -> dict[str, Any]:
        answer = next(each for each in answers if isinstance(each, Answer))
        return _response(answer, body, number)

    def events(self, answers: Sequence[Answer], body: Mapping[str, Any], number: int) -> list[bytes]:
        response = _response(answers[0], body, number)
        return [self.event(each) for each in events_of(answers[0], response)]

    def event(self, content: Mapping[str, Any]) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (str(content.get("type", "message")).encode(), as_json(content))

    def stream_error(self, error: StreamError, number: int) -> bytes:
        said = {"code": error.kind, "message": error.message, "param": None}
        return self.event({"type": "error", **said, "sequence_number": error.after})


def _said(given: Any) -> str:
    if isinstance(given, str):
        return given
    for item in reversed(given):
        if item.get("role") == "user":
            content = item["content"]
        elif item.get("type") in ("function_call_output", "custom_tool_call_output"):
            content = item["output"]
        else:
            continue
        return content if isinstance(content, str) else "".join(part.get("text") or "" for part in content)
    return ""


def _forced(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    choice = body.get("tool_choice")
    if choice in (None, "none", "auto") or (isinstance(choice, Mapping) and choice["type"] != "function"):
        return None
    functions = [tool for tool in body["tools"] if tool["type"] == "function"]
    if choice != "required":
        functions = [each for each in functions if each["name"] == choice["name"]]
    return (functions[0]["name"], functions[0].get("parameters") or ANY_OBJECT) if functions else None


def _response(answer: Answer, body: Mapping[str, Any], number: int) -> dict[str, Any]:
    status, reason = _ended(answer)
    failed = {"code": "server_error", "message": "The server had an error while it answered."}
    return {
        "id": f"resp_{number:06}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": False,
        "error": failed if status == "failed" else None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": body["model"],
        "output": list(_items(answer, body, number)),
        "service_tier": "default",
        "usage": None if status == "failed" else _usage(answer, body),
        **{name: usual if body.get(name) is None else body[name] for name, usual in REPEATED.items()},
    }


def _ended(answer: Answer) -> tuple[str, str | None]:
    """Return the status of an answer, and why it is not whole."""
    if answer.finish in ("completed", "failed"):
        return answer.finish, None
    reason = LIMIT if isinstance(answer, Stopped) and answer.limited else answer.finish
    return ("incomplete", reason) if reason else ("completed", None)


def _items(answer: Answer, body: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
    if answer.thinking is not None:
        summary = [{"type": "summary_text", "text": part} for part in answer.thinking.split("\n\n") if part]
        item: dict[str, Any] = {"id": f"rs_{number:06}", "type": "reasoning", "summary": summary}
        if "reasoning.encrypted_content" in (body.get("include") or ()):
            item["encrypted_content"] = answer.signature
        yield item
    yield from (dict(each) for each in answer.items)
    parts: list[dict[str, Any]] = []
    if answer.text or not (answer.tool_calls or answer.items or answer.refusal):
        annotations = [dict(each) for each in answer.annotations]
        parts.append({"type": "output_text", "text": answer.text, "annotations": annotations, "logprobs": []})
    if answer.refusal:
        parts.append({"type": "refusal", "refusal": answer.refusal})
    status = "incomplete" if _ended(answer)[0] == "incomplete" else "completed"
    if parts:
        about = {"id": f"msg_{number:06}", "type": "message", "role": "assistant", "status": status}
        yield {**about, "content": parts}
    for place, call in enumerate(answer.tool_calls):
        yield {
            "id": f"fc_{number:06}_{place}",
            "type": "function_call",
            "status": status,
            "call_id": call.id or f"call_{number:06}_{place}",
            "name": call.name,
            "arguments": args_text(call),
        }


def _usage(answer: Answer, body: Mapping[str, Any]) -> dict[str, Any]:
    used = answer.usage or Usage(tokens_in(body["input"]), tokens_out(answer))
    return {
        "input_tokens": used.input,
        "input_tokens_details": {"cached_tokens": used.cached, "cache_write_tokens": used.cache_written},
        "output_tokens": used.output,
        "output_tokens_details": {"reasoning_tokens": used.reasoning},
        "total_tokens": used.input + used.output,
    }
