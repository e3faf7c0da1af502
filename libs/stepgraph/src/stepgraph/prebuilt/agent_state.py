"""The states of agents."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel
from typing_extensions import NotRequired, TypedDict

from stepgraph.graph.message import add_messages
from stepgraph.managed import RemainingSteps

__all__ = [
    "AgentState",
    "AgentStatePydantic",
    "AgentStateWithStructuredResponse",
    "AgentStateWithStructuredResponsePydantic",
]


class AgentState(TypedDict):
    """The state of an agent.

    Attributes:
        messages: What was said.
        remaining_steps: How many supersteps are left.
    """

    messages: Annotated[list[Any], add_messages]
    remaining_steps: NotRequired[RemainingSteps]


class AgentStateWithStructuredResponse(AgentState):
    """The state of an agent that answers in a form.

    Attributes:
        structured_response: The answer.
    """

    structured_response: Any


class AgentStatePydantic(BaseModel):
    """The state of an agent as a pydantic model; see `AgentState`."""

    messages: Annotated[list[Any], add_messages]
    remaining_steps: RemainingSteps = 25


class AgentStateWithStructuredResponsePydantic(AgentStatePydantic):
    """The state of an agent that answers in a form, as a pydantic model."""

    structured_response: Any = None
