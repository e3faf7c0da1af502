"""UsageMetadataCallbackHandler: counts the tokens that models say they have used, all of them or those in a block."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from stepgraph.callbacks.ambient import heard_by
from stepgraph.callbacks.base import BaseCallbackHandler

__all__ = ["UsageMetadataCallbackHandler", "get_usage_metadata_callback"]


class UsageMetadataCallbackHandler(BaseCallbackHandler):
    """Sums what models say they have used, by the name of the model.

    Answers without `usage_metadata` count for nothing. Of several alternatives that one call brought, one is looked at:
    they all carry the usage of the call. What nobody names a model for is counted under `"unknown"`.

    Attributes:
        usage_metadata: For each model a dict with `input_tokens`, `output_tokens`, `total_tokens` and what else the
            provider tells. Each answer replaces it; nothing in it is changed later.
    """

    run_inline = True

    def __init__(self) -> None:
        self.usage_metadata: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.usage_metadata})"

    def on_llm_end(self, response: Any, **facts: Any) -> None:
        """A model has answered."""
        for alternatives in getattr(response, "generations", ()):
            messages = (getattr(each, "message", None) for each in alternatives)
            message = next((each for each in messages if getattr(each, "usage_metadata", None)), None)
            if message is not None:
                self._count(_model(message, response), message.usage_metadata)

    def _count(self, model: str, usage: Mapping[str, Any]) -> None:
        with self._lock:
            self.usage_metadata = {**self.usage_metadata, model: _sum(self.usage_metadata.get(model, {}), usage)}


@contextmanager
def get_usage_metadata_callback(
    name: str = "usage_metadata_callback",  # noqa: ARG001 - programs written for LangChain may give one
) -> Iterator[UsageMetadataCallbackHandler]:
    """Count what the models that run inside the block use.

    Args:
        name: Ignored.

    Yields:
        The handler; see its `usage_metadata`.
    """
    handler = UsageMetadataCallbackHandler()
    handler.ignore_chain = handler.ignore_agent = handler.ignore_retriever = True  # no run is reported for its sake
    with heard_by(handler):
        yield handler


def _model(message: Any, response: Any) -> str:
    """Return the name of the model that said a message."""
    told = getattr(message, "response_metadata", None) or {}
    besides = getattr(response, "llm_output", None) or {}
    return str(told.get("model_name") or told.get("model") or besides.get("model_name") or "unknown")


def _sum(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Add up two dicts of numbers and of such dicts."""
    total = dict(one)
    for key, value in other.items():
        if isinstance(value, Mapping):
            total[key] = _sum(total.get(key) or {}, value)
        elif isinstance(value, (int, float)):
            total[key] = (total.get(key) or 0) + value
    return total
