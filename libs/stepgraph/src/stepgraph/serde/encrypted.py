"""EncryptedSerializer: everything that a saver keeps of values, encrypted and bound to its place.

What it makes: the format byte 0x81, the length of the key's id in one byte, the id as UTF-8, a random nonce of 12
bytes, then AES-GCM's ciphertext with its tag of 16 bytes. All that stands before the nonce is authenticated together
with the place, so that bytes which somebody changed, or moved to another thread or channel, do not decrypt. How long
a value is, and the id of the key, can be seen.

The invariant: nothing that was given to it leaves it readable, whatever its type, and no key leaves it at all.
"""

from __future__ import annotations

import base64
import copy
import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, Final

from typing_extensions import Self

from stepgraph.errors import DecryptionError, DeserializationError, listed
from stepgraph.serde.base import Serializer
from stepgraph.serde.envelope import ENCRYPTED, check_encrypted, is_encrypted
from stepgraph.serde.msgpack import MsgpackSerializer

__all__ = ["EncryptedSerializer"]

_NONCE: Final = 12
_TAG: Final = 16
_SIZES: Final = ("16 bytes", "24 bytes", "32 bytes")
_ONLY: Final = "default"


class EncryptedSerializer:
    """Encrypts what another serializer makes, with AES-GCM; needs `stepgraph[encryption]`.

    To rotate keys, add one, make it the current one, and keep the others for as long as there are bytes that they
    encrypted. A key should not encrypt more than 2**32 values, as nonces are random. Safe to use from several threads.

    Args:
        keys: A key of 16, 24 or 32 random bytes, whose id is then `"default"`; or keys by id.
        current: The id of the key that encrypts; needed where there are several.
        serde: What turns values into the bytes that are encrypted, a `MsgpackSerializer` by default.
        accept_plain: Whether to read bytes that are not encrypted too. Whoever can write to the database can then
            pass off values of their own, so do it only while you move over.

    Raises:
        ValueError: A key or an id has a length that it cannot have, or `current` names none of them.
        ImportError: `cryptography` is not installed.
    """

    def __init__(
        self,
        keys: bytes | Mapping[str, bytes],
        *,
        current: str | None = None,
        serde: Serializer | None = None,
        accept_plain: bool = False,
    ) -> None:
        by_id = _checked(keys)
        self._current = _current_of(by_id, current)
        self._ciphers = _ciphers(by_id)
        self._serde: Serializer = serde if serde is not None else MsgpackSerializer()
        self._accept_plain = accept_plain

    @classmethod
    def from_env(
        cls, name: str = "STEPGRAPH_AES_KEY", *, serde: Serializer | None = None, accept_plain: bool = False
    ) -> Self:
        """Return a serializer with the keys of an environment variable.

        Args:
            name: The variable. It holds a key in Base64, as `openssl rand -base64 32` prints it; or several with their
                ids, the current one first, as `2027:<key>,2026:<key>`.
            serde: As for the class.
            accept_plain: As for the class.

        Raises:
            ValueError: The variable is not set, or does not hold that.
        """
        text = os.environ.get(name, "").strip()
        if not text:
            raise ValueError(f"expected a key in the environment variable {name}, which is not set; see from_env")
        keys: dict[str, bytes] = {}
        for part in text.split(","):
            key_id, colon, key = part.strip().rpartition(":")
            if (not colon and "," in text) or key_id in keys:
                raise ValueError(f"{name} holds several keys, so each needs an id of its own: <id>:<key>,<id>:<key>")
            keys[key_id if colon else _ONLY] = _decoded(key, name)
        return cls(keys, current=next(iter(keys)), serde=serde, accept_plain=accept_plain)

    def dumps(self, value: Any, place: bytes = b"") -> bytes:
        """Return `value` as encrypted bytes that only `loads` with the same `place` takes.

        Raises:
            SerializationError: It cannot be kept; see the serializer that is wrapped.
        """
        plain = self._serde.dumps(value, place)
        head = _head(self._current)
        nonce = os.urandom(_NONCE)
        return head + nonce + bytes(self._ciphers[self._current].encrypt(nonce, plain, head + place))

    def loads(self, data: bytes, place: bytes = b"") -> Any:
        """Return the value that `dumps` made `data` of.

        Raises:
            DecryptionError: The key is not known, or `data` was changed or is from another place.
            DeserializationError: `data` is not encrypted, or holds a type that is not allowed.
            NewerCheckpointError: A newer version wrote it.
        """
        if self._accept_plain and not is_encrypted(data):
            return self._serde.loads(data, place)
        check_encrypted(data)
        return self._serde.loads(self._decrypted(bytes(data), place), place)

    def with_allowed(self, types: Iterable[type[Any]]) -> Self:
        """Return a serializer with the same keys that also takes and revives values of `types`."""
        serde = self._serde.with_allowed(types)
        if serde is self._serde:
            return self
        twin = copy.copy(self)
        twin._serde = serde
        return twin

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Return a value as encrypted bytes, with what they are: `"msgpack+aes"`."""
        return "msgpack+aes", self.dumps(obj)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Return the value that `dumps_typed` made `data` of."""
        kind, content = data
        if kind != "msgpack+aes" and not (self._accept_plain and kind == "msgpack"):
            raise DeserializationError(f"expected bytes of kind 'msgpack+aes', got {kind!r}")
        return self.loads(content)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(keys={list(self._ciphers)}, current={self._current!r})"

    def _decrypted(self, data: bytes, place: bytes) -> bytes:
        start = 2 + (data[1] if len(data) > 1 else 0)
        if len(data) < start + _NONCE + _TAG:
            raise DecryptionError(f"encrypted bytes are cut short: got {len(data)} of at least {start + _NONCE + _TAG}")
        key_id = data[2:start].decode("utf-8", "replace")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise DecryptionError(
                f"these bytes were encrypted with the key {key_id!r}, and there is only {listed(self._ciphers)}; "
                "keep old keys after a rotation"
            )
        head, nonce, rest = data[:start], data[start : start + _NONCE], data[start + _NONCE :]
        try:
            return bytes(cipher.decrypt(nonce, rest, head + place))
        except Exception as error:  # its InvalidTag says no more
            raise DecryptionError(
                f"bytes encrypted with the key {key_id!r} do not decrypt: they were changed or moved to another place, "
                "or that id stands for another key now"
            ) from error


