"""Language models: messages in, a message out, whole or in chunks."""

from stepgraph.language_models.base import (
    BaseLanguageModel,
    LanguageModelInput,
    LanguageModelLike,
    LanguageModelOutput,
)
from stepgraph.language_models.chat import BaseChatModel, SimpleChatModel
from stepgraph.language_models.fakes import (
    FakeListChatModel,
    FakeMessagesListChatModel,
    GenericFakeChatModel,
    ParrotFakeChatModel,
)

__all__ = [
    "BaseChatModel",
    "BaseLanguageModel",
    "FakeListChatModel",
    "FakeMessagesListChatModel",
    "GenericFakeChatModel",
    "LanguageModelInput",
    "LanguageModelLike",
    "LanguageModelOutput",
    "ParrotFakeChatModel",
    "SimpleChatModel",
]
