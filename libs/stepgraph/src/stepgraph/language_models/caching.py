"""Caching: under which key a model's answer is kept, and what of it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from typing import Any

from stepgraph.globals import SETTINGS
from stepgraph.outputs import ChatGeneration, ChatResult, Generation
from stepgraph.runnables.discreet import discreet

__all__ = ["cache_of", "copied", "kept", "key_of", "revived"]


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


def key_of(model: Any, asked: Sequence[Any], stop: list[str] | None, kwargs: Mapping[str, Any]) -> tuple[str, str]:
    """Return what an answer is kept under: the prompt, without ids of messages, and all that makes up the model.

    What may be a key is in it as a hash, together with all else, so that answers under other keys are other answers.
    """
    whole, shown = model._whole_params, discreet(kwargs)
    hides = shown != kwargs or discreet(whole) != whole
    made_up = {
        "model": [type(model).__module__, type(model).__qualname__, discreet(model._identifying_params)],
        "stop": stop,
        "kwargs": shown,
        "hidden": sha256(_text([whole, kwargs]).encode()).hexdigest() if hides else None,
    }
    prompt = asked if isinstance(asked, str) else _text([_without_id(message) for message in asked])
    return prompt, _text(made_up)


def kept(result: ChatResult) -> list[ChatGeneration]:
    """Return what of an answer is kept: a copy, for the answer is the caller's, who may edit it."""
    return [ChatGeneration(each.message.model_copy(deep=True), each.generation_info) for each in result.generations]


def copied(generations: Sequence[Generation]) -> list[Generation]:
    """Return copies of texts: what is kept, and what of it callers get, who may edit it."""
    return deepcopy(list(generations))


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


def _without_id(message: Any) -> dict[str, Any]:
    dump = getattr(message, "model_dump", None)
    if dump is None:
        return {"type": message.type, "content": message.content}
    return {key: value for key, value in dump().items() if key != "id"}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr, ensure_ascii=False)
