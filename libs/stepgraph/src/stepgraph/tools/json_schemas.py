"""JSON schemas as providers want them: with no references, no titles, and closed where a provider is strict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

__all__ = ["closed", "dereferenced", "json_of", "untitled"]

_DEFINITIONS: Final = ("$defs", "definitions")


class _Quiet(GenerateJsonSchema):
    """Leaves out a default that JSON does not know, without a word."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - as its base has it


def json_of(model: type[BaseModel], whose: str) -> dict[str, Any]:
    """Return the JSON schema of a pydantic model.

    Args:
        model: The model.
        whose: What it describes, for messages.

    Raises:
        TypeError: A field has a type that JSON schemas know nothing of.
    """
    try:
        return model.model_json_schema(schema_generator=_Quiet)
    except Exception as error:  # whatever a type has to say
        raise TypeError(
            f"{whose} cannot be described to a model: {error}; annotate them with types that JSON knows or with "
            "pydantic models, or mark what the program gives with InjectedToolArg"
        ) from error


def dereferenced(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy with every reference replaced by what it refers to; one that leads back to itself by `{}`.

    Raises:
        ValueError: A reference leads nowhere.
    """
    found: dict[str, Any] = _resolved(schema, schema, ())
    for key in _DEFINITIONS:
        found.pop(key, None)
    return found


def untitled(schema: Mapping[str, Any], *, are_names: bool = False) -> dict[str, Any]:
    """Return a copy without titles; a property that is called `title` stays.

    Args:
        schema: The schema.
        are_names: Whether its keys are names of properties.
    """
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "title" and not (are_names and isinstance(value, Mapping)):
            continue
        found[key] = untitled(value, are_names=key == "properties") if isinstance(value, Mapping) else value
    return found


def closed(schema: Any) -> Any:
    """Return a copy in which objects have the properties that are named, all of them and no others."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    found: dict[str, Any] = {**schema}
    properties = found.get("properties")
    if properties:
        found["required"] = list(properties)
    if "required" in found or properties is not None or "additionalProperties" in found:
        found["additionalProperties"] = False
    for key in ("properties", *_DEFINITIONS):
        if isinstance(found.get(key), Mapping):
            found[key] = {name: closed(each) for name, each in found[key].items()}
    for key in ("anyOf", "allOf", "items"):
        if key in found:
            found[key] = closed(found[key])
    return found


def _resolved(schema: Any, root: Mapping[str, Any], above: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_resolved(each, root, above) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return {key: _resolved(value, root, above) for key, value in schema.items() if key not in _DEFINITIONS}
    beside = {key: _resolved(value, root, above) for key, value in schema.items() if key != "$ref"}
    if reference in above:
        return beside
    found = _resolved(_at(reference, root), root, (*above, reference))
    return {**found, **beside} if isinstance(found, dict) else found


def _at(reference: str, root: Mapping[str, Any]) -> Any:
    place: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            place = place[int(key)] if isinstance(place, list) else place[key]
        except (KeyError, IndexError, ValueError, TypeError):
            raise ValueError(f"the JSON schema refers to {reference!r}, which it does not have") from None
    return place
