"""Schema: a state's class, read once into channels, managed values and a way to build instances."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args, get_origin

from typing_extensions import NotRequired, ReadOnly, Required, is_typeddict

from stepgraph.channels import BaseChannel, BinaryOperatorAggregate, LastValue
from stepgraph.managed.base import ManagedValue, is_managed

__all__ = ["ROOT", "Schema", "check_state_type", "fields_of_instance", "has_fields", "unwrapped"]

ROOT: Final = "__root__"
"""The only channel of a state that has no keys, such as `int` or `Annotated[list, operator.add]`."""

_WRAPPERS: Final = (Required, NotRequired, ReadOnly)
_VALUES: Final = (str, bytes, int, float, dict, list, tuple, set)


@dataclass(frozen=True)
class Schema:
    """What a state's class says.

    Attributes:
        cls: The class, or the type of a state without keys.
        channels: A channel for each key that is stored.
        managed: The rule of each key that is computed.
        build: Makes an instance of a dict of values; `None` where nodes get the dict.
    """

    cls: Any
    channels: Mapping[str, BaseChannel[Any, Any]]
    managed: Mapping[str, type[ManagedValue]]
    build: Callable[[dict[str, Any]], Any] | None

    @classmethod
    def of(cls, annotated: Any) -> Schema:
        """Read a TypedDict, a dataclass, a pydantic model, or the type of a state without keys.

        Raises:
            ValueError: An annotation names a reducer that does not take two values.
            TypeError: An annotation cannot be resolved.
        """
        if not has_fields(annotated):
            root = _channel(ROOT, annotated)
            if not isinstance(root, BaseChannel):
                raise TypeError(f"a state cannot be a value that the engine computes: {annotated!r}")
            return cls(annotated, {ROOT: root}, {}, None)
        channels: dict[str, BaseChannel[Any, Any]] = {}
        managed: dict[str, type[ManagedValue]] = {}
        for key, annotation in _annotations(annotated).items():
            found = _channel(key, annotation)
            if isinstance(found, BaseChannel):
                channels[key] = found
            else:
                managed[key] = found
        return cls(annotated, channels, managed, _builder(annotated))


def has_fields(candidate: Any) -> bool:
    """Return whether a class, or a generic one with its types, declares keys of a state."""
    candidate = get_origin(candidate) or candidate
    return isinstance(candidate, type) and bool(
        is_typeddict(candidate) or dataclasses.is_dataclass(candidate) or _declared(candidate)
    )


def fields_of_instance(value: Any) -> dict[str, Any] | None:
    """Return what an instance of a dataclass, a pydantic model or an annotated class says, `None` for others.

    A pydantic field that was not set and is `None` by default says nothing.
    """
    cls = type(value)
    if dataclasses.is_dataclass(cls):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    model_fields = _pydantic_fields(cls)
    if model_fields is not None:
        return {
            name: item
            for name, field in model_fields.items()
            if (item := getattr(value, name)) is not None or field.default is not None or name in value.model_fields_set
        }
    if cls.__module__ != "builtins" and _declared(cls):
        return {name: getattr(value, name) for name in _declared(cls) if hasattr(value, name)}
    return None


def _pydantic_fields(cls: type[Any]) -> dict[str, Any] | None:
    """Return the fields of a pydantic model without importing pydantic, `None` for any other class."""
    return getattr(cls, "model_fields", None) if hasattr(cls, "__pydantic_validator__") else None


def _declared(cls: type[Any]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        names.update(inspect.get_annotations(base))
    return names


def check_state_type(annotated: Any) -> None:
    """Refuse what describes no state.

    Raises:
        TypeError: It is a value, not a class or a type.
    """
    if isinstance(annotated, _VALUES) or (dataclasses.is_dataclass(annotated) and not isinstance(annotated, type)):
        raise TypeError(
            f"a state is described by a class, such as a TypedDict, or by a type such as list[str]; got {annotated!r}"
        )


def _annotations(cls: Any) -> dict[str, Any]:
    cls = get_origin(cls) or cls
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"the annotations of {cls.__qualname__} cannot be resolved: {error}; define the names that it uses at "
            "the top of its module, outside of TYPE_CHECKING and of functions"
        ) from error
    kept: Any = _pydantic_fields(cls)
    if kept is None and dataclasses.is_dataclass(cls):
        kept = {field.name for field in dataclasses.fields(cls)}
    return {
        key: hint
        for key, hint in hints.items()
        if (kept is None or key in kept) and get_origin(hint) is not typing.ClassVar
    }


def _builder(cls: Any) -> Callable[[dict[str, Any]], Any] | None:
    cls = get_origin(cls) or cls
    if hasattr(cls, "_fields") or dataclasses.is_dataclass(cls) or _pydantic_fields(cls) is not None:
        return lambda values: cls(**values)
    return None


def unwrapped(annotation: Any) -> Any:
    """Return an annotation without `Required`, `NotRequired` and the like around it."""
    while get_origin(annotation) in _WRAPPERS:
        annotation = get_args(annotation)[0]
    return annotation


def _channel(key: str, annotation: Any) -> BaseChannel[Any, Any] | type[ManagedValue]:
    annotation = unwrapped(annotation)
    if get_origin(annotation) is not Annotated:
        return LastValue(annotation, key)
    typ, *metadata = get_args(annotation)
    typ = unwrapped(typ)
    for item in reversed(metadata):
        if is_managed(item):
            return item  # type: ignore[no-any-return]
        if isinstance(item, BaseChannel):
            channel = item.copy()
            channel.key = key
            return channel
        if isinstance(item, type) and issubclass(item, BaseChannel):
            return item(typ, key=key)
    if callable(metadata[-1]) and not isinstance(metadata[-1], type):
        _check_reducer(key, metadata[-1])
        return BinaryOperatorAggregate(typ, metadata[-1], key)
    return LastValue(typ, key)


def _check_reducer(key: str, reducer: Callable[..., Any]) -> None:
    try:
        parameters: Sequence[inspect.Parameter] = list(inspect.signature(reducer).parameters.values())
    except (TypeError, ValueError):  # a builtin without a signature, such as max
        return
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p for p in positional if p.default is p.empty]
    open_ended = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    by_name_only = any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in parameters)
    if by_name_only or len(required) > 2 or (len(positional) < 2 and not open_ended):
        names = ", ".join(p.name for p in parameters)
        raise ValueError(
            f"Invalid reducer signature of key {key!r}: a reducer takes two values, (current, write), and returns the "
            f"next; got ({names})"
        )
