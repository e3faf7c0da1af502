"""Encrypted bytes show nothing, cannot be moved or changed, and outlive a change of keys."""

import base64
import os
import struct
import sys
from typing import Any

import pytest

pytest.importorskip("cryptography")

from stepgraph.errors import DecryptionError, DeserializationError, NewerCheckpointError, SerializationError
from stepgraph.serde import EncryptedSerializer, MsgpackSerializer, Serializer
from tests.serde.same import same
from tests.serde.values import CLASSES, MESSAGES, NAMED, PLAIN, Author

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
ALL = {**PLAIN, **MESSAGES, **NAMED}
SERIALIZER = EncryptedSerializer(KEY).with_allowed(CLASSES)


@pytest.mark.parametrize("name", ALL)
def test_values(name: str):
    data = SERIALIZER.dumps(ALL[name], b"here")
    assert same(SERIALIZER.loads(data, b"here"), ALL[name])


def test_it_is_a_serializer():
    assert isinstance(SERIALIZER, Serializer)
    assert SERIALIZER.with_allowed([]) is SERIALIZER


@pytest.mark.parametrize("size", [16, 24, 32])
def test_sizes_of_keys(size: int):
    serializer = EncryptedSerializer(os.urandom(size))
    assert serializer.loads(serializer.dumps(1)) == 1


SECRET = 0x5EC1E7C0FFEE1234
CANARIES: list[tuple[Any, list[bytes]]] = [
    ("canary-text", [b"canary-text", "canary-text".encode("utf-16-le")]),
    ({"canary-key": 1}, [b"canary-key"]),
    (b"canary-bytes", [b"canary-bytes"]),
    (bytearray(b"canary-buffer"), [b"canary-buffer"]),
    (SECRET, [SECRET.to_bytes(8, "big"), SECRET.to_bytes(8, "little"), str(SECRET).encode()]),
    (SECRET << 64, [SECRET.to_bytes(8, "big")]),
    (7.391528460173e211, [struct.pack(">d", 7.391528460173e211), struct.pack("<d", 7.391528460173e211)]),
    (Author("canary-author"), [b"canary-author", b"Author"]),
    (ValueError("canary-error"), [b"canary-error", b"ValueError"]),
]


@pytest.mark.parametrize(("value", "traces"), CANARIES, ids=lambda part: type(part).__name__)
def test_nothing_can_be_read(value: Any, traces: list[bytes]):
    plain = MsgpackSerializer(allowed=CLASSES).dumps([value])
    assert any(trace in plain for trace in traces)  # else it would prove nothing
    data = SERIALIZER.dumps([value])
    assert not any(trace in data for trace in traces)


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "", "a", b"", [], {}])
def test_small_values_are_encrypted_too(value: Any):
    data, again = SERIALIZER.dumps(value), SERIALIZER.dumps(value)
    plain = MsgpackSerializer().dumps(value)
    assert data[:9] == b"\x81\x07default"
    assert len(data) == 9 + 12 + len(plain) + 16
    assert plain not in data[9:] or len(plain) < 3
    assert data[9:] != again[9:]  # equal values do not look equal


def test_another_place():
    data = SERIALIZER.dumps("x", b"thread 1")
    for place in (b"thread 2", b"", b"thread 1 "):
        with pytest.raises(DecryptionError, match="changed or moved to another place"):
            SERIALIZER.loads(data, place)


def test_a_head_is_not_a_part_of_the_place():
    one, two = EncryptedSerializer({"ab": KEY}), EncryptedSerializer({"a": KEY})
    with pytest.raises(DecryptionError):
        two.loads(one.dumps(1, b"c"), b"bc")
    data = one.dumps(1, b"c")
    with pytest.raises(DecryptionError):
        two.loads(b"\x81\x01a" + data[4:], b"bc")


def test_every_byte_counts():
    data = SERIALIZER.dumps({"a": 1}, b"p")
    for at in range(len(data)):
        changed = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        with pytest.raises((DecryptionError, DeserializationError, NewerCheckpointError)):
            SERIALIZER.loads(changed, b"p")
        with pytest.raises(DeserializationError):
            SERIALIZER.loads(data[:at], b"p")
    with pytest.raises(DecryptionError):
        SERIALIZER.loads(data + b"\x00", b"p")


def test_rotation():
    old = EncryptedSerializer({"2026": KEY})
    new = EncryptedSerializer({"2026": KEY, "2027": OTHER}, current="2027")
    data, newer = old.dumps("x", b"p"), new.dumps("x", b"p")
    assert new.loads(data, b"p") == new.loads(newer, b"p") == "x"
    with pytest.raises(DecryptionError, match="encrypted with the key '2027', and there is only '2026'"):
        old.loads(newer, b"p")
    with pytest.raises(DecryptionError, match="'2026' do not decrypt"):
        EncryptedSerializer({"2026": OTHER}).loads(data, b"p")


