"""Allowed: the classes that annotations name, at any depth, which a graph's serializer may then revive."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from types import UnionType
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar, get_args, get_origin

import typing_extensions
from typing_extensions import is_typeddict

from stepgraph.serde.models import is_model

__all__ = ["types_in"]

_ALIASES: Final[tuple[Any, ...]] = tuple(
    {getattr(module, "TypeAliasType", typing_extensions.TypeAliasType) for module in (typing, typing_extensions)}
)
_UNNAMED: Final = ("builtins", "typing", "typing_extensions")


def types_in(*annotations: Any) -> frozenset[type[Any]]:
    """Return every class that annotations name, at any depth.

    Unions, generics, `Annotated`, aliases, `Literal`s of enums, bounds of type variables and, of TypedDicts,
    dataclasses, named tuples, pydantic models and other annotated classes, the fields: everything is looked through.
    Names that cannot be resolved, such as those imported for type checkers alone, name nothing. TypedDicts, whose
    values are dicts, and builtins, which are always kept, are left out.

    Args:
        annotations: Classes or types, such as the schemas of a graph.
    """
    found: set[type[Any]] = set()
    left: list[tuple[Any, Any]] = [(annotation, None) for annotation in annotations]
    seen: set[tuple[Any, Any]] = set()
    kept: list[Any] = []  # or another annotation would get the id of one that is gone
    while left:
        annotation, owner = left.pop()
        is_class = isinstance(annotation, type) and get_origin(annotation) is None
        place = annotation if isinstance(annotation, str) else id(annotation), None if is_class else owner
        if place in seen:
            continue
        seen.add(place)
        kept.append(annotation)
        if not is_class:
            left += [(part, owner) for part in _named_by(annotation, owner)]
            continue
        left += _named_by_class(annotation)
        if annotation.__module__ not in _UNNAMED and not is_typeddict(annotation):
            found.add(annotation)
    return frozenset(found)


def _named_by(annotation: Any, owner: Any) -> Iterator[Any]:
    """Yield what a type that is no class is made of; names in quotes are those of the module of `owner`."""
    if isinstance(annotation, (list, tuple)):  # the parameters of a Callable
        yield from annotation
    elif isinstance(annotation, (str, typing.ForwardRef)):
        yield from _resolved(annotation, owner)
    elif isinstance(annotation, TypeVar):
        yield from (annotation.__bound__, *annotation.__constraints__, getattr(annotation, "__default__", None))
    elif (origin := get_origin(annotation)) is Literal:
        yield from (type(value) for value in get_args(annotation) if isinstance(value, Enum))
    elif origin is Annotated:
        yield get_args(annotation)[0]
    elif origin is UnionType:
        yield from get_args(annotation)
    elif origin is not None and origin is not ClassVar:
        yield from (origin, *get_args(annotation))
    elif isinstance(annotation, _ALIASES):
        with suppress(NameError):
            yield annotation.__value__
    elif hasattr(annotation, "__supertype__"):  # a NewType
        yield annotation.__supertype__


def _named_by_class(cls: Any) -> Iterator[tuple[Any, Any]]:
    """Yield what the fields of a class, and the types in brackets behind its bases, say, each with who says it."""
    for base in cls.__mro__:
        root = base.__module__.partition(".")[0]
        if root == "pydantic" or (root in sys.stdlib_module_names and not dataclasses.is_dataclass(base)):
            continue
        for generic in vars(base).get("__orig_bases__", ()):
            yield generic, base
        for annotation in inspect.get_annotations(base).values():
            yield annotation, base
    if is_model(cls):
        for field in cls.model_fields.values():  # resolved, names of local classes included
            yield field.annotation, cls


def _resolved(annotation: str | typing.ForwardRef, owner: Any) -> Iterator[Any]:
    """Yield what an annotation in quotes stands for, or nothing. It is code of the program's, never of saved bytes."""
    text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
    module = getattr(annotation, "__forward_module__", None) or getattr(owner, "__module__", "typing")
    namespace = vars(sys.modules[module]) if module in sys.modules else {}
    with suppress(Exception):
        yield eval(text, dict(namespace), {**vars(owner or object), getattr(owner, "__name__", ""): owner})
