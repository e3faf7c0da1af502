"""Tagged: the one form in which values that msgpack has no type for stand in the bytes, and both ways of it.

Such a value is a map with one entry, whose key is the extension type `TAG` with the code of the value's class as its
only byte, and whose content is the payload that the codec of that class made. As no value of a user's gives such a
key, dicts may have keys of any kind. Payloads are tagged in turn, by the same packer: nothing is packed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from stepgraph.errors import DeserializationError
from stepgraph.serde.arrays import ARRAYS, array_code
from stepgraph.serde.builtin import BUILTIN
from stepgraph.serde.codec import Codec, Refused, expect
from stepgraph.serde.exceptions import error_codec
from stepgraph.serde.registry import Registry, name_of
from stepgraph.serde.shapes import codec_of
from stepgraph.serde.stdlib import STDLIB, stdlib_code

__all__ = ["TAG", "Decoder", "Encoder", "Tag"]

TAG: Final = 127
"""The msgpack extension type that all tags are of."""

_NAMED: Final = 60
_ERROR: Final = 61


class Encoder:
    """Turns values into tagged payloads. What it learns of a class it remembers.

    Args:
        registry: The classes that may be kept besides those that always are.
        keeps: Says whether a value that is not an exception can be kept.
    """

    def __init__(self, registry: Registry, keeps: Callable[[Any], bool]) -> None:
        from msgpack import ExtType

        self._ext_type: Callable[[int, bytes], Any] = ExtType
        self._registry = registry
        self._errors = error_codec(registry, keeps)
        self._by_class: dict[type[Any], Callable[[Any], Any]] = {
            cls: self._tagging(code, codec) for code, (cls, codec) in BUILTIN.items()
        }

    def encode(self, value: Any) -> dict[Any, Any]:
        """Return a value as a map of a tag and its payload.

        Raises:
            Refused: It cannot be kept.
        """
        cls = type(value)
        tagged = self._by_class.get(cls)
        if tagged is None:
            tagged = self._by_class[cls] = self._learn(value)
        return tagged(value)

    def tag(self, code: int, payload: Any) -> dict[Any, Any]:
        """Return the tagged form of a payload."""
        return {self._ext_type(TAG, bytes((code,))): payload}

    def _tagging(self, code: int, codec: Codec) -> Callable[[Any], dict[Any, Any]]:
        tag, encode = self._ext_type(TAG, bytes((code,))), codec.encode
        return lambda value: {tag: encode(value)}

    def _learn(self, value: Any) -> Callable[[Any], dict[Any, Any]]:
        cls = type(value)
        if (code := stdlib_code(cls)) is not None:
            return self._tagging(code, STDLIB[code][2])
        if (code := array_code(cls)) is not None:
            return self._tagging(code, ARRAYS[code])
        if issubclass(cls, BaseException):
            return self._tagging(_ERROR, self._errors)
        name = name_of(cls)
        if not self._registry.revives(cls):
            other = self._registry.find(name)
            if other is not None:
                raise Refused(value, "was made before its class was defined anew; make it again")
            if cls.__module__ == "builtins" or codec_of(cls) is None:
                raise Refused(value, "is not data; keep what it can be made of instead")
            raise Refused(
                value,
                f"is of no class that may be revived: annotate the state with {cls.__qualname__}, or pass "
                f"allowed=[{cls.__qualname__}] to the serializer",
            )
        codec = codec_of(cls)
        if codec is None:
            raise Refused(value, "has state that cannot be seen; keep what it can be made of instead")
        tag, encode = self._ext_type(TAG, bytes((_NAMED,))), codec.encode
        return lambda value: {tag: [name, encode(value)]}


class Tag:
    """The key of a tagged payload while it is read.

    Attributes:
        revive: Makes the value of the payload.
    """

    __slots__ = ("revive",)

    revive: Callable[[Any], Any]

    def __init__(self, revive: Callable[[Any], Any]) -> None:
        self.revive = revive


class Decoder:
    """Turns tagged payloads back into values.

    Args:
        registry: The classes that may be revived besides those that always are.

    Attributes:
        tags: The keys of tagged payloads, by the byte that stands for them.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._by_class: dict[type[Any], Callable[[Any], Any]] = {}
        by_code: dict[int, Callable[[Any], Any]] = {
            **{code: codec.decode for code, (_, codec) in BUILTIN.items()},
            **{code: codec.decode for code, (_, _, codec) in STDLIB.items()},
            **{code: codec.decode for code, codec in ARRAYS.items()},
            _NAMED: self._named,
            _ERROR: error_codec(registry, lambda _: False).decode,
        }
        self.tags: dict[bytes, Tag] = {bytes((code,)): Tag(revive) for code, revive in by_code.items()}

    def _named(self, payload: list[Any]) -> Any:
        name, content = expect(list, payload)
        cls = self._registry.find(expect(str, name))
        revive = None if cls is None else self._by_class.get(cls)
        if revive is None:
            revive = self._learn(name, cls)
        return revive(content)

    def _learn(self, name: str, cls: type[Any] | None) -> Callable[[Any], Any]:
        codec = None if cls is None or issubclass(cls, BaseException) else codec_of(cls)
        if cls is None or codec is None:
            raise DeserializationError(
                f"a saved value is a {name!r}, which may not be revived: annotate the state with that class, or pass "
                "it to the serializer in allowed=[…], where the class still exists and its module is imported"
            )
        self._by_class[cls] = codec.decode
        return codec.decode
