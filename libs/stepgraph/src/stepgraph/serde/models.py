"""Codec of pydantic models, which are recognized by their attributes: pydantic is not imported.

Models are revived as they were saved, like records: no validator runs, for it might refuse what it once took, or do
something. Which fields were set, extra and private ones come back too; a field that is missing in old bytes takes
its default.
"""

from __future__ import annotations

import copy
from typing import Any

from stepgraph.errors import DeserializationError
from stepgraph.serde.builtin import ordered
from stepgraph.serde.codec import Codec, Refused, expect

__all__ = ["is_model", "model_codec"]


def is_model(cls: type[Any]) -> bool:
    """Return whether a class is a model of pydantic 2."""
    return hasattr(cls, "__pydantic_validator__") and isinstance(getattr(cls, "model_fields", None), dict)


def model_codec(cls: Any) -> Codec:
    """Return the codec of a model's class."""
    fields: dict[str, Any] = cls.model_fields

    def encode(value: Any) -> list[Any]:
        state = value.__dict__
        if state.keys() != fields.keys():  # a cached property is kept there too
            state = {name: item for name, item in state.items() if name in fields}
            if missing := [name for name in fields if name not in state and fields[name].is_required()]:
                raise Refused(value, f"has no {missing[0]!r}, and the class no default for it; set it")
        given = ordered(value.__pydantic_fields_set__)
        return [state, given, value.__pydantic_extra__, value.__pydantic_private__]

    def decode(payload: list[Any]) -> Any:
        saved, given, extra, private = expect(list, payload)
        given = set(expect(list, given))
        state: dict[str, Any] = {}
        for name, field in fields.items():
            state[name] = saved[name] if name in expect(dict, saved) else _default(cls, name, field, state)
        value = object.__new__(cls)
        for name, item in (
            ("__dict__", state),
            ("__pydantic_fields_set__", given & (fields.keys() | (extra or {}).keys())),
            ("__pydantic_extra__", None if extra is None else expect(dict, extra)),
            ("__pydantic_private__", _private(cls, private)),
        ):
            object.__setattr__(value, name, item)
        return value

    return Codec(encode, decode)


def _default(cls: Any, name: str, field: Any, state: dict[str, Any]) -> Any:
    if field.is_required():
        raise DeserializationError(
            f"a saved {cls.__qualname__} has no field {name!r}, for which the class has no default: give it one"
        )
    return _made(field, state)


def _private(cls: Any, saved: dict[str, Any] | None) -> dict[str, Any] | None:
    attributes = cls.__private_attributes__
    if not attributes:
        return None
    private = {name: item for name, item in expect(dict, saved or {}).items() if name in attributes}
    for name, attribute in attributes.items():
        if name not in private:
            default = _made(attribute, private)
            if type(default).__name__ != "PydanticUndefinedType":
                private[name] = default
    return private


def _made(field: Any, state: dict[str, Any]) -> Any:
    """Return the default of a field or private attribute; what `get_default` takes varies between versions."""
    if field.default_factory is None:
        return copy.deepcopy(field.default)
    if getattr(field, "default_factory_takes_validated_data", False):
        return field.default_factory(state)
    return field.default_factory()
