"""Events: a streamed response of OpenAI, made into chunks. Nothing here waits.

Each event is one chunk, or none. The invariant: what belongs to one part of the answer has one number, its `index`,
whatever numbers a server gives to its items while they grow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from stepgraph.messages import AIMessageChunk
from stepgraph.outputs import ChatGenerationChunk
from stepgraph_openai.responses.answers import about, annotation_of, failure, usage_of, without_nothing

__all__ = ["Chunks"]

_ENDS: Final = ("response.completed", "response.incomplete")


class Chunks:
    """Makes chunks of one streamed answer; what is said of the whole of it comes with the last.

    Args:
        model: Which model was asked.
        http: How the answer comes.
        headers: Those of the response, where they shall be kept.
    """

    __slots__ = ("_headers", "_http", "_id", "_items", "_model", "_places", "_said", "_whole")

    def __init__(self, model: str, http: Any, headers: Mapping[str, str] | None = None) -> None:
        self._model = model
        self._http = http
        self._headers = headers
        self._id: str | None = None
        self._items: dict[str, Any] = {}  # the number that the server gave an item first
        self._places: dict[Any, int] = {}  # the number of each part
        self._said: set[int] = set()  # the numbers of texts and calls that have grown; some servers send them whole
        self._whole: Mapping[str, Any] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the answer came to its end."""
        return self._whole is not None

    def of(self, event: Mapping[str, Any]) -> ChatGenerationChunk | None:
        """Return the chunk that an event of the stream stands for, if it stands for one.

        Raises:
            APIError: It says that the model failed.
        """
        kind = event.get("type")
        if kind == "response.output_text.delta":
            place = self._place(event, "content_index")
            self._said.add(place)
            return self._chunk({"type": "text", "text": event["delta"], "index": place})
        if kind in _ENDS:
            self._whole = event["response"]
            self._id = self._id or event["response"].get("id")
            return None
        if kind == "response.failed" or kind == "error":
            told = event.get("response") or {}
            raise failure(told.get("error") or event.get("error") or event, self._http)
        if kind == "response.created":
            self._id = event["response"].get("id")
            chunk = self._chunk()
            if self._id is not None:
                chunk.message.response_metadata["id"] = self._id
            return chunk
        make: _Maker | None
        if kind == "response.output_item.added":
            self._items.setdefault(event["item"].get("id"), event.get("output_index"))
            make = _BEGUN.get(event["item"]["type"])
        elif kind == "response.output_item.done":
            make = _DONE.get(event["item"]["type"], _item_done)
        else:
            make = _GROWN.get(kind or "")
        return None if make is None else make(self, event)

    def last(self) -> ChatGenerationChunk:
        """Return the chunk that ends the answer, with what was used."""
        whole = self._whole or {}
        used = whole.get("usage")
        told = about(whole, self._model, self._headers)
        told.pop("id", None)
        message = AIMessageChunk(
            [],
            id=self._id,
            usage_metadata=usage_of(used, whole.get("service_tier")) if used else None,
            response_metadata=told,
            chunk_position="last",
        )
        return ChatGenerationChunk(message)

    def _place(self, event: Mapping[str, Any], part: str | None = None) -> int:
        """Return the number of the part that an event is of; items without parts are one."""
        item = event.get("item_id") or (event.get("item") or {}).get("id")
        number = event.get("output_index")
        if item is not None:
            number = self._items.setdefault(item, number)
        return self._places.setdefault((number, event.get(part) if part else None), len(self._places))

    def _chunk(self, *blocks: dict[str, Any], call: Mapping[str, Any] | None = None) -> ChatGenerationChunk:
        message = AIMessageChunk([*blocks], id=self._id, response_metadata={"model_provider": "openai"})
        if call is not None:
            fragment = {"name": None, "id": None, **call, "index": blocks[0]["index"], "type": "tool_call_chunk"}
            message.tool_call_chunks = [fragment]  # type: ignore[list-item]
        return ChatGenerationChunk(message)


# What begins and what ends.


