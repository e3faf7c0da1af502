"""Whatever bytes are loaded: a value or a typed error comes out, nothing is imported, and little is allocated."""

import contextlib
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgpack
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stepgraph.errors import DeserializationError, NewerCheckpointError
from stepgraph.serde import EncryptedSerializer, MsgpackSerializer
from stepgraph.serde.tagged import TAG
from tests.serde.values import CLASSES, MESSAGES, NAMED, PLAIN

SERIALIZER = MsgpackSerializer(allowed=CLASSES)
FRAMES = [SERIALIZER.dumps(value) for value in {**PLAIN, **MESSAGES, **NAMED}.values()]
FRAMES += [SERIALIZER.dumps([ValueError("x", (1,)), KeyError("k"), OSError(2, "no", "f")])]
CODES = [code[0] for code in SERIALIZER._decoder.tags]
for frame in FRAMES:
    SERIALIZER.loads(frame)  # so that what may be imported has been
with contextlib.suppress(ZoneInfoNotFoundError):
    ZoneInfo("No/Such")  # zoneinfo imports what it looks into the package tzdata with
try:
    import numpy as np

    FRAMES.append(SERIALIZER.dumps([np.arange(6).reshape(2, 3), np.float32(1)]))
except ImportError:
    CODES = [code for code in CODES if code not in (50, 51)]


def check(data: bytes, loads: Callable[[bytes], Any] = SERIALIZER.loads) -> None:
    modules = set(sys.modules)
    said = ""
    try:
        loads(data)
    except (DeserializationError, NewerCheckpointError) as error:
        said = str(error)
    assert len(said) < 2000
    assert {name for name in set(sys.modules) - modules if not name.startswith(("tzdata", "importlib."))} == set()


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"\x01\x81\xd4\x7f\x00\xc0")
def test_any_bytes(data: bytes):
    check(data)
    check(b"\x01" + data)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(FRAMES)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        stop = min(len(data), start + draw(st.integers(0, 6)))
        data[start:stop] = draw(st.binary(max_size=6) | st.sampled_from(FRAMES).map(lambda frame: frame[1:20]))
    return bytes(data)


@settings(deadline=None)
@given(damaged())
def test_damaged_frames(data: bytes):
    check(data)


NAMES = st.sampled_from(
    [f"{cls.__module__}:{cls.__qualname__}" for cls in CLASSES]
    + ["AIMessage", "Send", "Interrupt", "ValueError", "builtins:ValueError", "builtins:OSError", "builtins:eval"]
    + ["builtins:UnicodeDecodeError", "builtins:ExceptionGroup", "ThreadConflictError", "GraphInterrupt", "os:system"]
)
FIELDS = ["content", "id", "x", "name", "__class__", "__dict__", "_private", "__notes__", "kept", "a", "args"]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.integers(-3, 3000)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=12)
    | NAMES
    | st.sampled_from(
        ["<i4", "<U0", "O", "|V8", "<M8[ns]", "list", "Europe/Berlin", "../../etc/passwd", "C", "F", "1e9"]
    )
)


def tagged(code: int, payload: Any) -> dict[Any, Any]:
    return {msgpack.ExtType(TAG, bytes((code,))): payload}


def shapes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=9)
    fields = st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    return (
        lists
        | fields
        | st.builds(tagged, st.sampled_from(CODES), inner | lists | fields)
        | st.builds(lambda name, body: tagged(60, [name, body]), NAMES, inner | fields | lists)
        | st.builds(
            lambda name, text, args, state, members: tagged(61, [[name, text, args, state, members]]),
            NAMES,
            inner,
            lists,
            fields,
            st.lists(inner, max_size=2),
        )
        | st.builds(lambda code, body: {msgpack.ExtType(TAG, bytes((code,))): body, "x": 1}, st.integers(0, 255), inner)
        | st.builds(lambda key, body: [[key, body]], inner, inner)
        | st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=3))
    )


