"""Chat models by name."""

from stepgraph.chat_models.configurable import ConfigurableModel
from stepgraph.chat_models.init import init_chat_model
from stepgraph.language_models import BaseChatModel

__all__ = ["BaseChatModel", "ConfigurableModel", "init_chat_model"]
