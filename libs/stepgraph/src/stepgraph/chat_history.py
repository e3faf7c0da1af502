"""Chat history: the messages of one conversation, kept outside of a graph.

Graphs keep their conversations in checkpoints; this is for programs that run a model, or a sequence, with
`stepgraph.runnables.history.RunnableWithMessageHistory`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from stepgraph.callbacks.buffer import buffer_string
from stepgraph.execution.threads import in_thread
from stepgraph.messages import AIMessage, BaseMessage, HumanMessage

__all__ = ["BaseChatMessageHistory", "InMemoryChatMessageHistory"]


class BaseChatMessageHistory(ABC):
    """The messages of one conversation.

    Who subclasses it writes `messages`, `add_messages` (or `add_message`) and `clear`. An async twin that is missing
    calls its sync one in the engine's threads.

    Attributes:
        messages: The messages, the oldest first; to read them may take a while.
    """

    messages: list[BaseMessage]

    async def aget_messages(self) -> list[BaseMessage]:
        """Return the messages, the oldest first."""
        return await in_thread(lambda: self.messages)  # type: ignore[no-any-return]

    def add_message(self, message: BaseMessage) -> None:
        """Add one message; several are better added at once, with `add_messages`."""
        if type(self).add_messages is BaseChatMessageHistory.add_messages:
            raise NotImplementedError(f"{type(self).__name__} defines neither add_messages nor add_message")
        self.add_messages([message])

    async def aadd_message(self, message: BaseMessage) -> None:
        """See `add_message`."""
        await self.aadd_messages([message])

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Add messages."""
        for message in messages:
            self.add_message(message)

    async def aadd_messages(self, messages: Sequence[BaseMessage]) -> None:
        """See `add_messages`."""
        await in_thread(self.add_messages, messages)

    def add_user_message(self, message: HumanMessage | str) -> None:
        """Add what a person said."""
        self.add_message(HumanMessage(message) if isinstance(message, str) else message)

    async def aadd_user_message(self, message: HumanMessage | str) -> None:
        """See `add_user_message`."""
        await self.aadd_message(HumanMessage(message) if isinstance(message, str) else message)

    def add_ai_message(self, message: AIMessage | str) -> None:
        """Add what a model said."""
        self.add_message(AIMessage(message) if isinstance(message, str) else message)

    async def aadd_ai_message(self, message: AIMessage | str) -> None:
        """See `add_ai_message`."""
        await self.aadd_message(AIMessage(message) if isinstance(message, str) else message)

    @abstractmethod
    def clear(self) -> None:
        """Forget all messages."""

    async def aclear(self) -> None:
        """See `clear`."""
        await in_thread(self.clear)

    def __str__(self) -> str:
        return buffer_string(self.messages)


@dataclass
class InMemoryChatMessageHistory(BaseChatMessageHistory):
    """The messages of one conversation, in memory.

    Attributes:
        messages: The messages, the oldest first.

    Example:
        >>> history = InMemoryChatMessageHistory()
        >>> history.add_user_message("hi")
        >>> history.add_ai_message("hello")
        >>> print(history)
        Human: hi
        AI: hello
    """

    messages: list[BaseMessage] = field(default_factory=list)

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Add messages."""
        self.messages.extend(messages)

    def clear(self) -> None:
        """Forget all messages; lists that were handed out stay as they are."""
        self.messages = []

    async def aget_messages(self) -> list[BaseMessage]:
        """Return the messages, the oldest first."""
        return self.messages

    async def aadd_messages(self, messages: Sequence[BaseMessage]) -> None:
        """See `add_messages`."""
        self.add_messages(messages)

    async def aclear(self) -> None:
        """See `clear`."""
        self.clear()

    def __str__(self) -> str:
        return BaseChatMessageHistory.__str__(self)
