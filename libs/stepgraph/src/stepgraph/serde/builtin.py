"""Codecs of the classes that Python always has at hand, each with the code that stands for it in saved bytes.

A code is never given to another class, and the shape of its payload never changes: what any earlier version saved
must be read.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from stepgraph.serde.codec import Codec, Refused, expect, expect_integers
from stepgraph.types import NOT_GIVEN

__all__ = ["BUILTIN", "BYTEARRAY", "ordered"]

BYTEARRAY: Final = 5
"""The code of `bytearray`, which msgpack by itself would turn into `bytes`."""

_FACTORIES: Final[dict[str, Callable[[], Any]]] = {
    cls.__name__: cls for cls in (bool, bytes, complex, dict, float, frozenset, int, list, set, str, tuple)
}


def ordered(members: Iterable[Any]) -> list[Any]:
    """Return the members of a set in an order that is the same in every process, so that equal sets give equal bytes.

    Where members are neither text nor numbers, the order is that of their `repr`, which may differ.
    """
    kinds = set(map(type, members))
    if len(kinds) <= 1 and kinds <= {str, int, bytes}:
        return sorted(members)
    return sorted(members, key=lambda member: (type(member).__qualname__, repr(member)))


def _from(cls: type[Any], make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda payload: make(expect(cls, payload))


def _integer(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def _integer_of(payload: bytes) -> int:
    return int.from_bytes(payload, "big", signed=True)


def _complex_of(payload: list[Any]) -> complex:
    real, imaginary = payload
    return complex(expect(float, real), expect(float, imaginary))


def _steps(value: range | slice) -> list[Any]:
    return [value.start, value.stop, value.step]


def _slice_of(payload: list[Any]) -> slice:
    start, stop, step = payload
    return slice(start, stop, step)


def _deque_of(payload: list[Any]) -> deque[Any]:
    items, maxlen = payload
    return deque(expect(list, items), maxlen)


def _defaultdict(value: defaultdict[Any, Any]) -> list[Any]:
    factory: Any = value.default_factory
    if factory is None:
        return [None, dict(value)]
    name = getattr(factory, "__name__", "")
    if _FACTORIES.get(name) is not factory:
        raise Refused(value, f"has the factory {factory!r}; use a dict, or one of {', '.join(_FACTORIES)} as factory")
    return [name, dict(value)]


def _defaultdict_of(payload: list[Any]) -> defaultdict[Any, Any]:
    name, items = payload
    return defaultdict(None if name is None else _FACTORIES[name], expect(dict, items))


def _counter_of(payload: dict[Any, Any]) -> Counter[Any]:
    counter: Counter[Any] = Counter()
    dict.update(counter, payload)
    return counter


def _pattern_of(payload: list[Any]) -> re.Pattern[Any]:
    pattern, flags = payload
    return re.compile(pattern, flags & ~int(re.DEBUG))  # which would print


def _date(value: datetime.date) -> list[int]:
    return [value.year, value.month, value.day]


def _date_of(payload: Any) -> datetime.date:
    year, month, day = expect_integers(payload)
    return datetime.date(year, month, day)


def _datetime(value: datetime.datetime) -> list[Any]:
    day = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
    return [*day, value.fold, _zone(value)]


def _datetime_of(payload: list[Any]) -> datetime.datetime:
    *when, tz = payload
    year, month, day, hour, minute, second, microsecond, fold = expect_integers(when)
    return datetime.datetime(year, month, day, hour, minute, second, microsecond, tz, fold=fold)


def _time(value: datetime.time) -> list[Any]:
    return [value.hour, value.minute, value.second, value.microsecond, value.fold, _zone(value)]


def _time_of(payload: list[Any]) -> datetime.time:
    *when, tz = payload
    hour, minute, second, microsecond, fold = expect_integers(when)
    return datetime.time(hour, minute, second, microsecond, tz, fold=fold)


def _zone(value: datetime.datetime | datetime.time) -> datetime.tzinfo | None:
    """Return the zone of a time. A fixed offset of another package's class becomes Python's own."""
    tz = value.tzinfo
    if tz is None or type(tz) is datetime.timezone or type(tz).__module__ == "zoneinfo":
        return tz
    offset = tz.utcoffset(None)
    if offset is None:
        raise Refused(tz, "is a zone whose rules have no name to keep them by; use zoneinfo.ZoneInfo")
    return datetime.timezone(offset)


def _timedelta(value: datetime.timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def _timedelta_of(payload: Any) -> datetime.timedelta:
    days, seconds, microseconds = expect_integers(payload)
    return datetime.timedelta(days, seconds, microseconds)


def _timezone(value: datetime.timezone) -> list[Any]:
    offset, *name = value.__getinitargs__()  # type: ignore[attr-defined]
    return [_timedelta(offset), *name]


def _timezone_of(payload: list[Any]) -> datetime.timezone:
    offset, *name = payload
    return datetime.timezone(_timedelta_of(offset), *name)


BUILTIN: Final[dict[int, tuple[type[Any], Codec]]] = {
    1: (tuple, Codec(list, _from(list, tuple))),
    2: (set, Codec(ordered, _from(list, set))),
    3: (frozenset, Codec(ordered, _from(list, frozenset))),
    4: (int, Codec(_integer, _from(bytes, _integer_of))),  # those that do not fit into 64 bits
    BYTEARRAY: (bytearray, Codec(bytes, _from(bytes, bytearray))),
    6: (complex, Codec(lambda value: [value.real, value.imag], _from(list, _complex_of))),
    7: (range, Codec(_steps, lambda payload: range(*expect_integers(payload)))),
    8: (slice, Codec(_steps, _from(list, _slice_of))),
    9: (deque, Codec(lambda value: [list(value), value.maxlen], _from(list, _deque_of))),
    10: (defaultdict, Codec(_defaultdict, _from(list, _defaultdict_of))),
    11: (OrderedDict, Codec(dict, _from(dict, OrderedDict))),
    12: (Counter, Codec(dict, _from(dict, _counter_of))),
    13: (datetime.datetime, Codec(_datetime, _from(list, _datetime_of))),
    14: (datetime.date, Codec(_date, _date_of)),
    15: (datetime.time, Codec(_time, _from(list, _time_of))),
    16: (datetime.timedelta, Codec(_timedelta, _timedelta_of)),
    17: (datetime.timezone, Codec(_timezone, _from(list, _timezone_of))),
    18: (re.Pattern, Codec(lambda value: [value.pattern, value.flags], _from(list, _pattern_of))),
    19: (type(Ellipsis), Codec(lambda _: None, lambda _: ...)),
    20: (type(NOT_GIVEN), Codec(lambda _: None, lambda _: NOT_GIVEN)),  # in a Command; there is only one
}
"""Class and codec by code. The codes from 30 on are those of `stdlib`, from 50 on numpy's, from 60 on those of
classes with a name."""
