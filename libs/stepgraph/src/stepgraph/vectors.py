"""Vectors: what texts mean, as numbers, and how near two of them are, with numpy where it is installed.

The invariant: scores are the same with numpy and without it, on every Python, and equal scores are ties. They are
rounded to what all of these agree on: to twelve decimals, and to six for vectors that are kept in single precision.
"""

from __future__ import annotations

import functools
import heapq
import importlib
import math
import struct
from collections.abc import Callable, Sequence
from operator import mul
from typing import Any, Final, cast

__all__ = ["DECIMALS", "as_numbers", "dot", "length_of", "nearest", "numpy", "pack", "scores", "unit_of"]

DECIMALS: Final = 12
"""How many decimals of a score are kept."""

_PACKED_DECIMALS: Final = 6


@functools.cache
def _numpy() -> Any:
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None


def numpy() -> Any:
    """Return numpy where it is installed, else `None`; it is not a dependency."""
    return _numpy()


# Vectors as lists of numbers.


def as_numbers(vector: Sequence[Any]) -> list[float]:
    """Return a vector, perhaps an array, as a list of Python's own floats.

    Raises:
        ValueError: It holds something that is no finite number.
    """
    plain: Any = vector.tolist() if hasattr(vector, "tolist") else vector
    try:
        numbers = [float(number) for number in plain]
        is_sound = math.isfinite(sum(numbers))
    except (TypeError, ValueError):
        raise ValueError(f"a vector is a list of numbers, got {_shortened(vector)}") from None
    if not is_sound and not all(map(math.isfinite, numbers)):
        raise ValueError(f"a vector holds finite numbers, got {next(n for n in numbers if not math.isfinite(n))}")
    return numbers


def length_of(vector: Sequence[float]) -> float:
    """Return the length of a vector; 1.0 for one of length 0, which is near to nothing."""
    return math.hypot(*vector) or 1.0


def unit_of(vector: Sequence[Any]) -> list[float]:
    """Return the vector of length 1 that points where a vector does; see `as_numbers`."""
    numbers = as_numbers(vector)
    length = length_of(numbers)
    return [number / length for number in numbers]


def _plain_dot(first: Sequence[float], second: Sequence[float]) -> float:
    return float(sum(map(mul, first, second)))


dot: Final[Callable[[Sequence[float], Sequence[float]], float]] = getattr(math, "sumprod", _plain_dot)
"""Returns the product of two vectors; `math.sumprod`, which is quicker, where Python has it (3.12)."""


def nearest(found: Any, k: int) -> list[int]:
    """Return the positions of the `k` highest of some scores, the highest first; of equal ones, the first first.

    Args:
        found: A list of numbers, or an array.
        k: How many at the most.
    """
    if k <= 0 or len(found) == 0:
        return []
    if isinstance(found, list):
        return heapq.nlargest(k, range(len(found)), key=found.__getitem__)
    np = numpy()
    if k < len(found):
        least = np.partition(found, len(found) - k)[len(found) - k]
        candidates = np.flatnonzero(found >= least)
    else:
        candidates = np.arange(len(found))
    order = np.argsort(-found[candidates], kind="stable")[:k]
    return cast("list[int]", candidates[order].tolist())


# Vectors as bytes: little-endian single-precision floats of length 1, so that the product of two is the cosine of the
# angle between them.


def pack(vector: Sequence[float]) -> bytes:
    """Return a vector of any length other than 0 as bytes; one of length 0 stays as it is, near to nothing."""
    numbers = [float(number) for number in vector]
    length = length_of(numbers)
    return struct.pack(f"<{len(numbers)}f", *(number / length for number in numbers))


def scores(query: bytes, vectors: Sequence[bytes]) -> list[float]:
    """Return how near each of some packed vectors is to a packed query, from -1.0 to 1.0."""
    np = numpy()
    if not vectors:
        return []
    if np is None:
        return _plain_scores(query, vectors)
    matrix = np.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(vectors), -1)
    products = matrix.astype("f8") @ np.frombuffer(query, dtype="<f4").astype("f8")
    found: list[float] = (products.round(_PACKED_DECIMALS) + 0.0).tolist()
    return found


def _plain_scores(query: bytes, vectors: Sequence[bytes]) -> list[float]:
    layout = struct.Struct(f"<{len(query) // 4}f")
    wanted = layout.unpack(query)
    return [round(dot(wanted, layout.unpack(vector)), _PACKED_DECIMALS) + 0.0 for vector in vectors]


def _shortened(vector: Any) -> str:
    shown = repr(vector)
    return shown if len(shown) <= 80 else shown[:80] + "…"
