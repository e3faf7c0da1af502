"""What an agent of the older kind decided, as handlers and states know it: a tool to call, or to be done.

Nothing here runs agents; `stepgraph.prebuilt` makes them, out of messages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stepgraph.messages import AIMessage, BaseMessage, FunctionMessage, HumanMessage

__all__ = ["AgentAction", "AgentActionMessageLog", "AgentFinish", "AgentStep"]


@dataclass
class AgentAction:
    """A tool to call.

    Attributes:
        tool: The tool's name.
        tool_input: What it is called with.
        log: What the model said of it, as text.
        type: The name of the class.
    """

    tool: str
    tool_input: str | dict[Any, Any]
    log: str
    type: str = field(default="AgentAction", kw_only=True)

    @property
    def messages(self) -> Sequence[BaseMessage]:
        """What the model said, as messages."""
        return [AIMessage(self.log)]


@dataclass
class AgentActionMessageLog(AgentAction):
    """A tool to call, with the messages that asked for it.

    Attributes:
        message_log: The messages.
        type: The name of the class.
    """

    message_log: Sequence[BaseMessage] = field(kw_only=True)
    type: str = field(default="AgentActionMessageLog", kw_only=True)

    @property
    def messages(self) -> Sequence[BaseMessage]:
        """What the model said, as messages."""
        return self.message_log


@dataclass
class AgentStep:
    """A tool that was called.

    Attributes:
        action: The call.
        observation: What the tool answered.
    """

    action: AgentAction
    observation: Any

    @property
    def messages(self) -> Sequence[BaseMessage]:
        """What the model is told of the answer, as messages."""
        content = self.observation if isinstance(self.observation, str) else _as_text(self.observation)
        if isinstance(self.action, AgentActionMessageLog):
            return [FunctionMessage(content, name=self.action.tool)]
        return [HumanMessage(content)]


@dataclass
class AgentFinish:
    """An agent is done.

    Attributes:
        return_values: What it found.
        log: What the model said, as text.
        type: The name of the class.
    """

    return_values: dict[Any, Any]
    log: str
    type: str = field(default="AgentFinish", kw_only=True)

    @property
    def messages(self) -> Sequence[BaseMessage]:
        """What the model said, as messages."""
        return [AIMessage(self.log)]


def _as_text(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except Exception:  # whatever JSON does not know is shown
        return str(value)
