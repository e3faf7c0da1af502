"""The serializer that encrypts; see `stepgraph.serde.encrypted`."""

from stepgraph.serde.encrypted import EncryptedSerializer

__all__ = ["EncryptedSerializer"]