@settings(deadline=None)
@given(st.recursive(LEAVES, shapes, max_leaves=15))
@example(tagged(1, tagged(7, [0, 2**63, 1])))
@example(tagged(2, tagged(7, [0, 2**63, 1])))
@example(tagged(9, [tagged(7, [0, 2**63, 1]), 3]))
@example(tagged(5, 2**63))
@example(tagged(13, [b"\x07\xe4\xff\xff\xff\xff\xff\xff\xff\xff", None]))
@example(tagged(32, ["1e999999999", 1]))
@example(tagged(32, [tagged(31, "1e999999999"), 1]))
@example(tagged(60, ["tests.serde.values:Mask", [tagged(4, b"\x7f" * 100_000)]]))
@example(tagged(60, ["tests.serde.values:Tags", [tagged(7, [0, 2**63, 1]), {}]]))
@example(tagged(60, ["tests.serde.values:Person", [{"name": 1}, tagged(7, [0, 2**63, 1]), None, None]]))
@example(tagged(61, [["builtins:ValueError", "", tagged(7, [0, 2**63, 1]), {}, []]]))
@example(tagged(61, [["builtins:ValueError", "", [], {}, tagged(7, [0, 2**63, 1])]]))
@example(tagged(50, ["<i4", tagged(7, [0, 2**63, 1]), "C", b""]))
@example(tagged(50, ["<U0", [2**40], "C", b""]))
@example(tagged(50, ["<i4", [2**62, 0], "C", b""]))
def test_well_formed_nonsense(value: Any):
    check(b"\x01" + msgpack.Packer().pack(value))


BOMBS = {
    "lists": b"\xdd\x00\x0f\xff\xff" * 1000 + b"\xc0" * 1_000_000,
    "lists that end": b"\xdd\x00\x0f\xff\xff" * 200_000,
    "short lists": b"\xdc\x03\xff" * 340,
    "maps": b"\xdf\x00\x0f\xff\xff" * 1000 + b"\xc0" * 1_000_000,
    "one long list": b"\xdd\xff\xff\xff\xff",
    "long text": b"\xdb\xff\xff\xff\xff",
    "long bytes": b"\xc6\xff\xff\xff\xff",
    "long extension": b"\xc9\xff\xff\xff\xff\x7f",
    "depth": b"\x91" * 1_000_000,
    "depth of maps": b"\x81\xc0" * 500_000,
    "depth of keys": b"\x81" * 500_000,
    "depth of tuples": b"\x81\xd4\x7f\x01\x91" * 200_000,
    "depth of errors": b"\x81\xd4\x7f\x3d\x91\x95\xa1n\xa0\x90\x80\x91" * 100_000,
    "buffer": b"\x81\xd4\x7f\x05\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str):
    data = b"\x01" + BOMBS[name]
    tracemalloc.start()
    try:
        with pytest.raises(DeserializationError):
            SERIALIZER.loads(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000 + 8 * len(data)


@pytest.mark.parametrize("value", [msgpack.ExtType(5, b"x"), msgpack.Timestamp(1, 2)])
def test_msgpacks_own_classes_are_values_too(value: Any):
    assert SERIALIZER.loads(SERIALIZER.dumps([value])) == [value]


def test_encrypted_envelopes():
    pytest.importorskip("cryptography")
    serializer = EncryptedSerializer({"a": bytes(16), "": bytes(32)}, current="a", serde=SERIALIZER)
    lenient = EncryptedSerializer(bytes(16), serde=SERIALIZER, accept_plain=True)
    frame = serializer.dumps({"x": (1,)})

    @settings(deadline=None)
    @given(st.binary(max_size=80), st.integers(0, len(frame)), st.integers(0, 9))
    def bytes_of_any_kind(data: bytes, at: int, length: int) -> None:
        for candidate in (data, b"\x81" + data, frame[:at] + data[:length] + frame[at + length :]):
            check(candidate, serializer.loads)
            check(candidate, lenient.loads)

    @settings(deadline=None)
    @given(damaged())
    def damage_by_somebody_with_the_key(data: bytes) -> None:
        head, nonce = b"\x81\x01a", bytes(12)
        check(head + nonce + serializer._ciphers["a"].encrypt(nonce, data, head), serializer.loads)

    bytes_of_any_kind()
    damage_by_somebody_with_the_key()
