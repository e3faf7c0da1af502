"""What tests of graphs and savers are made of: savers that fail on demand, and savers that remember.

Nothing here imports pytest; the suites that authors of savers, stores and caches subclass do, and live in
`stepgraph.testing.conformance`.
"""

from stepgraph.testing.fault import Fault, Stall
from stepgraph.testing.faulty_saver import FaultySaver
from stepgraph.testing.flag import Flag
from stepgraph.testing.recording_saver import RecordedOperation, RecordingSaver
from stepgraph.testing.wrapped_saver import Operation, WrappedSaver

__all__ = [
    "Fault",
    "FaultySaver",
    "Flag",
    "Operation",
    "RecordedOperation",
    "RecordingSaver",
    "Stall",
    "WrappedSaver",
]
