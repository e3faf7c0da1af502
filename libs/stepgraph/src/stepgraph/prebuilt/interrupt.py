"""Human review: what an agent asks a person before it acts, and what the person answers."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

__all__ = ["ActionRequest", "HumanInterrupt", "HumanInterruptConfig", "HumanResponse"]


class HumanInterruptConfig(TypedDict):
    """What a person may do.

    Attributes:
        allow_ignore: Skip the action.
        allow_respond: Answer with a text.
        allow_edit: Change its arguments.
        allow_accept: Let it happen as it is.
    """

    allow_ignore: bool
    allow_respond: bool
    allow_edit: bool
    allow_accept: bool


class ActionRequest(TypedDict):
    """What an agent wants to do.

    Attributes:
        action: The tool.
        args: Its arguments.
    """

    action: str
    args: dict[str, Any]


class HumanInterrupt(TypedDict):
    """What is asked; pass it to `interrupt()`.

    Attributes:
        action_request: What the agent wants to do.
        config: What the person may do.
        description: What the person is shown besides.
    """

    action_request: ActionRequest
    config: HumanInterruptConfig
    description: str | None


class HumanResponse(TypedDict):
    """What the person answers; `interrupt()` returns it.

    Attributes:
        type: What the person did.
        args: The text of a response, or the action as it was edited.
    """

    type: Literal["accept", "ignore", "response", "edit"]
    args: str | ActionRequest | None