def test_plain_bytes_are_refused():
    plain = MsgpackSerializer().dumps("x")
    with pytest.raises(DeserializationError, match=r"expected encrypted bytes.*accept_plain=True") as caught:
        SERIALIZER.loads(plain)
    assert "x" not in str(caught.value).split()
    moving = EncryptedSerializer(KEY, accept_plain=True)
    assert moving.loads(plain) == "x"
    assert moving.loads(SERIALIZER.dumps("y")) == "y"
    with pytest.raises(DecryptionError):
        moving.loads(SERIALIZER.dumps("y", b"p"), b"q")


def test_encrypted_bytes_without_a_key():
    with pytest.raises(DeserializationError, match="are encrypted"):
        MsgpackSerializer().loads(SERIALIZER.dumps(1))


@pytest.mark.parametrize("first", range(0x82, 0x100, 25))
def test_later_formats(first: int):
    with pytest.raises(NewerCheckpointError):
        SERIALIZER.loads(bytes((first,)) + SERIALIZER.dumps(1)[1:])


def test_what_is_inside_is_checked_too():
    data = EncryptedSerializer(KEY, serde=MsgpackSerializer(allowed=[Author])).dumps(Author("x"))
    with pytest.raises(DeserializationError, match="may not be revived"):
        EncryptedSerializer(KEY).loads(data)
    with pytest.raises(SerializationError, match=r"at \['x'\]"):
        EncryptedSerializer(KEY).dumps({"x": Author("x")})
    assert EncryptedSerializer(KEY).with_allowed([Author]).loads(data) == Author("x")


def test_typed():
    typed = SERIALIZER.dumps_typed((1,))
    assert typed[0] == "msgpack+aes"
    assert SERIALIZER.loads_typed(typed) == (1,)
    plain = MsgpackSerializer().dumps_typed((1,))
    with pytest.raises(DeserializationError, match="got 'msgpack'"):
        SERIALIZER.loads_typed(plain)
    with pytest.raises(DeserializationError, match="got 'msgpack\\+aes'"):
        MsgpackSerializer().loads_typed(typed)
    assert EncryptedSerializer(KEY, accept_plain=True).loads_typed(plain) == (1,)


@pytest.mark.parametrize(
    ("keys", "current", "words"),
    [
        (b"short", None, "'default' must be 16, 24 or 32 bytes, got 5 bytes"),
        ("x" * 32, None, "keys must be"),
        ({"a": "x" * 32}, None, "'a' must be 16, 24 or 32 bytes, got a str"),
        ({5: KEY}, None, "id of a key must be a text"),
        ({"a" * 256: KEY}, None, "at most 255 bytes"),
        ({"a": KEY, "b": OTHER}, None, "current must be the id of one of the keys, 'a', 'b'; got None"),
        ({"a": KEY}, "b", "got 'b'"),
        ({}, None, "current must be"),
    ],
)
def test_wrong_keys(keys: Any, current: str | None, words: str):
    with pytest.raises((ValueError, TypeError), match=words):
        EncryptedSerializer(keys, current=current)


def test_keys_are_not_shown():
    shown = [repr(SERIALIZER), str(vars(SERIALIZER))]
    for call in (lambda: EncryptedSerializer(KEY + b"x"), lambda: SERIALIZER.loads(SERIALIZER.dumps(1), b"q")):
        with pytest.raises((ValueError, DecryptionError)) as caught:
            call()
        shown.append(str(caught.value))
    for text in shown:
        for key in (KEY, KEY + b"x"):
            assert repr(key)[2:20] not in text
            assert key.hex() not in text
    assert shown[0] == "EncryptedSerializer(keys=['default'], current='default')"


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_a_key_of_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STEPGRAPH_AES_KEY", f" {encoded(KEY)}\n")
    assert EncryptedSerializer.from_env().loads(SERIALIZER.dumps("x")) == "x"
    monkeypatch.setenv("KEYS", f"new:{encoded(OTHER)}, default:{encoded(KEY)}")
    both = EncryptedSerializer.from_env("KEYS")
    assert both.loads(SERIALIZER.dumps("x")) == "x"
    assert both.dumps(1)[:5] == b"\x81\x03new"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "which is not set"),
        ("not base64!", "must hold keys in Base64"),
        ("eHh4", "got 3 bytes"),
        (f"{encoded(KEY)},{encoded(OTHER)}", "each needs an id of its own"),
        (f"a:{encoded(KEY)},a:{encoded(OTHER)}", "each needs an id of its own"),
    ],
)
def test_a_wrong_environment(monkeypatch: pytest.MonkeyPatch, text: str, words: str):
    monkeypatch.setenv("STEPGRAPH_AES_KEY", text)
    with pytest.raises(ValueError, match=words) as caught:
        EncryptedSerializer.from_env()
    assert encoded(KEY)[:8] not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_cryptography(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(ImportError, match=r"pip install 'stepgraph\[encryption\]'"):
        EncryptedSerializer(KEY)
