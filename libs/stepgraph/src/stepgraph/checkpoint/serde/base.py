"""What a saver asks of a serializer; see `stepgraph.serde.base`."""

from stepgraph.serde.base import Serializer as SerializerProtocol

__all__ = ["SerializerProtocol"]
