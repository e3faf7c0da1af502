"""Serde: values as bytes and back, faithfully, and reviving nothing that nobody allowed."""

from typing import TypeAlias

from stepgraph.serde.allowed import types_in
from stepgraph.serde.base import Serializer
from stepgraph.serde.encrypted import EncryptedSerializer
from stepgraph.serde.exceptions import RemoteError
from stepgraph.serde.msgpack import MsgpackSerializer

__all__ = [
    "EncryptedSerializer",
    "JsonPlusSerializer",
    "MsgpackSerializer",
    "RemoteError",
    "Serializer",
    "types_in",
]

JsonPlusSerializer: TypeAlias = MsgpackSerializer
"""The name that those know it by who move over."""
