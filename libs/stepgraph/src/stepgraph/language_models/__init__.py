"""Language models: messages in, a message out, or text in, text out; whole or in chunks."""

from stepgraph.language_models.base import (
    BaseLanguageModel,
    LanguageModelInput,
    LanguageModelLike,
    LanguageModelOutput,
)
from stepgraph.language_models.chat import BaseChatModel, SimpleChatModel
from stepgraph.language_models.fake import FakeListLLM, FakeStreamingListLLM
from stepgraph.language_models.fake_chat_models import (
    FakeListChatModel,
    FakeMessagesListChatModel,
    GenericFakeChatModel,
    ParrotFakeChatModel,
)
from stepgraph.language_models.llms import LLM, BaseLLM
from stepgraph.language_models.model_profile import ModelProfile, ModelProfileRegistry

__all__ = [
    "LLM",
    "BaseChatModel",
    "BaseLLM",
    "BaseLanguageModel",
    "FakeListChatModel",
    "FakeListLLM",
    "FakeMessagesListChatModel",
    "FakeStreamingListLLM",
    "GenericFakeChatModel",
    "LanguageModelInput",
    "LanguageModelLike",
    "LanguageModelOutput",
    "ModelProfile",
    "ModelProfileRegistry",
    "ParrotFakeChatModel",
    "SimpleChatModel",
]
