"""Samples: values and names that careless code loses, changes or mixes up."""

from __future__ import annotations

import datetime
import decimal
from typing import Any, Final

from stepgraph.types import Interrupt, Send

__all__ = ["ODD_NAMES", "PLAIN"]

_UTC: Final = datetime.timezone.utc

PLAIN: Final[dict[str, Any]] = {
    "none": None,
    "bools": [True, False],
    "ints": [0, 1, -1, 2**31, 2**63 - 1, -(2**63), 2**64, -(10**40)],
    "floats": [0.0, -0.5, 1e300, float("inf"), float("nan"), 1.0],
    "texts": ["", "plain", "žluťoučký 🐎 \u0000 \ud7ff", "x" * 1_000],
    "bytes": b"\x00\xff bytes",
    "list": [1, [2, [3, []]]],
    "tuple": (1, ("two", (3.0,)), ()),
    "set": {1, 2, 3},
    "frozenset": frozenset({"a", "b"}),
    "dict": {"z": 1, "a": {"nested": [None]}, "": 0},
    "dict with other keys": {1: "int", (2, "b"): "tuple", None: "none", 2.5: "float"},
    "datetime": datetime.datetime(2024, 2, 29, 12, 30, 0, 123456, tzinfo=_UTC),
    "naive datetime": datetime.datetime(2024, 2, 29),
    "date": datetime.date(2024, 2, 29),
    "timedelta": datetime.timedelta(days=3, microseconds=1),
    "decimal": decimal.Decimal("3.1400"),
    "send": [Send("node", {"a": 1})],
    "interrupt": Interrupt("why?", "id-1"),
}
"""A value of each plain type, by channel."""

ODD_NAMES: Final = (
    "a", "A", "a ", " a", "a|b", "|", "||", "a:b", ":", "%", "a%", "_", "a_", "?", "*", "a*", "[a]", "'", "''", '"',
    "a'; drop table checkpoints; --", "\\", "a\\", "/", "../a", ".", "a/b", "{}", "$1", "null", "None", "0", "-1",
    "ä", "a\u0308", "日本", "🐎", "\u200b", "\n", "a\tb", "x" * 2_000,
)  # fmt: skip
"""Names that a saver which joins, quotes or compares them carelessly mixes up."""
