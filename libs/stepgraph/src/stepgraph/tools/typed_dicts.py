"""TypedDicts as pydantic models: `Annotated[int, default, "what it is"]` gives a default and a description."""

from __future__ import annotations

import typing
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from typing_extensions import NotRequired, ReadOnly, Required, is_typeddict

from stepgraph.runnables.models import with_parts
from stepgraph.tools.arguments import let_be_absent, model_of
from stepgraph.tools.docstrings import described, text_of

__all__ = ["model_of_typed_dict"]

_ABOUT_KEYS: Final = (Required, NotRequired, ReadOnly)


def model_of_typed_dict(typed_dict: Any, known: dict[Any, Any] | None = None) -> type[BaseModel]:
    """Return a pydantic model of a TypedDict, those within it made models too.

    Args:
        typed_dict: The TypedDict; its docstring may describe the keys.
        known: Models that are made already.

    Raises:
        ValueError: What stands third in an `Annotated` is no description.
    """
    known = {} if known is None else known
    if typed_dict in known:
        return known[typed_dict]  # type: ignore[no-any-return]
    known[typed_dict] = dict[str, Any]  # where it holds itself
    hints = typing.get_type_hints(typed_dict, include_extras=True)
    text, descriptions = described(text_of(typed_dict), list(hints), name=typed_dict.__name__)
    fields: dict[str, tuple[Any, Any]] = {}
    absent: list[str] = []
    for key, hint in hints.items():
        annotation, is_required = hint, key in typed_dict.__required_keys__
        while get_origin(annotation) in _ABOUT_KEYS:
            is_required = is_required if get_origin(annotation) is ReadOnly else get_origin(annotation) is Required
            (annotation,) = get_args(annotation)
        annotation, default, description = _taken_apart(annotation, f"{typed_dict.__name__}.{key}")
        if default is ... and not is_required:
            default = None
            absent.append(key)
        said = descriptions.get(key) or description
        fields[key] = (_modelled(annotation, known), Field(default, description=said))
    config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())
    model = known[typed_dict] = model_of(typed_dict.__name__, fields, config, text)
    let_be_absent(model, absent)
    return model


def _taken_apart(annotation: Any, place: str) -> tuple[Any, Any, str | None]:
    """Return a type, a default, and a description: what stands second and third in an `Annotated`."""
    if get_origin(annotation) is not Annotated:
        return annotation, ..., None
    bare, *facts = get_args(annotation)
    if isinstance(facts[0], FieldInfo):
        return annotation, ..., facts[0].description
    if len(facts) == 1:
        return bare, (... if isinstance(facts[0], str) else facts[0]), facts[0] if isinstance(facts[0], str) else None
    if not isinstance(facts[1], str):
        raise ValueError(
            f"{place}: what stands third in Annotated[…] must be a text that describes it, got "
            f"{type(facts[1]).__name__}: {facts[1]!r}"
        )
    return bare, facts[0], facts[1]


def _modelled(annotation: Any, known: dict[Any, Any]) -> Any:
    """Return a type with models in place of the TypedDicts in it."""
    if is_typeddict(annotation):
        return model_of_typed_dict(annotation, known)
    return with_parts(annotation, lambda part: _modelled(part, known))
