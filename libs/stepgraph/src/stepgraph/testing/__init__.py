"""What tests of graphs, savers and agents are made of: models that answer as told, savers that fail, or that remember.

Nothing here imports pytest; the suites that authors of savers, stores and caches subclass do, and live in
`stepgraph.testing.conformance`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from stepgraph.testing.fault import Fault, Stall
from stepgraph.testing.faulty_saver import FaultySaver
from stepgraph.testing.flag import Flag
from stepgraph.testing.recording_saver import RecordedOperation, RecordingSaver
from stepgraph.testing.wrapped_saver import Operation, WrappedSaver

if TYPE_CHECKING:
    from stepgraph.embeddings import DeterministicFakeEmbedding, FakeEmbeddings
    from stepgraph.testing.scripted_chat_model import Broken, ModelRequest, ScriptedChatModel, calling

__all__ = [
    "Broken",
    "DeterministicFakeEmbedding",
    "FakeEmbeddings",
    "Fault",
    "FaultySaver",
    "Flag",
    "ModelRequest",
    "Operation",
    "RecordedOperation",
    "RecordingSaver",
    "ScriptedChatModel",
    "Stall",
    "WrappedSaver",
    "calling",
]

_PLACES: Final = {
    "Broken": "stepgraph.testing.scripted_chat_model",
    "DeterministicFakeEmbedding": "stepgraph.embeddings",
    "FakeEmbeddings": "stepgraph.embeddings",
    "ModelRequest": "stepgraph.testing.scripted_chat_model",
    "ScriptedChatModel": "stepgraph.testing.scripted_chat_model",
    "calling": "stepgraph.testing.scripted_chat_model",
}
"""The module of what stands on models, which is imported when somebody asks for it."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_PLACES[name]), name)
    return found
