"""Exceptions are always kept, and come back as themselves where that is safe."""

import sys
import threading
from typing import Any

import pytest

from stepgraph.errors import GraphInterrupt, InvalidGraphError, ThreadConflictError, UnknownInterruptError, annotate
from stepgraph.serde import MsgpackSerializer, RemoteError
from stepgraph.types import Interrupt

SERIALIZER = MsgpackSerializer()


class CustomError(Exception):
    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"code {code}")


class FileTroubleError(OSError):
    def __init__(self, where: str) -> None:
        super().__init__(2, "trouble", where)


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


def again(error: BaseException, *allowed: type[Any]) -> Any:
    serializer = MsgpackSerializer(allowed=allowed)
    return serializer.loads(serializer.dumps({"e": (error,)}))["e"][0]


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x", 1, (2,)),
        KeyError("k"),
        RecursionError(),
        KeyboardInterrupt(),
        SystemExit(3),
        StopIteration((1,)),
        FileNotFoundError(2, "no such file", "name"),
        OSError(28, "full", "a", None, "b"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
        SyntaxError("bad", ("f.py", 1, 2, "text")),
        ImportError("x", name="n", path="p"),
    ],
    ids=repr,
)
def test_builtin_exceptions(error: BaseException):
    back = again(error)
    assert type(back) is type(error)
    assert (back.args, str(back)) == (error.args, str(error))
    for name in ("filename", "filename2", "errno", "object", "value", "code", "name", "path", "lineno"):
        assert getattr(back, name, None) == getattr(error, name, None)


def test_errors_of_stepgraph():
    conflict = again(ThreadConflictError("t", "", "1", "2"))
    assert type(conflict) is ThreadConflictError
    assert (conflict.expected, str(conflict)) == ("1", str(ThreadConflictError("t", "", "1", "2")))
    assert again(UnknownInterruptError("m", "ambiguous")).reason == "ambiguous"
    assert again(InvalidGraphError("g", ["a", "b"])).problems == ("a", "b")
    assert again(GraphInterrupt([Interrupt((1,), "i")])).interrupts == (Interrupt((1,), "i"),)


def test_a_class_that_is_not_allowed():
    back = again(CustomError(7))
    assert type(back) is RemoteError
    assert str(back) == f"{__name__}:CustomError: code 7"
    assert (back.type_name, back.message, back.code) == (f"{__name__}:CustomError", "code 7", 7)
    twice = again(back)
    assert type(twice) is RemoteError
    assert (twice.type_name, twice.message) == (back.type_name, back.message)


def test_a_class_that_is_allowed():
    back = again(CustomError(7), CustomError)
    assert type(back) is CustomError
    assert (back.code, str(back)) == (7, "code 7")
    trouble = again(FileTroubleError("f"), FileTroubleError)
    assert (type(trouble), trouble.errno, trouble.filename) == (FileTroubleError, 2, "f")


def test_what_cannot_be_kept_becomes_text():
    lock = threading.Lock()
    error = CustomError(1)
    error.args = ("a", lock, ValueError("inner"), memoryview(b"x"))
    error.lock = lock  # type: ignore[attr-defined]
    error.tags = {1}  # type: ignore[attr-defined]
    back = again(error, CustomError)
    assert back.args == ("a", str(lock), "inner", str(error.args[3]))
    assert not hasattr(back, "lock")
    assert back.tags == {1}
    assert again(UnprintableError()).message == "<a UnprintableError that cannot be shown>"


def test_notes_and_causes():
    error, cause, first = ValueError("e"), CustomError(2), KeyError("f")
    error.__cause__, cause.__cause__ = cause, first
    annotate(error, "in node 'n'")
    back = again(error)
    assert back.__notes__ == ["in node 'n'"]
    assert back.__suppress_context__
    assert type(back.__cause__) is RemoteError
    assert type(back.__cause__.__cause__) is KeyError
    assert back.__traceback__ is None


def test_causes_are_bounded():
    left, right = ValueError("l"), ValueError("r")
    left.__cause__, right.__cause__ = right, left
    assert str(again(left).__cause__) == "r"
    assert again(left).__cause__.__cause__ is None
    error = first = ValueError("0")
    for n in range(1000):
        first.__cause__ = ValueError(str(n))
        first = first.__cause__
    back, count = again(error), 0
    while back is not None:
        back, count = back.__cause__, count + 1
    assert count == 9


def test_an_exception_that_holds_itself():
    error = ValueError("x")
    error.args = (error,)
    assert type(again(error)) is ValueError


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there are no groups yet")
def test_groups():
    group = ExceptionGroup("g", [ValueError("a"), ExceptionGroup("h", [CustomError(1)])])  # noqa: F821
    group.add_note("n")
    back = again(group)
    assert type(back) is type(group)
    assert (back.message, back.__notes__) == ("g", ["n"])
    assert type(back.exceptions[0]) is ValueError
    assert type(back.exceptions[1].exceptions[0]) is RemoteError
    deep: Any = ValueError("bottom")
    for _ in range(50):
        deep = ExceptionGroup("g", [deep])  # noqa: F821
    assert len(SERIALIZER.dumps(deep)) < 10_000
    assert isinstance(again(deep), ExceptionGroup)  # noqa: F821


def test_it_is_raised_like_any_other():
    with pytest.raises(RemoteError, match="CustomError: code 3"):
        raise again(CustomError(3))
