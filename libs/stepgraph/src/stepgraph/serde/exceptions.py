"""Codec of exceptions: their class, arguments, attributes, notes and causes; RemoteError stands in for unknown classes.

An exception is always kept, if need be as text alone, for it says why something failed and must not fail itself. Its
traceback and context are not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from stepgraph.serde.codec import Codec, expect
from stepgraph.serde.registry import Registry, name_of

__all__ = ["RemoteError", "error_codec"]

_MOST_CAUSES: Final = 8
_MOST_NESTED: Final = 8
_MOST_TEXT: Final = 10_000


class RemoteError(Exception):
    """An exception that was saved and whose class is not known, or not allowed, where it was read.

    Attributes:
        type_name: Its class, as `module:name`.
        message: What it said.
    """

    def __init__(self, type_name: str, message: str) -> None:
        self.type_name: str = type_name
        self.message: str = message
        super().__init__(type_name, message)

    def __str__(self) -> str:
        return f"{self.type_name}: {self.message}"


def error_codec(registry: Registry, keeps: Callable[[Any], bool]) -> Codec:
    """Return the codec of exceptions.

    Args:
        registry: The classes that may be revived.
        keeps: Says whether a value that is not an exception can be kept.
    """

    def encode(error: BaseException) -> list[Any]:
        return [_entry(each, keeps, 0) for each in _chain(error)]

    def decode(payload: list[Any]) -> BaseException:
        first, *causes = [_revived(entry, registry) for entry in expect(list, payload)]
        effect = first
        for cause in causes:
            effect.__cause__ = cause
            effect = cause
        return first

    return Codec(encode, decode)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and its causes: not endlessly many, and none twice."""
    chain = [error]
    while (cause := chain[-1].__cause__) is not None and len(chain) <= _MOST_CAUSES:
        if any(cause is other for other in chain):
            break
        chain.append(cause)
    return chain


def _entry(error: BaseException, keeps: Callable[[Any], bool], depth: int) -> list[Any]:
    """Return name, text, arguments, attributes and members (of a group) of one exception."""
    base = _builtin_base(type(error))
    args: tuple[Any, ...] = error.args
    state: dict[str, Any] = {}
    try:
        _, args, *rest = base.__reduce__(error)  # what its constructor takes: OSError keeps less in `args`
        state = rest[0] if rest else {}
    except Exception:  # one that was made without its arguments
        pass
    members = getattr(error, "exceptions", ()) if base.__name__.endswith("ExceptionGroup") else ()
    if members and depth < _MOST_NESTED:
        args = args[:1]
    return [
        name_of(type(error)),
        _text(error),
        [arg if keeps(arg) else _text(arg) for arg in args],
        {name: item for name, item in state.items() if type(name) is str and keeps(item)},
        [_entry(member, keeps, depth + 1) for member in members] if depth < _MOST_NESTED else [],
    ]


def _text(value: Any) -> str:
    try:
        return str(value)[:_MOST_TEXT]
    except Exception:
        return f"<a {type(value).__qualname__} that cannot be shown>"


def _revived(entry: Any, registry: Registry) -> BaseException:
    name, text, args, state, members = expect(list, entry)
    args = [*expect(list, args), [_revived(member, registry) for member in members]] if members else expect(list, args)
    error = _made(expect(str, name), args, registry) or RemoteError(name, expect(str, text))
    taken = vars(error) if type(error) is RemoteError else ()
    for attribute, item in expect(dict, state).items():
        if attribute not in taken and _settable(type(error), attribute, item):
            with suppress(AttributeError, TypeError, ValueError):  # of a class that has changed
                BaseException.__setattr__(error, attribute, item)
    return error


def _made(name: str, args: list[Any], registry: Registry) -> BaseException | None:
    """Make an exception by its builtin base alone, for no constructor of a user's may run; `None` if that fails."""
    if name == name_of(RemoteError):
        type_name, message = args
        return RemoteError(expect(str, type_name), expect(str, message))
    cls = registry.find(name)
    if cls is None or not issubclass(cls, BaseException):
        return None
    base = _builtin_base(cls)
    try:
        error: BaseException = base.__new__(cls, *args)
        base.__init__(error, *args)
    except Exception:  # it is not made of such arguments any more
        return None
    return error


def _settable(cls: type[Any], attribute: Any, item: Any) -> bool:
    if attribute == "__notes__":
        return isinstance(item, list) and all(type(note) is str for note in item)
    return isinstance(attribute, str) and not attribute.startswith("__") and not callable(getattr(cls, attribute, None))


def _builtin_base(cls: type[Any]) -> Any:
    return next(base for base in cls.__mro__ if base.__module__ == "builtins")
