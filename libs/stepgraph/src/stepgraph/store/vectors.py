"""Vectors: what texts mean, as bytes, and how near two of them are.

A vector is kept as little-endian single-precision floats of length 1, so that the product of two is the cosine of the
angle between them. Scores are rounded to six decimals, which is what single precision carries: equal texts score
1.0 and equal scores are ties, with numpy and without it.
"""

from __future__ import annotations

import functools
import importlib
import math
import struct
from collections.abc import Sequence
from operator import mul
from typing import Any

__all__ = ["pack", "scores"]

_DECIMALS = 6


def pack(vector: Sequence[float]) -> bytes:
    """Return a vector of any length other than 0 as bytes; one of length 0 stays as it is, near to nothing."""
    numbers = [float(number) for number in vector]
    length = math.hypot(*numbers) or 1.0
    return struct.pack(f"<{len(numbers)}f", *(number / length for number in numbers))


def scores(query: bytes, vectors: Sequence[bytes]) -> list[float]:
    """Return how near each of some packed vectors is to a packed query, from -1.0 to 1.0."""
    numpy = _numpy()
    if not vectors:
        return []
    if numpy is None:
        return _plain_scores(query, vectors)
    matrix = numpy.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(vectors), -1)
    products = matrix.astype("f8") @ numpy.frombuffer(query, dtype="<f4").astype("f8")
    found: list[float] = (products.round(_DECIMALS) + 0.0).tolist()
    return found


def _plain_scores(query: bytes, vectors: Sequence[bytes]) -> list[float]:
    layout = struct.Struct(f"<{len(query) // 4}f")
    wanted = layout.unpack(query)
    return [round(sum(map(mul, wanted, layout.unpack(vector))), _DECIMALS) + 0.0 for vector in vectors]


@functools.cache
def _numpy() -> Any:
    """Return numpy where it is installed; it is not a dependency."""
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None