def _message_begun(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk | None:
    phase = event["item"].get("phase")
    if not phase:
        return None
    place = chunks._place({**event, "content_index": 0}, "content_index")
    return chunks._chunk({"type": "text", "text": "", "phase": phase, "index": place})


def _call_begun(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    item = event["item"]
    known = ("type", "name", "arguments", "call_id", "id", "namespace", "async")
    block = {key: item[key] for key in known if item.get(key) is not None}
    call = {"name": item.get("name"), "args": item.get("arguments"), "id": item.get("call_id")}
    place = chunks._place(event)
    if item.get("arguments"):
        chunks._said.add(place)
    return chunks._chunk({**block, "index": place}, call=call)


def _call_done(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk | None:
    """Say what was not said of a call while it grew: its arguments, or all of it."""
    item = event["item"]
    known = len(chunks._places)
    place = chunks._place(event)
    if len(chunks._places) > known:
        return _call_begun(chunks, event)
    if place in chunks._said or not item.get("arguments"):
        return None
    block = {"type": "function_call", "arguments": item["arguments"], "index": place}
    return chunks._chunk(block, call={"args": item["arguments"]})


def _thought_begun(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    """Begin an item; what it says comes bit by bit, and what is encrypted is not whole before the item is."""
    block = {key: value for key, value in event["item"].items() if key not in ("content", "encrypted_content")}
    return chunks._chunk({**without_nothing(block), "index": chunks._place(event)})


def _thought_done(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk | None:
    item = event["item"]
    if not item.get("encrypted_content"):
        return None
    block = {"type": "reasoning", "id": item.get("id"), "summary": []}
    return chunks._chunk({**block, "encrypted_content": item["encrypted_content"], "index": chunks._place(event)})


def _custom_call_done(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    item = event["item"]
    args = json.dumps({"__arg1": item.get("input")}, ensure_ascii=False)
    call = {"name": item.get("name"), "args": args, "id": item.get("call_id")}
    return chunks._chunk({**without_nothing(item), "index": chunks._place(event)}, call=call)


def _item_done(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    """Return an item as it is, once it is: one of OpenAI's own tools has run."""
    return chunks._chunk({**without_nothing(event["item"]), "index": chunks._place(event)})


# What grows.


def _annotated(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    annotation = annotation_of(without_nothing(event.get("annotation") or {}))
    place = chunks._place(event, "content_index")
    return chunks._chunk({"type": "text", "annotations": [annotation], "index": place})


def _text_done(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    place = chunks._place(event, "content_index")
    text = "" if place in chunks._said else event.get("text") or ""
    return chunks._chunk({"type": "text", "text": text, "id": event.get("item_id"), "index": place})


def _refused(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    return chunks._chunk({"type": "refusal", "refusal": event["refusal"]})


def _call_grown(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    place = chunks._place(event)
    chunks._said.add(place)
    block = {"type": "function_call", "arguments": event["delta"], "index": place}
    return chunks._chunk(block, call={"args": event["delta"]})


def _summary_grown(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    part = {"index": event.get("summary_index"), "type": "summary_text", "text": event.get("delta") or ""}
    block = {"type": "reasoning", "summary": [part], "index": chunks._place(event)}
    return chunks._chunk(block if "delta" in event else {**block, "id": event.get("item_id")})


def _thought_grown(chunks: Chunks, event: Mapping[str, Any]) -> ChatGenerationChunk:
    part = {"index": event.get("content_index"), "type": "reasoning_text", "text": event["delta"]}
    return chunks._chunk({"type": "reasoning", "content": [part], "index": chunks._place(event)})


_Maker = Callable[[Chunks, Mapping[str, Any]], ChatGenerationChunk | None]

_BEGUN: Final[dict[str, _Maker]] = {
    "message": _message_begun,
    "function_call": _call_begun,
    "reasoning": _thought_begun,
}
_DONE: Final[dict[str, _Maker | None]] = {
    "message": None,  # it has been said
    "function_call": _call_done,
    "reasoning": _thought_done,
    "custom_tool_call": _custom_call_done,
}
_GROWN: Final[dict[str, _Maker]] = {
    "response.output_text.annotation.added": _annotated,
    "response.output_text.done": _text_done,
    "response.refusal.done": _refused,
    "response.function_call_arguments.delta": _call_grown,
    "response.reasoning_summary_part.added": _summary_grown,
    "response.reasoning_summary_text.delta": _summary_grown,
    "response.reasoning_text.delta": _thought_grown,
}
