"""Reading what `dumps` wrote, here or in LangChain.

The path of a class is looked up, never imported: among the classes that are known here, and those that the caller
names. A secret is taken from the caller's map, and from the environment only where the caller says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Final, Literal, TypeAlias

from stepgraph.errors import nearest
from stepgraph.load.dump import ESCAPED
from stepgraph.load.known import CLASSES, PLACES, Place
from stepgraph.messages import BaseMessage
from stepgraph.messages.coerce import to_message
from stepgraph.outputs import ChatGeneration

__all__ = ["InitValidator", "default_init_validator", "load", "loads"]

InitValidator: TypeAlias = Callable[[Place, dict[str, Any]], None]
"""Looks at the path of a class and its arguments before an object is made of them, and raises where it must not be."""

_TOO_DEEP: Final = "lists and dicts are nested too deeply to be read"

_AllowedObjects: TypeAlias = Iterable[type[Any]] | Literal["all", "core", "messages"] | None


def default_init_validator(class_path: Place, kwargs: dict[str, Any]) -> None:
    """Refuse templates of Jinja, which can do more than fill in values.

    Raises:
        ValueError: It is one.
    """
    if kwargs.get("template_format") == "jinja2":
        raise ValueError(
            f"{'.'.join(class_path)} has a template of Jinja, which can run code; load() reads it with "
            "init_validator=None, if you trust where it comes from"
        )


def loads(
    text: str,
    *,
    allowed_objects: _AllowedObjects = None,
    secrets_map: Mapping[str, str] | None = None,
    valid_namespaces: list[str] | None = None,
    secrets_from_env: bool = False,
    additional_import_mappings: Mapping[Place, Place] | None = None,
    ignore_unserializable_fields: bool = False,
    init_validator: InitValidator | None = default_init_validator,
) -> Any:
    """Return the object of a JSON text; see `load`."""
    try:
        obj = json.loads(text)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    return load(
        obj,
        allowed_objects=allowed_objects,
        secrets_map=secrets_map,
        valid_namespaces=valid_namespaces,
        secrets_from_env=secrets_from_env,
        additional_import_mappings=additional_import_mappings,
        ignore_unserializable_fields=ignore_unserializable_fields,
        init_validator=init_validator,
    )


def load(
    obj: Any,
    *,
    allowed_objects: _AllowedObjects = None,
    secrets_map: Mapping[str, str] | None = None,
    valid_namespaces: list[str] | None = None,  # noqa: ARG001 - nothing is imported, so there is nothing to widen
    secrets_from_env: bool = False,
    additional_import_mappings: Mapping[Place, Place] | None = None,
    ignore_unserializable_fields: bool = False,
    init_validator: InitValidator | None = default_init_validator,
) -> Any:
    """Return the object that `dumpd` wrote, here or in LangChain.

    Args:
        obj: Values of JSON.
        allowed_objects: Which classes may be made: those named, messages alone, or (by default, with "core" and with
            "all") the messages, documents, prompts and the like that are known here.
        secrets_map: Secrets by name.
        valid_namespaces: Taken for the sake of programs that give it; no path in a text is imported.
        secrets_from_env: Whether secrets that are not in the map are read from the environment. A text can name any
            variable: leave it off for texts that you do not trust.
        additional_import_mappings: Paths of classes as texts have them, each with where it is in your program.
        ignore_unserializable_fields: Whether what could not be written is read as `None`; else it is an error.
        init_validator: Looks at each class and its arguments first; by default it refuses templates of Jinja.

    Raises:
        ValueError: A class is unknown or not allowed, its arguments do not fit, or lists and dicts are nested too
            deeply.
        NotImplementedError: Something could not be written.
    """
    classes = _allowed(allowed_objects)
    for place, path in (additional_import_mappings or {}).items():
        classes[tuple(place)] = getattr(import_module(".".join(path[:-1])), path[-1])
    secrets = _Secrets(secrets_map or {}, secrets_from_env)
    try:
        return _Reader(classes, secrets, ignore_unserializable_fields, init_validator).read(obj)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def _allowed(objects: _AllowedObjects) -> dict[Place, type[Any]]:
    """Return the classes that may be made, in a new dict."""
    if objects is None or objects in ("all", "core"):
        return dict(CLASSES)
    if objects == "messages":
        return {place: cls for place, cls in CLASSES.items() if issubclass(cls, BaseMessage)}
    if isinstance(objects, str):
        raise ValueError(f"allowed_objects is 'messages', 'core', 'all' or a list of classes, got {objects!r}")
    found: dict[Place, type[Any]] = {}
    for cls in objects:
        if cls in PLACES:
            found.update((place, known) for place, known in CLASSES.items() if known is cls)
        elif hasattr(cls, "lc_id"):
            found[tuple(cls.lc_id())] = cls
        else:
            raise ValueError(f"allowed_objects are classes that dumps() can write, got {cls!r}")
    return found


class _Secrets:
    """Where secrets come from."""

    def __init__(self, known: Mapping[str, str], from_environment: bool) -> None:
        self._known = known
        self._from_environment = from_environment

    def get(self, place: Any) -> str | None:
        name = str(place[0]) if isinstance(place, list) and len(place) == 1 else ""
        if name in self._known:
            return self._known[name]
        return (os.environ.get(name) or None) if self._from_environment else None


class _Reader:
    """Makes objects of values of JSON."""

    def __init__(
        self, classes: dict[Place, type[Any]], secrets: _Secrets, lenient: bool, validator: InitValidator | None
    ) -> None:
        self._classes = classes
        self._secrets = secrets
        self._lenient = lenient
        self._validator = validator

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.read(each) for each in value]
        if not isinstance(value, dict):
            return value
        if list(value) == [ESCAPED]:
            return value[ESCAPED]  # somebody's own dict, whatever it looks like
        read = {key: self.read(each) for key, each in value.items()}
        if read.get("lc") != 1 or read.get("id") is None:
            return read
        kind = read.get("type")
        if kind == "secret":
            return self._secrets.get(read["id"])
        if kind == "not_implemented":
            return self._unwritten(read)
        return self._made(read) if kind == "constructor" else read

    def _unwritten(self, form: Mapping[str, Any]) -> None:
        if not self._lenient:
            raise NotImplementedError(
                f"this could not be written, so it cannot be read: {form['id']}, shown as {form.get('repr')}; "
                "ignore_unserializable_fields=True reads None in its place"
            )

    def _made(self, form: Mapping[str, Any]) -> Any:
        place, kwargs = form["id"], form.get("kwargs") or {}
        if not isinstance(place, list) or not isinstance(kwargs, dict):
            raise ValueError(f"a class is written as a list of names, 'id', and a dict, 'kwargs'; got {form!r}")
        place = tuple(map(str, place))
        cls = self._classes.get(place)
        if cls is None:
            path, known = ".".join(place), map(".".join, self._classes)
            raise ValueError(
                f"{path} is no class that may be read here{nearest(path, known)}; name the class in allowed_objects if "
                "you trust where this comes from"
            )
        if self._validator is not None:
            self._validator(place, kwargs)
        try:
            if issubclass(cls, BaseMessage) and cls in PLACES:
                return to_message({**form, "kwargs": kwargs})
            if cls in PLACES:
                kwargs = {name: value for name, value in kwargs.items() if name != "type"}
            if issubclass(cls, ChatGeneration):
                kwargs.pop("text", None)  # that of its message
            return cls(**kwargs)
        except (TypeError, AttributeError) as error:
            raise ValueError(f"{'.'.join(place)} does not take the arguments {sorted(kwargs)}: {error}") from error
