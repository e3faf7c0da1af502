"""The reducer of message lists, and the state that is nothing but one."""

from __future__ import annotations

import functools
from typing import Annotated, Any

from typing_extensions import TypedDict

from stepgraph.ambient import task_scope
from stepgraph.graph.merging import identified, merge
from stepgraph.messages.coerce import to_message

__all__ = ["REMOVE_ALL_MESSAGES", "MessagesState", "add_messages", "push_message"]

REMOVE_ALL_MESSAGES = "__remove_all__"
"""The id of a `RemoveMessage` that removes everything before it."""


def add_messages(left: Any = None, right: Any = None) -> Any:
    """Merge two lists of messages: what is new is appended, a known id replaces the message that had it.

    A `RemoveMessage` removes the message with its id, or with `REMOVE_ALL_MESSAGES` everything before it. Messages
    without an id get one. Either side may be one message, and each may be in a short form: text, a pair of role and
    content, or a dict with `role` and `content`.

    Args:
        left: The messages so far.
        right: The messages to add.

    Returns:
        A new list; without arguments, the reducer itself.

    Raises:
        ValueError: A message to remove is not there, or only one side is given.
    """
    if left is None and right is None:
        return functools.partial(add_messages)
    if left is None or right is None:
        raise ValueError("add_messages() merges two lists of messages; one side is None")
    added = identified(right)
    last_clear = max((i for i, message in enumerate(added) if message.id == REMOVE_ALL_MESSAGES), default=None)
    if last_clear is not None:
        left, added = [], added[last_clear + 1 :]
    return merge(left, added)


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
