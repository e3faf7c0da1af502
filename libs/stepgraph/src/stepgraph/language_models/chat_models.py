"""The base of chat models, where others keep theirs."""

from stepgraph.language_models.chat import BaseChatModel, SimpleChatModel

__all__ = ["BaseChatModel", "SimpleChatModel"]
