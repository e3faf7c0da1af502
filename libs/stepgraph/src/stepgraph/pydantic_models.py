"""What programs ask of pydantic's classes: whether something is one, and which fields it has."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, get_origin

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = [
    "get_fields",
    "get_pydantic_field_names",
    "get_pydantic_major_version",
    "is_basemodel_instance",
    "is_basemodel_subclass",
]


def is_basemodel_subclass(cls: Any) -> bool:
    """Return whether something is a class of pydantic models, those of its first version included."""
    is_class = isinstance(cls, type) and get_origin(cls) is None  # before Python 3.11 list[int] says that it is one
    return is_class and any(issubclass(cls, base) for base in _bases())


def is_basemodel_instance(obj: Any) -> bool:
    """Return whether something is a pydantic model, of its first version too."""
    return isinstance(obj, _bases())


def get_fields(model: type[BaseModel] | BaseModel) -> dict[str, Any]:
    """Return the fields of a pydantic model, or of a class of them, by name.

    Raises:
        TypeError: It is neither.
    """
    cls: Any = model if isinstance(model, type) else type(model)
    if not is_basemodel_subclass(cls):
        raise TypeError(f"expected a pydantic model or a class of them, got {model!r}")
    return dict(cls.model_fields if hasattr(cls, "model_fields") else cls.__fields__)  # the latter in version 1


def get_pydantic_field_names(pydantic_cls: Any) -> set[str]:
    """Return the names of the fields of a class of pydantic models, and their aliases.

    Raises:
        TypeError: It is no such class.
    """
    fields = get_fields(pydantic_cls)
    return {*fields, *(field.alias for field in fields.values() if field.alias)}


def get_pydantic_major_version() -> int:
    """Return the first number of pydantic's version."""
    import pydantic

    return int(pydantic.VERSION.partition(".")[0])


def _bases() -> tuple[type, ...]:
    from pydantic import BaseModel

    old: Any = getattr(sys.modules.get("pydantic.v1"), "BaseModel", None)  # whoever has such a model has imported it
    return (BaseModel,) if old is None else (BaseModel, old)
