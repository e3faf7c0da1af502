"""What the stand-in answers without a script: follows from the request alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.providers.standin.schema_values import value_of
from tests.providers.standin.script import Answer, ToolCall


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request asks for, in the words of no protocol.

    Attributes:
        model: The model.
        said: The last words of the user.
        forced: The tool that must be called, and its schema.
        schema: What the answer must fit.
        stop: The words that end the answer.
        limit: How many tokens the answer may have.
        thinks: Whether the model thinks first.
    """

    model: str
    said: str
    forced: tuple[str, Mapping[str, Any]] | None = None
    schema: Mapping[str, Any] | None = None
    stop: Sequence[str] = ()
    limit: int | None = None
    thinks: bool = False


@dataclass(slots=True)
class Stopped(Answer):
    """An answer that a stop word ended, or the limit.

    Attributes:
        stop: The stop word, if one did.
        limited: Whether the limit did.
    """

    stop: str | None = None
    limited: bool = False


def reply(ask: Ask) -> Answer:
    """Call the tool that must be called, fill the schema that is given, or else repeat what the user said last."""
    thinking = f"The user says: {ask.said}" if ask.thinks else None
    if ask.forced is not None:
        name, schema = ask.forced
        return Answer(tool_calls=[ToolCall(name, value_of(schema))], thinking=thinking)
    text = json.dumps(value_of(ask.schema)) if ask.schema is not None else ask.said or "Nothing was said."
    stop, text = _stopped(text, ask.stop)
    pieces = words(text)
    limited = ask.limit is not None and len(pieces) > ask.limit
    if limited:
        pieces = pieces[: ask.limit]
        stop = None
    return Stopped("".join(pieces), pieces=pieces, thinking=thinking, stop=stop, limited=limited)


@lru_cache(maxsize=64)
def counting(tokens: int, every: float) -> Answer:
    """Return an answer of so many words; nobody may change it."""
    return Answer(pieces=tuple(f" {n}" if n else "0" for n in range(tokens)), between=every)


def words(text: str) -> list[str]:
    """Cut a text into words, each with the white space before it."""
    return re.findall(r"\s*\S+|\s+$", text)


def pieces_of(answer: Answer) -> Sequence[str]:
    """Return how a stream cuts the text."""
    return answer.pieces if answer.pieces is not None else words(answer.text)


def fragments_of(call: ToolCall) -> Sequence[str]:
    """Return how a stream cuts the arguments of a call."""
    if call.fragments is not None:
        return call.fragments
    text = args_text(call)
    return [text[at : at + 7] for at in range(0, len(text), 7)]


def args_text(call: ToolCall) -> str:
    """Return the arguments as the JSON text that is sent."""
    if call.fragments is not None and not call.args:
        return "".join(call.fragments)
    return call.args if isinstance(call.args, str) else json.dumps(call.args, ensure_ascii=False)


def tokens_in(value: Any) -> int:
    """Return how many tokens are counted in a text, or in all texts of a JSON value: words, and a bit for the rest."""
    if isinstance(value, str):
        return 1 if len(value) > 10_000 and " " not in value else len(value.split())
    if isinstance(value, Mapping):
        return 1 + sum(tokens_in(each) for each in value.values())
    if isinstance(value, Sequence):
        return sum(tokens_in(each) for each in value)
    return 0


def tokens_out(answer: Answer) -> int:
    """Return how many tokens an answer has."""
    calls = sum(1 + len(fragments_of(call)) for call in answer.tool_calls)
    return len(pieces_of(answer)) + calls + tokens_in(answer.thinking or "") + tokens_in(answer.refusal or "")


def _stopped(text: str, stops: Sequence[str]) -> tuple[str | None, str]:
    found = [(text.find(stop), stop) for stop in stops if stop and stop in text]
    if not found:
        return None, text
    position, stop = min(found)
    return stop, text[:position]
