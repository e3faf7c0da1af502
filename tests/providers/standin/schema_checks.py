"""What providers find wrong with the schema of a tool or of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.providers.standin.schema_values import resolved

TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}


def schema_problem(schema: Any, strict: bool = False) -> str | None:
    """Return the first thing that is wrong with a schema whose root must be an object, in OpenAI's words."""
    if not isinstance(schema, Mapping):
        return f"schema must be a JSON Schema of 'type: \"object\"', got {schema!r}."
    kind = schema.get("type")
    if kind != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'."
    return _problem(schema, schema, (), strict)


def _problem(schema: Any, root: Any, where: tuple[str, ...], strict: bool) -> str | None:
    here = f"In context={where!r}, "
    if isinstance(schema, bool):
        return None
    if not isinstance(schema, Mapping):
        return f"{here}{schema!r} is not of type 'object', 'boolean'."
    return (
        _wrong_type(schema, here)
        or _wrong_ref(schema, root, here)
        or _wrong_object(schema, here, strict)
        or _wrong_inside(schema, root, where, strict)
    )


def _wrong_type(schema: Mapping[str, Any], here: str) -> str | None:
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind not in TYPES:
            return f"{here}{kind!r} is not valid under any of the given schemas."
    if kinds == "array" and "items" not in schema and "prefixItems" not in schema:
        return f"{here}array schema missing items."
    return None


def _wrong_ref(schema: Mapping[str, Any], root: Any, here: str) -> str | None:
    if "$ref" not in schema:
        return None
    try:
        resolved(schema["$ref"], root)
    except (LookupError, TypeError, AttributeError):
        return f"{here}reference to component {schema['$ref']!r} which was not found in the schema."
    return None


def _wrong_object(schema: Mapping[str, Any], here: str, strict: bool) -> str | None:
    if schema.get("type") != "object":
        return None
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, Mapping):
        return f"{here}{properties!r} is not of type 'object'."
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        return f"{here}{required!r} is not of type 'array'."
    if not strict:
        return None
    if schema.get("additionalProperties") is not False:
        return f"{here}'additionalProperties' is required to be supplied and to be false."
    for name in properties:
        if name not in required:
            return (
                f"{here}'required' is required to be supplied and to be an array including every key in properties. "
                f"Missing '{name}'."
            )
    if extra := [name for name in required if name not in properties]:
        return f"{here}'required' is required to be supplied. Extra required key '{extra[0]}' supplied."
    return None


def _wrong_inside(schema: Mapping[str, Any], root: Any, where: tuple[str, ...], strict: bool) -> str | None:
    inside: list[tuple[tuple[str, ...], Any]] = []
    for word in ("properties", "$defs", "definitions"):
        inside += [((*where, word, name), part) for name, part in schema.get(word, {}).items()]
    for word in ("anyOf", "oneOf", "allOf"):
        inside += [((*where, word, str(at)), part) for at, part in enumerate(schema.get(word, []))]
    if "items" in schema:
        inside.append(((*where, "items"), schema["items"]))
    for place, part in inside:
        if problem := _problem(part, root, place, strict):
            return problem
    return None
