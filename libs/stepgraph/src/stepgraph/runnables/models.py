"""Models: pydantic models that describe what runnables take and give. They are made to be described, not to be filled.

Whatever pydantic cannot describe is `Any`, so that a description never fails. pydantic is imported when the first model
is made.
"""

from __future__ import annotations

import collections.abc
import functools
import operator
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

from typing_extensions import NotRequired, ReadOnly, Required, TypedDict, is_typeddict

__all__ = ["Keys", "field_of", "keys_of", "model_of", "model_of_keys", "readable", "type_of", "with_parts"]

Keys: TypeAlias = "dict[str, tuple[Any, Any]]"
"""The keys of a dict: the type of each, and its default or pydantic's field, `...` where it must be there."""

_AS_THEY_ARE: Final = (Literal, collections.abc.Callable)


def model_of(name: str, annotation: Any) -> Any:
    """Return a model of a type; a model is its own."""
    _, root = _bases()
    if _is_model(annotation):
        return annotation
    try:
        return _pydantic().create_model(name, __base__=root, root=(readable(annotation), ...))
    except Exception:  # a type may refuse in any way
        return _pydantic().create_model(name, __base__=root, root=(Any, ...))


def model_of_keys(name: str, keys: Mapping[str, tuple[Any, Any]]) -> Any:
    """Return a model of a dict with these keys."""
    base, _ = _bases()
    fields: dict[str, Any] = {}
    for number, (key, (annotation, default)) in enumerate(keys.items()):
        hidden = key.startswith("_") or hasattr(base, key)  # else it could not be a field
        field = field_of(default, alias=key, title=key.replace("_", " ").strip().title()) if hidden else default
        fields[f"key_{number}" if hidden else key] = (_describable(annotation), field)
    return _pydantic().create_model(name, __base__=base, **fields)


def field_of(default: Any, **facts: Any) -> Any:
    """Return pydantic's field with a default and facts such as its title."""
    from pydantic.fields import FieldInfo

    if isinstance(default, FieldInfo):
        facts = {"description": default.description, **facts}
        default = ... if default.is_required() else default.default
    return _pydantic().Field(default, **facts)


def type_of(model: Any) -> Any:
    """Return the type that a model describes."""
    if not _is_model(model):
        return Any
    return model.model_fields["root"].annotation if issubclass(model, _pydantic().RootModel) else model


def keys_of(model: Any) -> Keys | None:
    """Return the keys of the dict that a model describes, `None` where it describes something else."""
    described = type_of(model)
    if is_typeddict(described):
        hints = typing.get_type_hints(described, include_extras=True)
        return {key: (_bare(hint), ... if _is_required(described, key, hint) else None) for key, hint in hints.items()}
    if _is_model(described):
        return {field.alias or key: (field.annotation, field) for key, field in described.model_fields.items()}
    return None


def readable(annotation: Any) -> Any:
    """Return a type with those TypedDicts in it, at any depth, that pydantic reads on this Python."""
    return annotation if sys.version_info >= (3, 12) else _readable(annotation, {})


def with_parts(annotation: Any, change: Callable[[Any], Any]) -> Any:
    """Return a type whose parts are changed; the very same one where none is."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if not parts or origin in _AS_THEY_ARE:
        return annotation
    if origin is Annotated:
        return operator.getitem(Annotated, (change(parts[0]), *annotation.__metadata__))
    changed = tuple(map(change, parts))
    if changed == parts:
        return annotation
    return Union[changed] if origin in (Union, types.UnionType) else origin[changed]  # noqa: UP007 - of a tuple


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, _pydantic().BaseModel)


def _pydantic() -> Any:
    import pydantic

    return pydantic


@functools.cache
def _bases() -> tuple[Any, Any]:
    """Return the bases of models of dicts and of models of anything."""
    from pydantic import BaseModel, ConfigDict, RootModel
    from pydantic.json_schema import GenerateJsonSchema

    class Lenient(GenerateJsonSchema):
        ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - as its base has it

        def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> dict[str, Any]:
            return {}

    class Described:
        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
            return super().model_json_schema(*args, **{"schema_generator": Lenient, **kwargs})  # type: ignore[misc,no-any-return]

    class Dict(Described, BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    class Anything(Described, RootModel[Any]):
        model_config = ConfigDict(arbitrary_types_allowed=True)

    return Dict, Anything


def _describable(annotation: Any) -> Any:
    """Return a type as pydantic can read it, `Any` where it cannot."""
    return type_of(model_of("Described", annotation))


def _readable(annotation: Any, known: dict[Any, Any]) -> Any:
    """Return a type with TypedDicts of typing_extensions in place of those of typing."""
    if is_typeddict(annotation):
        return _typed_dict(annotation, known)
    return with_parts(annotation, lambda part: _readable(part, known))


def _typed_dict(annotation: Any, known: dict[Any, Any]) -> Any:
    if annotation in known:
        return known[annotation]
    known[annotation] = dict[str, Any]  # where it holds itself
    hints = typing.get_type_hints(annotation, include_extras=True)
    keys: dict[str, Any] = {}
    for key, hint in hints.items():
        wrapper: Any = Required if _is_required(annotation, key, hint) else NotRequired
        keys[key] = wrapper[_readable(_bare(hint), known)]
    made: Any = TypedDict(annotation.__name__, keys)  # type: ignore[misc]
    made.__doc__, made.__module__ = annotation.__doc__, annotation.__module__
    known[annotation] = made
    return made


def _is_required(typed_dict: Any, key: str, hint: Any) -> bool:
    origin = get_origin(hint)
    return origin is Required or (origin is not NotRequired and key in typed_dict.__required_keys__)


def _bare(annotation: Any) -> Any:
    """Return an annotation without `Required` and the like around it."""
    while get_origin(annotation) in (Required, NotRequired, ReadOnly):
        (annotation,) = get_args(annotation)
    return annotation
