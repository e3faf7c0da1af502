"""Counting: about how many tokens messages have, without asking a model's tokenizer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

from stepgraph.messages.coerce import convert_to_messages
from stepgraph.messages.likeness import kind_of
from stepgraph.messages.openai_form import role_of

__all__ = ["count_tokens_approximately"]

_MOST_SCALED: Final = 1.25
"""How much more than the count a provider's own count may make of it."""


def count_tokens_approximately(
    messages: Iterable[Any] | Any,
    *,
    chars_per_token: float = 4.0,
    extra_tokens_per_message: float = 3.0,
    count_name: bool = True,
    tokens_per_image: int = 85,
    use_usage_metadata_scaling: bool = False,
    tools: Sequence[Any] | None = None,
) -> int:
    """Return about how many tokens messages have.

    Args:
        messages: Messages in any of their forms.
        chars_per_token: How many characters a token has.
        extra_tokens_per_message: What a message costs besides its characters.
        count_name: Whether the names of speakers count.
        tokens_per_image: What an image costs.
        use_usage_metadata_scaling: Whether the count is scaled, up to 1.25 times, to what the provider said that it had
            used up to its last answer; only where all answers are of one provider.
        tools: Tools that the model is given, as dicts or as tools.
    """
    given = convert_to_messages(messages)
    count = math.ceil(sum(len(json.dumps(_described(tool))) for tool in tools or ()) / chars_per_token)
    total: float = count
    seen: tuple[int, float] | None = None
    for message in given:
        characters, images = _size_of(message, count_name)
        total += math.ceil(characters / chars_per_token) + images * tokens_per_image + extra_tokens_per_message
        used = (getattr(message, "usage_metadata", None) or {}).get("total_tokens")
        if kind_of(message) == "ai" and isinstance(used, int):
            seen = (used, total)
    if use_usage_metadata_scaling and seen is not None and len(given) > 1 and _of_one_provider(given):
        total *= min(_MOST_SCALED, max(1.0, seen[0] / seen[1]))
    return math.ceil(total)


def _of_one_provider(messages: Sequence[Any]) -> bool:
    providers = {each.response_metadata.get("model_provider") for each in messages if kind_of(each) == "ai"}
    return len(providers) == 1 and None not in providers


def _size_of(message: Any, count_name: bool) -> tuple[int, int]:
    """Return how many characters and images a message has."""
    characters, images = len(role_of(message)), 0
    content = message.content
    for block in content if isinstance(content, list) else [content]:
        kind = block.get("type", "") if isinstance(block, dict) else None
        if kind in ("image", "image_url"):
            images += 1
        elif kind == "text":
            characters += len(block.get("text", ""))
        else:
            characters += len(block if isinstance(block, str) else repr(block))
    if kind_of(message) == "ai" and not isinstance(content, list) and message.tool_calls:
        characters += len(repr(message.tool_calls))
    if kind_of(message) == "tool":
        characters += len(message.tool_call_id)
    if count_name and message.name:
        characters += len(message.name)
    return characters, images


def _described(tool: Any) -> dict[str, Any]:
    """Return what a model is told of a tool."""
    if isinstance(tool, dict):
        return tool
    schema = tool.tool_call_schema
    parameters = dict(schema if isinstance(schema, dict) else schema.model_json_schema())
    for key in ("title", "description"):
        parameters.pop(key, None)
    return {"name": tool.name, "description": tool.description, "parameters": parameters}
