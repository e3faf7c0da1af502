"""Codecs of numpy's arrays and scalars: the raw bytes with what they mean, never pickle and never objects."""

from __future__ import annotations

import math
import re
import sys
from importlib import import_module
from typing import Any, Final

from stepgraph.serde.codec import Codec, Refused, expect, expect_integers

__all__ = ["ARRAYS", "array_code"]

_ARRAY: Final = 50
_SCALAR: Final = 51
_FORMAT: Final = re.compile(r"[<>|=][biufcmMSUV]\d+(\[\w+\])?")


def array_code(cls: type[Any]) -> int | None:
    """Return the code of a class of numpy's, `None` for any other. Does not import numpy."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray"):
        return None
    if cls is numpy.ndarray:
        return _ARRAY
    return _SCALAR if issubclass(cls, numpy.generic) and cls.__module__ == "numpy" else None


def _array(value: Any) -> list[Any]:
    return [_described(value), list(value.shape), *_laid_out(value)]


def _laid_out(value: Any) -> tuple[str, bytes]:
    order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    return order, value.tobytes(order)


def _array_of(payload: list[Any]) -> Any:
    description, shape, order, data = expect(list, payload)
    dtype = _dtype_of(description)
    count = math.prod(expect_integers(shape))
    if count * dtype.itemsize != len(expect(bytes, data)) or min(shape, default=0) < 0:
        raise ValueError(f"an array of shape {shape} and type {dtype} does not have {len(data)} bytes")
    numpy: Any = import_module("numpy")
    return numpy.ndarray(tuple(shape), dtype, bytearray(data), order=order)


def _scalar(value: Any) -> list[Any]:
    return [_described(value), value.tobytes()]


def _scalar_of(payload: list[Any]) -> Any:
    description, data = expect(list, payload)
    return _array_of([description, [], "C", data])[()]


def _described(value: Any) -> Any:
    numpy: Any = import_module("numpy")
    try:
        description = numpy.lib.format.dtype_to_descr(value.dtype)
        if value.dtype.itemsize and _dtype_of(description) == value.dtype:
            return description
    except ValueError:
        pass
    raise Refused(value, f"has the dtype {value.dtype}, whose items are not plain numbers, text or times; convert it")


def _dtype_of(description: Any) -> Any:
    numpy: Any = import_module("numpy")
    _check(description)
    dtype = numpy.lib.format.descr_to_dtype(description)
    if dtype.hasobject or not dtype.itemsize:
        raise ValueError("arrays of objects, or of nothing, are not kept")
    return dtype


def _check(description: Any) -> None:
    """Refuse a description of a dtype that is not made of known formats: a format, a pair with a shape, or fields."""
    if isinstance(description, str):
        if _FORMAT.fullmatch(description) is None:
            raise ValueError(f"not the format of a dtype: {description[:40]!r}")
    elif isinstance(description, tuple) and len(description) == 2:
        _check(description[0])
    elif isinstance(description, list):
        for field in description:
            _check(field[1])
    else:
        raise ValueError("not the description of a dtype")


ARRAYS: Final[dict[int, Codec]] = {_ARRAY: Codec(_array, _array_of), _SCALAR: Codec(_scalar, _scalar_of)}
"""Codec by code."""
