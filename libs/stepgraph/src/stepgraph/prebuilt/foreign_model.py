"""ForeignModel: a chat model of another library, such as one of LangChain's, as the model of an agent.

It is asked in dicts, which such models take, and what it says becomes a message of ours. It reports its runs itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stepgraph.config import RunnableConfig
from stepgraph.messages import AIMessage, convert_to_messages
from stepgraph.messages.likeness import kind_of
from stepgraph.runnables import Runnable, RunnableLambda
from stepgraph.runnables.foreign import ForeignRunnable
from stepgraph.tools import convert_to_openai_tool

__all__ = ["ForeignModel"]

_TOLD: Final = ("id", "name", "tool_calls", "tool_call_id", "status", "artifact")

_SAID: Final = (
    "id",
    "name",
    "tool_calls",
    "invalid_tool_calls",
    "usage_metadata",
    "response_metadata",
    "additional_kwargs",
)


class ForeignModel(Runnable[Any, Any]):
    """A chat model of another library.

    Args:
        bound: The model, or what its `bind_tools` returned.
    """

    inherits_config = True

    def __init__(self, bound: Any) -> None:
        self.name: str | None = getattr(bound, "name", None) or type(bound).__name__
        self._runnable = ForeignRunnable(bound)

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> ForeignModel:
        """Return the model with tools, described to it as JSON schemas."""
        described = [convert_to_openai_tool(tool) for tool in tools]
        return ForeignModel(self._runnable.bound.bind_tools(described, **kwargs))

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Runnable[Any, Any]:
        """Return the model so that it answers in a form."""
        formed = ForeignRunnable(self._runnable.bound.with_structured_output(schema, **kwargs))
        return RunnableLambda(_asked_in_dicts) | formed

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Answer; see `BaseChatModel.invoke`."""
        return _as_ours(self._runnable.invoke(_asked_in_dicts(input), config, **kwargs))

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Answer; see `BaseChatModel.invoke`."""
        return _as_ours(await self._runnable.ainvoke(_asked_in_dicts(input), config, **kwargs))


def _asked_in_dicts(input: Any) -> list[dict[str, Any]]:
    """Return messages as dicts."""
    return [_as_dict(message) for message in convert_to_messages(input)]


def _as_dict(message: Any) -> dict[str, Any]:
    told = {name: getattr(message, name, None) for name in _TOLD}
    return {"role": kind_of(message), "content": message.content, **{name: each for name, each in told.items() if each}}


def _as_ours(message: Any) -> Any:
    """Return what a model said as a message of ours."""
    if isinstance(message, AIMessage) or not hasattr(message, "tool_calls"):
        return convert_to_messages([message])[0]
    said: dict[str, Any] = {name: getattr(message, name, None) for name in _SAID}
    return AIMessage(message.content, **said)
