"""MsgpackSerializer: values as msgpack, every type kept, and none revived that nobody allowed.

The first byte says which format it is (`envelope`), one msgpack value follows, and `tagged` says how types stand in it.

The invariant: `loads(dumps(value)) == value`, with the same types at every depth. Exceptions are the exception: they
come back as well as they can. A value that occurs twice comes back as two equal ones. Text may hold lone surrogates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from typing_extensions import Self

from stepgraph.errors import CheckpointError, DeserializationError, SerializationError
from stepgraph.serde.careful import Held, hold, holds_buffers, may_hold_buffers, opened
from stepgraph.serde.codec import Refused
from stepgraph.serde.complaint import failed, refused
from stepgraph.serde.envelope import PLAIN, check_plain
from stepgraph.serde.registry import Registry
from stepgraph.serde.tagged import TAG, Decoder, Encoder, Tag

__all__ = ["MsgpackSerializer"]

_HEAD: Final = bytes((PLAIN,))
_SCALARS: Final = frozenset((int, str, bool, float, type(None)))
"""Types that msgpack has itself, and that hold nothing."""

_SMALL: Final = 1024
"""Bytes that cannot claim lists so long that it takes noticeable time to find out that they are not there."""


class MsgpackSerializer:
    """Turns values into msgpack and back.

    It keeps what Python has built in, the types of `stepgraph.messages` and `stepgraph.types`, numpy's arrays, every
    exception (see `RemoteError`), and instances of the classes that were allowed and their subclasses: dataclasses,
    pydantic models, named tuples, enums, and others that hold nothing but attributes. Instances are revived without
    their constructors or validators. Safe to use from several threads.

    Args:
        allowed: Classes whose values are kept and revived, besides those that a graph's schemas name.

    Raises:
        SerializationError: Two allowed classes have one module and name.
    """

    binds_place: bool = False
    """Whether bytes can only be read where they were kept; so nobody need say where that is."""

    def __init__(self, *, allowed: Iterable[type[Any]] = ()) -> None:
        import msgpack

        self._msgpack = msgpack
        self._packer = msgpack.Packer
        # Packing a scalar calls nothing that could let another thread in, so one packer will do for all.
        self._pack_scalar: Callable[[Any], bytes] = msgpack.Packer().pack
        self._registry = Registry(frozenset(allowed))
        self._encoder = Encoder(self._registry, self._keeps)
        self._decoder = Decoder(self._registry)

    def dumps(self, value: Any, place: bytes = b"") -> bytes:
        """Return `value` as bytes.

        Raises:
            SerializationError: It cannot be kept, contains itself, or is nested too deeply (500 lists or 100 objects
                always fit); the message names the type and where in the value it stands.
        """
        if type(value) in _SCALARS:
            try:
                return _HEAD + self._pack_scalar(value)
            except (UnicodeEncodeError, OverflowError):  # lone surrogates, or more than 64 bits
                self._pack_scalar = self._packer().pack  # what is in the old one's buffer is not whole
        try:
            return _HEAD + self._packed(value, self._encoder.encode)
        except Refused as refusal:
            raise SerializationError(refused(value, refusal)) from None
        except Exception as error:
            raise SerializationError(failed(value, error)) from error

    def loads(self, data: bytes, place: bytes = b"") -> Any:
        """Return the value that `dumps` made `data` of.

        Raises:
            DeserializationError: `data` is damaged or encrypted, or holds a type that is not allowed.
            NewerCheckpointError: A newer version wrote it.
        """
        check_plain(data)
        try:
            body = memoryview(data)[1:]
            if len(body) > _SMALL:
                _check_lengths(body)
            try:
                return self._unpacked(body, None)
            except UnicodeDecodeError:
                return self._unpacked(body, "surrogatepass")
        except CheckpointError:
            raise
        except ImportError as error:
            raise DeserializationError(f"saved bytes hold a value of a package that is not here: {error}") from error
        except Exception as error:
            raise DeserializationError(f"saved bytes are damaged: {error}") from error

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        """Return a serializer that also takes and revives values of `types`: itself where they are not new.

        Raises:
            SerializationError: Two allowed classes have one module and name.
        """
        new = {cls for cls in types if cls.__module__ != "builtins"} - self._registry.allowed
        return type(self)(allowed=self._registry.allowed | new) if new else self

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Return a value as bytes, with what they are: `"msgpack"`."""
        return "msgpack", self.dumps(obj)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Return the value that `dumps_typed` made `data` of."""
        kind, content = data
        if kind != "msgpack":
            raise DeserializationError(f"expected bytes of kind 'msgpack', got {kind!r}; another serializer wrote them")
        return self.loads(content)

    def _packed(self, value: Any, encode: Callable[[Any], Any]) -> bytes:
        payloads: list[Any] = [value]

        def tagged(item: Any) -> Any:
            payload = encode(item)
            payloads.append(payload)
            return payload

        packed: bytes = self._pack(value, tagged)
        if may_hold_buffers(packed) and holds_buffers(payloads):
            packed = self._packed_carefully(value, encode)
        return packed

    def _packed_carefully(self, value: Any, encode: Callable[[Any], Any]) -> Any:
        def tagged(item: Any) -> Any:
            if type(item) is Held:
                return opened(item, self._encoder.tag)
            return {tag: hold(payload) for tag, payload in encode(item).items()}

        return self._pack(hold(value), tagged)

    def _pack(self, value: Any, tagged: Callable[[Any], Any]) -> Any:
        # A packer is cheap to make, and one that is shared cannot be used by two threads, nor by a dump in a dump.
        try:
            return self._packer(default=tagged, strict_types=True).pack(value)
        except UnicodeEncodeError:
            return self._packer(default=tagged, strict_types=True, unicode_errors="surrogatepass").pack(value)

    def _keeps(self, value: Any) -> bool:
        """Return whether a value that an exception holds can be kept. Other exceptions in it cannot."""

        def encode(item: Any) -> Any:
            if isinstance(item, BaseException):
                raise Refused(item, "is an exception")
            return self._encoder.encode(item)

        try:
            self._packed(value, encode)
        except Exception:
            return False
        return True

    def _unpacked(self, body: memoryview, unicode_errors: str | None) -> Any:
        tags, ext_type = self._decoder.tags, self._msgpack.ExtType
        unused = 0

        def tag(kind: int, code: bytes) -> Any:
            if kind != TAG:
                return ext_type(kind, code)  # a value of that class
            nonlocal unused
            unused += 1
            return tags.get(code) or _unknown(code)

        def revive(items: dict[Any, Any]) -> Any:
            if len(items) == 1:
                for key, payload in items.items():
                    if key.__class__ is Tag:
                        nonlocal unused
                        unused -= 1
                        return key.revive(payload)
            return items

        value = self._msgpack.unpackb(
            body, strict_map_key=False, object_hook=revive, ext_hook=tag, unicode_errors=unicode_errors
        )
        if unused:
            raise DeserializationError("saved bytes are damaged: a type stands where none can")
        return value


def _check_lengths(body: memoryview) -> None:
    """Refuse bytes that claim longer lists than they hold, before a list is made for each of them."""
    from msgpack import Unpacker

    unpacker = Unpacker(max_buffer_size=max(len(body), 1 << 20))
    unpacker.feed(body)
    unpacker.skip()
    if unpacker.tell() != len(body):
        raise DeserializationError("saved bytes are damaged: there are more of them than there should be")


def _unknown(code: bytes) -> Any:
    raise DeserializationError(f"saved bytes hold a type of code {code!r}: they are damaged, or of a newer stepgraph")
