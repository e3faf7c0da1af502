"""Channels: named pieces of state, each with the rule by which a superstep's writes change it."""

from stepgraph.channels.aggregate import BinaryOperatorAggregate
from stepgraph.channels.barrier import NamedBarrierValue, NamedBarrierValueAfterFinish
from stepgraph.channels.base import BaseChannel
from stepgraph.channels.last_value import (
    AnyValue,
    EphemeralValue,
    LastValue,
    LastValueAfterFinish,
    UntrackedValue,
)
from stepgraph.channels.topic import Topic

__all__ = [
    "AnyValue",
    "BaseChannel",
    "BinaryOperatorAggregate",
    "EphemeralValue",
    "LastValue",
    "LastValueAfterFinish",
    "NamedBarrierValue",
    "NamedBarrierValueAfterFinish",
    "Topic",
    "UntrackedValue",
]
