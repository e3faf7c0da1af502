"""Caching: under which key a chat model's answer is kept, and what of it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from stepgraph.globals import SETTINGS
from stepgraph.language_models.call import discreet
from stepgraph.outputs import ChatGeneration, ChatResult

__all__ = ["cache_of", "kept", "key_of", "revived"]


def cache_of(model: Any) -> Any:
    """Return the cache of a model, `None` where it has none.

    Raises:
        ValueError: It shall use the cache of the process, and there is none.
    """
    if model.cache is True and SETTINGS.llm_cache is None:
        raise ValueError(
            f"{model.get_name()} has cache=True, and the process has no cache; call "
            "stepgraph.globals.set_llm_cache(InMemoryCache()) first, or give the model a cache of its own"
        )
    if model.cache is None or model.cache is True:
        return SETTINGS.llm_cache
    return model.cache or None


def key_of(model: Any, messages: Sequence[Any], stop: list[str] | None, kwargs: Mapping[str, Any]) -> tuple[str, str]:
    """Return what an answer is kept under: the prompt, without ids of messages, and all that makes up the model."""
    prompt = [{key: value for key, value in _dumped(message).items() if key != "id"} for message in messages]
    asked = {
        "model": [type(model).__module__, type(model).__qualname__, model._identifying_params],
        "stop": stop,
        "kwargs": discreet(kwargs),
        "hidden": sha256(_text(kwargs).encode()).hexdigest() if discreet(kwargs) != kwargs else None,
    }
    return _text(prompt), _text(asked)


def kept(result: ChatResult) -> list[ChatGeneration]:
    """Return what of an answer is kept: a copy, for the answer is the caller's, who may edit it."""
    return [ChatGeneration(each.message.model_copy(deep=True), each.generation_info) for each in result.generations]


def revived(generations: Sequence[Any]) -> ChatResult:
    """Return what was kept as a new answer, which cost nothing.

    It gets an id of its own: in a list of messages one with a known id would replace the other.
    """
    answers = []
    for each in generations:
        message = each.message.model_copy(deep=True, update={"id": None})
        if getattr(message, "usage_metadata", None):
            message.usage_metadata = {**message.usage_metadata, "total_cost": 0}
        answers.append(ChatGeneration(message, each.generation_info))
    return ChatResult(answers)


def _dumped(message: Any) -> dict[str, Any]:
    dump = getattr(message, "model_dump", None)
    return dump() if dump is not None else {"type": message.type, "content": message.content}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr, ensure_ascii=False)
