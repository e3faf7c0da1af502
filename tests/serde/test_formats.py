"""Every format that was ever written is read for ever: the corpus holds bytes of each for the values in `values`.

To add values, add a new file; the files that are there do not change. `python -m tests.serde.test_formats NAME` writes
the corpus file NAME with the values of today, if there is none.
"""

import json
import os
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from pydantic_core import MultiHostUrl, Url

from stepgraph.errors import CorruptCheckpointError, DeserializationError, NewerCheckpointError
from stepgraph.messages import AIMessage
from stepgraph.serde import MsgpackSerializer, RemoteError
from tests.serde.same import same
from tests.serde.values import CLASSES, MESSAGES, NAMED, PLAIN

CORPUS = Path(__file__).parent / "corpus"
SERIALIZER = MsgpackSerializer(allowed=CLASSES)
ALL = {**PLAIN, **MESSAGES, **NAMED}
SAVED = [
    (path.stem, name, data)
    for path in sorted(CORPUS.glob("*.json"))
    for name, data in json.loads(path.read_text()).items()
]
ERRORS: dict[str, Any] = {"error": ValueError("x", 1), "unknown error": RemoteError("m:E", "text")}


@pytest.mark.parametrize(("corpus", "name", "data"), SAVED, ids=lambda part: part if len(part) < 30 else "")
def test_corpus(corpus: str, name: str, data: str):
    back = SERIALIZER.loads(bytes.fromhex(data))
    if name in ERRORS:
        assert type(back) is type(ERRORS[name])
        assert back.args == ERRORS[name].args
    else:
        assert same(back, ALL[name])


def test_the_corpus_holds_what_there_is():
    assert {name for _, name, _ in SAVED} == {*ALL, *ERRORS}


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("0181d47f24a22f61", Path("/a") if os.name == "posix" else PurePosixPath("/a")),
        ("0181d47f2cad68747470733a2f2f612e622f63", Url("https://a.b/c")),
        ("0181d47f2db7706f7374677265733a2f2f68313a312c68323a322f6462", MultiHostUrl("postgres://h1:1,h2:2/db")),
    ],
    ids=str,
)
def test_what_is_not_in_the_corpus(data: str, value: Any):
    assert same(SERIALIZER.loads(bytes.fromhex(data)), value)


def test_bytes_of_format_1():
    assert MsgpackSerializer().dumps(None) == b"\x01\xc0"
    assert MsgpackSerializer().dumps({"a": [1, (2,)]}) == b"\x01\x81\xa1a\x92\x01\x81\xd4\x7f\x01\x91\x02"
    assert MsgpackSerializer().dumps(AIMessage("x")).startswith(b"\x01\x81\xd4\x7f\x3c\x92\xa9AIMessage")


@pytest.mark.parametrize("first", [*range(2, 0x80, 25), 0x7F])
def test_a_later_format(first: int):
    with pytest.raises(NewerCheckpointError, match=f"expected bytes of format 1, got format {first}: update stepgraph"):
        SERIALIZER.loads(bytes((first,)) + b"\xc0")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "got none: they were cut off"),
        (b"\x00\xc0", "no format"),
        (b"\x80\xc0", "no format"),
        (b"\x81\xc0", "are encrypted"),
        (b"\x01", "damaged"),
        (b"\x01\xc1", "damaged"),
        (b"\x01\xc0\xc0", "damaged"),
        (b"\x01\x92\x01", "damaged"),
        (b"\x01\xc0" + b"\xc0" * 5000, "damaged"),
        (b"\x01\xa1\xff\xff", "damaged"),
        (b"\x01\xd4\x7f\x01", "a type stands where none can"),
        (b"\x01\x82\xd4\x7f\x01\x90\x01\x01", "a type stands where none can"),
        (b"\x01\x82\xd4\x7f\x01\x90\xd4\x7f\x01\x90", "a type stands where none can"),
        (b"\x01\x81\xd4\x7f\xfe\x90", "a type of code b'\\\\xfe'"),
        (b"\x01\x81\xd5\x7f\x01\x01\x90", "a type of code"),
        (b"\x01\x81\x90\x01", "damaged"),
    ],
)
def test_damaged_bytes(data: bytes, words: str):
    with pytest.raises(DeserializationError, match=words) as caught:
        SERIALIZER.loads(data)
    assert isinstance(caught.value, CorruptCheckpointError)


@pytest.mark.parametrize("data", [None, "text", 5, [1]])
def test_what_is_not_bytes(data: Any):
    with pytest.raises(DeserializationError, match=f"expected saved bytes, got {type(data).__name__}"):
        SERIALIZER.loads(data)


def write(name: str) -> None:
    values = {**ALL, **ERRORS}
    known = {name for _, name, _ in SAVED}
    content = {name: SERIALIZER.dumps(value).hex() for name, value in values.items() if name not in known}
    with (CORPUS / f"{name}.json").open("x") as file:
        file.write(json.dumps(content, indent=0) + "\n")


if __name__ == "__main__":
    write(sys.argv[1])
