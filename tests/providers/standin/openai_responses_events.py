"""The events of a streamed response of OpenAI: each item begins, grows and ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.providers.standin.replies import fragments_of, pieces_of, words
from tests.providers.standin.script import Answer

ENDS = {"completed": "response.completed", "incomplete": "response.incomplete", "failed": "response.failed"}
# What OpenAI's own tools say of themselves while they run.
STEPS = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "mcp_call": ("in_progress", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
}
# What an item does not have while it has only begun.
GROWING: dict[str, dict[str, Any]] = {
    "message": {"content": []},
    "function_call": {"arguments": ""},
    "custom_tool_call": {"input": ""},
    "reasoning": {"summary": []},
}


def events_of(answer: Answer, response: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the events that a response is streamed in."""
    return [{**each, "sequence_number": number} for number, each in enumerate(_events(answer, response))]


def _events(answer: Answer, response: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    begun = {**response, "status": "in_progress", "output": [], "usage": None, "error": None}
    begun["incomplete_details"] = None
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(response["output"]):
        growing = {**item, **GROWING.get(item["type"], {})}
        if item["type"] == "reasoning":
            growing.pop("content", None)
        if "status" in item:
            growing["status"] = "in_progress"
        if "encrypted_content" in item:
            growing["encrypted_content"] = item["encrypted_content"][:4]
        yield {"type": "response.output_item.added", "output_index": index, "item": growing}
        place = {"item_id": item.get("id"), "output_index": index}
        for event in _GROWS.get(item["type"], _runs)(answer, item):
            yield {**event, **place}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": ENDS[response["status"]], "response": response}


def _says(answer: Answer, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for at, part in enumerate(item["content"]):
        for event in _part(answer, part):
            yield {**event, "content_index": at}


def _part(answer: Answer, part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind = part["type"]
    text = part["refusal"] if kind == "refusal" else part["text"]
    empty = {"type": "refusal", "refusal": ""} if kind == "refusal" else {**part, "text": "", "annotations": []}
    yield {"type": "response.content_part.added", "part": empty}
    if kind == "refusal":
        for piece in words(text):
            yield {"type": "response.refusal.delta", "delta": piece}
        yield {"type": "response.refusal.done", "refusal": text}
    else:
        for piece in pieces_of(answer) if text == answer.text else words(text):
            yield {"type": "response.output_text.delta", "delta": piece, "logprobs": []}
        for number, annotation in enumerate(part["annotations"]):
            event = {"type": "response.output_text.annotation.added", "annotation": annotation}
            yield {**event, "annotation_index": number}
        yield {"type": "response.output_text.done", "text": text, "logprobs": []}
    yield {"type": "response.content_part.done", "part": part}


def _thinks(answer: Answer, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for at, part in enumerate(item["summary"]):
        place = {"summary_index": at}
        yield {"type": "response.reasoning_summary_part.added", "part": {**part, "text": ""}, **place}
        for piece in words(part["text"]):
            yield {"type": "response.reasoning_summary_text.delta", "delta": piece, **place}
        yield {"type": "response.reasoning_summary_text.done", "text": part["text"], **place}
        yield {"type": "response.reasoning_summary_part.done", "part": part, **place}
    for at, part in enumerate(item.get("content") or ()):
        for piece in words(part["text"]):
            yield {"type": "response.reasoning_text.delta", "delta": piece, "content_index": at}
        yield {"type": "response.reasoning_text.done", "text": part["text"], "content_index": at}


def _calls(answer: Answer, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    number = item["id"].rpartition("_")[2]
    call = answer.tool_calls[int(number)] if item["id"].count("_") == 2 else None
    text = item["arguments"]
    for piece in fragments_of(call) if call is not None else [text]:
        yield {"type": "response.function_call_arguments.delta", "delta": piece}
    yield {"type": "response.function_call_arguments.done", "arguments": text}


def _calls_freely(answer: Answer, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for piece in words(item["input"]):
        yield {"type": "response.custom_tool_call_input.delta", "delta": piece}
    yield {"type": "response.custom_tool_call_input.done", "input": item["input"]}


def _runs(answer: Answer, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for step in STEPS.get(item["type"], ()):
        yield {"type": f"response.{item['type']}.{step}"}
        if step == "generating":
            partial = {"partial_image_b64": "aGk=", "partial_image_index": 0}
            yield {"type": "response.image_generation_call.partial_image", **partial}


_GROWS = {
    "message": _says,
    "reasoning": _thinks,
    "function_call": _calls,
    "custom_tool_call": _calls_freely,
}
