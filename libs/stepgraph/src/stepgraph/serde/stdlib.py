"""Codecs of classes whose modules cost too much to import before somebody uses them.

The invariant: a module is imported because its name stands here, never because it stands in saved bytes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final

from stepgraph.serde.codec import Codec, Refused, expect, expect_integers

__all__ = ["STDLIB", "stdlib_code"]


def _zone_key(zone: Any) -> str:
    if zone.key is None:
        raise Refused(zone, "is a zone without a key; make it with ZoneInfo(key)")
    return str(zone.key)


def _in_class(module: str, name: str, make: Callable[[type[Any], Any], Any]) -> Callable[[Any], Any]:
    def decode(payload: Any) -> Any:
        return make(getattr(import_module(module), name), payload)

    return decode


def _text(cls: type[Any], payload: Any) -> Any:
    return cls(expect(str, payload))  # a number is something else to some of these classes


def _codecs() -> Iterator[tuple[int, str, str, Codec]]:
    def uuid(cls: type[Any], payload: Any) -> Any:
        return cls(bytes=expect(bytes, payload))

    def fraction(cls: Any, payload: Any) -> Any:
        # As it was: to reduce it again would take minutes for the long numbers that somebody may have put there.
        numerator, denominator = expect_integers(payload)
        if denominator < 1:
            raise ValueError("a fraction has a positive denominator")
        value = object.__new__(cls)
        value._numerator, value._denominator = numerator, denominator
        return value

    yield 30, "uuid", "UUID", Codec(lambda value: value.bytes, _in_class("uuid", "UUID", uuid))
    yield 31, "decimal", "Decimal", Codec(str, _in_class("decimal", "Decimal", _text))
    terms = _in_class("fractions", "Fraction", fraction)
    yield 32, "fractions", "Fraction", Codec(lambda value: [value.numerator, value.denominator], terms)
    yield 33, "zoneinfo", "ZoneInfo", Codec(_zone_key, _in_class("zoneinfo", "ZoneInfo", _text))
    # A path of the other kind of system is revived as a pure one: its text is right, its files are not here.
    concrete = "PosixPath" if os.name == "posix" else "WindowsPath"
    for code, name in enumerate(("PurePosixPath", "PureWindowsPath", "PosixPath", "WindowsPath"), 34):
        here = name if name == concrete or name.startswith("Pure") else f"Pure{name}"
        yield code, "pathlib", name, Codec(str, _in_class("pathlib", here, _text))
    kinds = [f"IPv{version}{kind}" for kind in ("Address", "Network", "Interface") for version in (4, 6)]
    for code, name in enumerate(kinds, 38):
        yield code, "ipaddress", name, Codec(str, _in_class("ipaddress", name, _text))
    core = "pydantic_core._pydantic_core"  # not of the standard library, but what pydantic's URLs are made of
    for code, name in enumerate(("Url", "MultiHostUrl"), 44):
        yield code, core, name, Codec(str, _in_class(core, name, _text))


STDLIB: Final[dict[int, tuple[str, str, Codec]]] = {
    code: (module, name, codec) for code, module, name, codec in _codecs()
}
"""Module, class name and codec by code."""


def stdlib_code(cls: type[Any]) -> int | None:
    """Return the code of a class, `None` where there is none. Imports nothing: who has a value has its module."""
    for code, (module, name, _) in STDLIB.items():
        if name == cls.__name__ and getattr(sys.modules.get(module), name, None) is cls:
            return code
    return None
