"""numpy's arrays and scalars come back as they were; arrays of objects are refused."""

from typing import Any

import pytest

from stepgraph.errors import DeserializationError, SerializationError
from stepgraph.serde import MsgpackSerializer

np: Any = pytest.importorskip("numpy")
SERIALIZER = MsgpackSerializer()


def again(value: Any) -> Any:
    return SERIALIZER.loads(SERIALIZER.dumps([(value,)]))[0][0]


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(10)[::3],
        np.zeros((0, 3), "f4"),
        np.array(5),
        np.array([1, 2], ">i2"),
        np.array([True, False]),
        np.array(["a", "bcd"]),
        np.array([b"a", b"bcd"]),
        np.array([1 + 2j], "c8"),
        np.array(["2020-01-01", "NaT"], "M8[ns]"),
        np.array([1, 2], "m8[25s]"),
        np.array([(1, 2.0, "x")], [("a", "<i4"), ("b", "<f8"), ("c", "<U3")]),
        np.array([(1, [[1, 2]])], [("a", "u1"), ("b", "<f4", (1, 2))]),
        np.array([(1, 2)], np.dtype([("a", "u1"), ("b", "<i8")], align=True)),
    ],
    ids=lambda array: str(array.dtype),
)
def test_arrays(array: Any):
    back = again(array)
    assert type(back) is np.ndarray
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == array.tobytes()
    assert back.flags.f_contiguous == (array.flags.f_contiguous or (array.ndim == 1))
    assert back.flags.writeable


@pytest.mark.parametrize(
    "scalar",
    [np.float64(1.5), np.int8(-3), np.bool_(True), np.str_("ü"), np.bytes_(b"x"), np.datetime64("2020-01-01T00:00"),
     np.timedelta64(3, "h"), np.complex128(1j), np.float16(0.5)],
    ids=lambda scalar: type(scalar).__name__,
)  # fmt: skip
def test_scalars(scalar: Any):
    back = again(scalar)
    assert type(back) is type(scalar)
    assert back == scalar
    assert back.dtype == scalar.dtype


@pytest.mark.parametrize(
    "array",
    [np.array([object()]), np.array([(1, None)], [("a", "i4"), ("b", object)]), np.zeros(3, "V0")],
    ids=["object", "objects in records", "void"],
)
def test_arrays_of_what_is_not_plain(array: Any):
    with pytest.raises(SerializationError, match=r"numpy.ndarray at \['x'\]: it has the dtype"):
        SERIALIZER.dumps({"x": array})


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("0181d47f3294a33c6932920202a146c4080100030002000400", np.array([[1, 2], [3, 4]], "<i2", order="F")),
        ("0181d47f3392a33c6634c4040000c03f", np.float32(1.5)),
        (
            "0181d47f32949281d47f0192a161a37c753181d47f0193a162a33c663481d47f0191019101a143c4050100000040",
            np.array([(1, 2.0)], [("a", "u1"), ("b", "<f4", (1,))]),
        ),
    ],
)
def test_bytes_of_format_1(data: str, value: Any):
    back = SERIALIZER.loads(bytes.fromhex(data))
    assert (type(back), back.dtype, back.shape) == (type(value), value.dtype, value.shape)
    assert back.tobytes("A") == value.tobytes("A")


def test_subclasses_are_refused():
    with pytest.raises(SerializationError, match=r"not data|of no class"):
        SERIALIZER.dumps(np.ma.masked_array([1], [True]))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xa3<i4", b"\xa3|O8"),
        (b"\xa3<i4", b"\xa3<i9"),
        (b"\xa3<i4", b"\xa3i,i"),
        (b"\xa3<i4", b"\xa3<i8"),
        (b"\x92\x02\x03", b"\x92\x02\x04"),
        (b"\x92\x02\x03", b"\x92\xff\xfa"),
        (b"\xa1C", b"\xa1X"),
    ],
)
def test_forged_arrays(before: bytes, after: bytes):
    data = SERIALIZER.dumps(np.arange(6, dtype="<i4").reshape(2, 3))
    assert data.count(before) == 1
    with pytest.raises(DeserializationError):
        SERIALIZER.loads(data.replace(before, after))
