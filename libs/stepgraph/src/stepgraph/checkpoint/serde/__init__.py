"""The serializers, where those look for them who move over; they are at home in `stepgraph.serde`."""

from stepgraph.serde.base import Serializer as SerializerProtocol

__all__ = ["SerializerProtocol"]
