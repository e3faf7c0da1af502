"""The reducer of message lists, the state that is nothing but one, and the graph of such a state."""

from __future__ import annotations

import functools
import warnings
from typing import Annotated, Any, Final, Literal, TypeAlias

from typing_extensions import TypedDict

from stepgraph.ambient import task_scope
from stepgraph.graph.merging import identified, merge
from stepgraph.graph.message_format import OPENAI, check_format, merge_formatted
from stepgraph.graph.state import StateGraph
from stepgraph.messages.coerce import to_message
from stepgraph.messages.forms import AnyMessage, MessageLikeRepresentation

__all__ = [
    "REMOVE_ALL_MESSAGES",
    "AnyMessage",
    "MessageGraph",
    "Messages",
    "MessagesState",
    "add_messages",
    "push_message",
]

Messages: TypeAlias = list[MessageLikeRepresentation] | MessageLikeRepresentation
"""What `add_messages` merges: messages or their short forms, several or one."""

REMOVE_ALL_MESSAGES = "__remove_all__"
"""The id of a `RemoveMessage` that removes everything before it."""


def add_messages(
    left: Any = None,
    right: Any = None,
    *,
    format: Literal["langchain-openai"] | None = None,  # noqa: A002 - its name elsewhere
) -> Any:
    """Merge two lists of messages: what is new is appended, a known id replaces the message that had it.

    A `RemoveMessage` removes the message with its id, or with `REMOVE_ALL_MESSAGES` everything before it. Messages
    without an id get one. Either side may be one message, and each may be in a short form: text, a pair of role and
    content, or a dict with `role` and `content`.

    Args:
        left: The messages so far.
        right: The messages to add.
        format: "langchain-openai" to keep all messages in OpenAI's form: contents are text, or blocks of the kinds
            `text` and `image_url`, and results of tools are `ToolMessage`s.

    Returns:
        A new list; without the two, the reducer itself: `Annotated[list, add_messages(format="langchain-openai")]`.

    Raises:
        ValueError: A message to remove is not there, only one side is given, or there is no such format.
    """
    if left is None or right is None:
        if left is right:
            check_format(format)
            return _REDUCERS[format]
        raise ValueError("add_messages() merges two lists of messages; one side is None")
    added = identified(right)
    kept = 0
    for position, message in enumerate(added):
        if message.id == REMOVE_ALL_MESSAGES:
            kept = position + 1
    if kept:
        left, added = [], added[kept:]
    if format is not None:
        check_format(format)
        return merge_formatted(left, added)
    return merge(left, added)


_REDUCERS: Final = {form: functools.partial(add_messages, format=form) for form in (None, OPENAI)}
"""One of each, for a channel that two schemas declare must be the same in both."""


def push_message(message: Any, *, state_key: str | None = "messages") -> Any:
    """Put a message on the `messages` stream while the node runs, and write it to the state as well.

    Args:
        message: The message, which must have an id.
        state_key: The key to write it to, `None` to stream it only.

    Returns:
        The message.

    Raises:
        ValueError: The message has no id.
        RuntimeError: No node is running here.
    """
    message = to_message(message)
    if message.id is None:
        raise ValueError("push_message() needs a message with an id, so that it is shown and stored as one")
    scope: Any = task_scope()
    if scope is None:
        raise RuntimeError("push_message() was called outside of a running node; call it in a node")
    scope.put_message(message)
    if state_key is not None:
        scope.task.push((state_key, message))
    return message


class MessagesState(TypedDict):
    """A state with one key, a list of messages that `add_messages` keeps."""

    messages: Annotated[list[Any], add_messages]


class MessageGraph(StateGraph[Any]):
    """A graph whose state is one list of messages, and nothing else; the older way of `MessagesState`.

    Nodes get the list, and return messages to add to it.
    """

    def __init__(self) -> None:
        warnings.warn("use StateGraph(MessagesState) in place of MessageGraph", DeprecationWarning, stacklevel=2)
        super().__init__(Annotated[list[AnyMessage], add_messages])  # type: ignore[arg-type]
