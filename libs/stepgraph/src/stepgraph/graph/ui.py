"""Messages for a user interface: which component to show with which properties, streamed and kept in the state.

`push_ui_message` puts one on the `custom` stream at once and writes it to the state, whose reducer is
`ui_message_reducer`: `ui: Annotated[list, ui_message_reducer]`.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from typing_extensions import NotRequired, TypedDict

from stepgraph.ambient import current
from stepgraph.errors import listed

__all__ = [
    "AnyUIMessage",
    "RemoveUIMessage",
    "UIMessage",
    "delete_ui_message",
    "push_ui_message",
    "ui_message_reducer",
]


class UIMessage(TypedDict):
    """A component to show.

    Attributes:
        type: `"ui"`.
        id: Tells it from others; a later one with the same id takes its place.
        name: What the component is called.
        props: Its properties.
        metadata: What is known of it: the run's id, tags and name, whether to `merge`, and the `message_id` of the
            message that it belongs to.
    """

    type: Literal["ui"]
    id: str
    name: str
    props: dict[str, Any]
    metadata: NotRequired[dict[str, Any]]


class RemoveUIMessage(TypedDict):
    """A component to take away.

    Attributes:
        type: `"remove-ui"`.
        id: Which one.
    """

    type: Literal["remove-ui"]
    id: str


AnyUIMessage: TypeAlias = UIMessage | RemoveUIMessage
"""What a list of components is told."""


def push_ui_message(
    name: str,
    props: dict[str, Any],
    *,
    id: str | None = None,
    metadata: dict[str, Any] | None = None,
    message: Any = None,
    state_key: str | None = "ui",
    merge: bool = False,
) -> UIMessage:
    """Show a component: put it on the `custom` stream, and write it to the state as well.

    Args:
        name: What the component is called.
        props: Its properties.
        id: Its id, a new one where none is given; that of a component that is shown already changes that one.
        metadata: What else is known of it.
        message: The message that it belongs to.
        state_key: The key to write it to, `None` to stream it only.
        merge: Whether properties that the component has already stay, where they are not given.

    Returns:
        What was shown.

    Raises:
        RuntimeError: No node is running here.
    """
    scope = current("push_ui_message")
    config = scope.config
    belongs_to = message.get("id") if isinstance(message, dict) else getattr(message, "id", None)
    shown: UIMessage = {
        "type": "ui",
        "id": id or _new_id(),
        "name": name,
        "props": props,
        "metadata": {
            "merge": merge,
            "run_id": config.get("run_id"),
            "tags": config.get("tags"),
            "name": config.get("run_name"),
            **(metadata or {}),
            **({"message_id": belongs_to} if belongs_to else {}),
        },
    }
    _push(scope, shown, state_key)
    return shown


def delete_ui_message(id: str, *, state_key: str = "ui") -> RemoveUIMessage:
    """Take a component away, from the screen and from the state.

    Args:
        id: Which one.
        state_key: The key that it was written to.

    Returns:
        What was said.

    Raises:
        RuntimeError: No node is running here.
    """
    removed: RemoveUIMessage = {"type": "remove-ui", "id": id}
    _push(current("delete_ui_message"), removed, state_key)
    return removed


def ui_message_reducer(
    left: list[AnyUIMessage] | AnyUIMessage, right: list[AnyUIMessage] | AnyUIMessage
) -> list[AnyUIMessage]:
    """Merge two lists of components: what is new is appended, a known id replaces the component that had it.

    Args:
        left: The components so far.
        right: Those to add, to change and to take away.

    Returns:
        A new list.

    Raises:
        ValueError: One to take away is not there.
    """
    merged: list[Any] = list(left) if isinstance(left, list) else [left]
    places = {each.get("id"): position for position, each in enumerate(merged)}
    removed: set[Any] = set()
    given: list[Any] = right if isinstance(right, list) else [right]
    for each in given:
        place = places.get(each.get("id"))
        if each.get("type") == "remove-ui":
            if place is None:
                raise ValueError(f"there is no component with id {each['id']!r} to remove; ids are {listed(places)}")
            removed.add(each["id"])
        elif place is None:
            places[each.get("id")] = len(merged)
            merged.append(each)
        else:
            removed.discard(each["id"])
            if (each.get("metadata") or {}).get("merge"):
                each = {**each, "props": {**merged[place]["props"], **each["props"]}}
            merged[place] = each
    return [each for each in merged if each.get("id") not in removed]


def _push(scope: Any, said: Any, state_key: str | None) -> None:
    scope.writer(said)
    if state_key is not None:
        scope.task.push((state_key, said))


def _new_id() -> str:
    from uuid import uuid4

    return str(uuid4())
