"""Serializable: a base for classes of the user's own that `dumps` writes and `load` reads."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel  # noqa: TID253 - who imports this module wants it

from stepgraph.runnables.serializable import Placed

__all__ = ["Serializable", "arguments", "not_implemented", "useful"]

_MISSING: Final[Any] = object()


class Serializable(Placed):
    """A pydantic model with a form as JSON, once a subclass says so with `is_lc_serializable`.

    `load` reads it where the caller names the class: `load(data, allowed_objects=[MyClass])`.
    """

    @property
    def lc_secrets(self) -> dict[str, str]:
        """Which arguments are secrets, each with the name of the secret, which is written in the secret's place."""
        return {}

    @property
    def lc_attributes(self) -> dict[str, Any]:
        """Arguments to write that are no fields."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the path of its class and its arguments, or that it cannot be written."""
        if not self.is_lc_serializable():
            return not_implemented(self)
        kwargs = {**arguments(self), **self.lc_attributes}
        for name, secret in self.lc_secrets.items():
            if kwargs.get(name) is not None:
                kwargs[name] = {"lc": 1, "type": "secret", "id": [secret]}
        return {"lc": 1, "type": "constructor", "id": self.lc_id(), "kwargs": kwargs}

    def to_json_not_implemented(self) -> dict[str, Any]:
        """Return that it cannot be written."""
        return not_implemented(self)


def arguments(model: BaseModel) -> dict[str, Any]:
    """Return the fields of a model that say something, as the arguments that make it again."""
    found = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        default = _MISSING if field.is_required() else field.get_default()
        if not field.exclude and useful(value, default):
            found[name] = value
    return found


def useful(value: Any, default: Any = None) -> bool:
    """Return whether an argument says something: it has no default, or is neither that nor an empty list or dict."""
    if default is _MISSING:
        return True
    try:
        return bool(value) or (not isinstance(value, (list, dict)) and value is not None and bool(value != default))
    except Exception:  # arrays and the like have no truth value
        return value is not default


def not_implemented(obj: Any) -> dict[str, Any]:
    """Return that something cannot be written: the path of its class, and how it is shown."""
    cls = obj if hasattr(obj, "__name__") else type(obj)
    try:
        place = [*cls.__module__.split("."), cls.__name__]
    except Exception:
        place = []
    try:
        shown: str | None = repr(obj)
    except Exception:
        shown = None
    return {"lc": 1, "type": "not_implemented", "id": place, "repr": shown}
