"""The serializer that savers have by default; see `stepgraph.serde.msgpack`."""

from stepgraph.serde import JsonPlusSerializer

__all__ = ["JsonPlusSerializer"]
