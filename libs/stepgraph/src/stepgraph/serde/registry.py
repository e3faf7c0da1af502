"""Registry: the classes that may be revived, by the names that saved bytes call them.

The invariant: a name only ever leads to a class that somebody allowed, a subclass of one that is loaded already, or one
of stepgraph's own. Nothing is imported, and no attribute of a module is looked up, because saved bytes name it.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

from stepgraph import errors, messages, types
from stepgraph.documents.document import Document
from stepgraph.errors import SerializationError
from stepgraph.prompt_values import ChatPromptValue, ImagePromptValue, StringPromptValue

__all__ = ["Registry", "name_of"]

_MESSAGES: Final = (cls for cls in vars(messages).values() if isinstance(cls, type))
_ERRORS: Final = (getattr(errors, name) for name in errors.__all__)
_OWN: Final[dict[str, type[Any]]] = {
    cls.__name__: cls
    for cls in (
        *(cls for cls in _MESSAGES if issubclass(cls, messages.BaseMessage)),
        *(cls for cls in _ERRORS if isinstance(cls, type)),
        *(types.Command, types.Interrupt, types.Overwrite, types.Send),
        *(Document, StringPromptValue, ChatPromptValue, ImagePromptValue),
    )
}
_OWN_NAMES: Final = {cls: name for name, cls in _OWN.items()}
_OWN_BASES: Final = frozenset(cls for cls in _OWN_NAMES if not issubclass(cls, BaseException))
_BUILTIN_ERRORS: Final[dict[str, type[Any]]] = {
    f"builtins:{name}": cls
    for name, cls in vars(builtins).items()
    if isinstance(cls, type) and issubclass(cls, BaseException) and cls.__name__ == name
}
_LANGCHAIN: Final = "langchain_core.messages"


def name_of(cls: type[Any]) -> str:
    """Return what saved bytes call a class."""
    return _OWN_NAMES.get(cls) or f"{cls.__module__}:{cls.__qualname__}"


class Registry:
    """The classes that one serializer revives.

    Args:
        allowed: The classes that somebody allowed.

    Attributes:
        allowed: The same.

    Raises:
        SerializationError: Two of them have one name.
        TypeError: One of them is no class.
    """

    def __init__(self, allowed: frozenset[type[Any]]) -> None:
        self.allowed: frozenset[type[Any]] = allowed
        self._by_name: dict[str, type[Any]] = {**_BUILTIN_ERRORS, **_OWN}
        for cls in allowed:
            if not isinstance(cls, type):
                raise TypeError(f"expected classes to allow, got {cls!r}; types_in(…) finds those that a type names")
            name = name_of(cls)
            if self._by_name.setdefault(name, cls) is not cls:
                raise SerializationError(
                    f"two classes called {name!r} cannot both be allowed, for saved values could not be told apart; "
                    "rename one of them"
                )
        self._bases: frozenset[type[Any]] = frozenset(filter(_opens, allowed | _OWN_BASES))
        self._found: dict[str, type[Any]] = {}

    def revives(self, cls: type[Any]) -> bool:
        """Return whether values of a class are revived as such: it is allowed, and the last of its name."""
        name = name_of(cls)
        if name in self._by_name:
            return self._by_name[name] is cls
        if self._bases.isdisjoint(cls.__mro__) and not _of_langchain(cls):
            return False
        self._found.pop(name, None)  # a class may have been defined anew since
        return self.find(name) is cls

    def find(self, name: str) -> type[Any] | None:
        """Return the class of a name, `None` where none may be revived."""
        known = self._by_name.get(name) or self._found.get(name)
        if known is not None:
            return known
        found = _langchain_class(name)
        for cls in _loaded(self._bases):
            if name_of(cls) == name:
                found = cls  # the last one: dataclass(slots=True) leaves the class behind that it replaced
        if found is not None:
            self._found[name] = found
        return found


def _opens(cls: type[Any]) -> bool:
    """Return whether subclasses of an allowed class are allowed too: not those of roots that half the world has."""
    root = cls.__module__.partition(".")[0]
    return root not in sys.stdlib_module_names and root not in ("pydantic", "typing_extensions")


def _loaded(bases: Iterable[type[Any]]) -> Iterator[type[Any]]:
    open_, seen = list(bases), set(bases)
    while open_:
        for cls in type.__subclasses__(open_.pop()):
            if cls not in seen:
                seen.add(cls)
                open_.append(cls)
                yield cls


def _of_langchain(cls: type[Any]) -> bool:
    base = getattr(sys.modules.get(_LANGCHAIN), "BaseMessage", None)
    in_package = cls.__module__ == _LANGCHAIN or cls.__module__.startswith(f"{_LANGCHAIN}.")
    return in_package and isinstance(base, type) and issubclass(cls, base)


def _langchain_class(name: str) -> type[Any] | None:
    base = getattr(sys.modules.get(_LANGCHAIN), "BaseMessage", None)
    if not isinstance(base, type) or not name.startswith(_LANGCHAIN):
        return None
    return next((cls for cls in (base, *_loaded([base])) if _of_langchain(cls) and name_of(cls) == name), None)