def _head(key_id: str) -> bytes:
    encoded = key_id.encode()
    return bytes((ENCRYPTED, len(encoded))) + encoded


def _checked(keys: Any) -> dict[str, bytes]:
    if not isinstance(keys, (bytes, bytearray, Mapping)):
        raise TypeError(f"keys must be bytes, or bytes by id; got a {type(keys).__name__}")
    by_id: dict[Any, Any] = dict(keys) if isinstance(keys, Mapping) else {_ONLY: keys}
    for key_id, key in by_id.items():
        if not isinstance(key_id, str) or len(key_id.encode()) > 255:
            raise ValueError("the id of a key must be a text of at most 255 bytes")
        got = f"{len(key)} bytes" if isinstance(key, (bytes, bytearray)) else f"a {type(key).__name__}"
        if got not in _SIZES:
            raise ValueError(f"the key {key_id!r} must be 16, 24 or 32 bytes, got {got}; make one with os.urandom(32)")
    return by_id


def _current_of(keys: Mapping[str, bytes], current: str | None) -> str:
    if current is None and len(keys) == 1:
        return next(iter(keys))
    if current is None or current not in keys:
        raise ValueError(f"current must be the id of one of the keys, {listed(keys)}; got {current!r}")
    return current


def _ciphers(keys: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        aead = import_module("cryptography.hazmat.primitives.ciphers.aead")
    except ImportError as error:
        raise ImportError("EncryptedSerializer needs cryptography: pip install 'stepgraph[encryption]'") from error
    return {key_id: aead.AESGCM(bytes(key)) for key_id, key in keys.items()}


def _decoded(key: str, name: str) -> bytes:
    try:
        return base64.b64decode(key.strip(), validate=True)
    except ValueError:
        raise ValueError(f"{name} must hold keys in Base64, as `openssl rand -base64 32` prints them") from None
