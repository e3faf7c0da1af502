"""A value that fits a JSON schema: the same one every time, and small."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEEP = 6  # from here on, only what must be there
FORMATS = {
    "date-time": "2024-01-01T00:00:00Z",
    "date": "2024-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "somebody@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "127.0.0.1",
}


def value_of(schema: Any, name: str = "text", root: Any = None, depth: int = 0) -> Any:
    """Return a value that fits; a string without other rules says the name of its property."""
    root = schema if root is None else root
    if not isinstance(schema, Mapping):
        return name
    if "$ref" in schema:
        return value_of(resolved(schema["$ref"], root), name, root, depth + 1)
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    if schema.get("enum"):
        return schema["enum"][0]
    for word in ("anyOf", "oneOf"):
        if schema.get(word):
            options = sorted(schema[word], key=lambda option: depth >= DEEP and option.get("type") != "null")
            return value_of(options[0], name, root, depth + 1)
    if schema.get("allOf"):
        schema = {**schema, **{k: v for part in schema["allOf"] for k, v in _flat(part, root).items()}}
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = "null" if depth >= DEEP and "null" in kind else kind[0]
    if kind == "object":
        must = schema.get("required", ())
        members = schema.get("properties", {}).items()
        return {k: value_of(v, k, root, depth + 1) for k, v in members if depth < DEEP or k in must}
    if kind == "array":
        return _array(schema, name, root, depth)
    if kind in ("integer", "number"):
        return _number(schema, kind)
    if kind == "string":
        text = FORMATS.get(schema.get("format", ""), name)
        return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
    return True if kind == "boolean" else None


def resolved(ref: str, root: Any) -> Any:
    """Return what a reference into the schema names; raise LookupError when there is no such thing."""
    found = root
    for part in ref.removeprefix("#").strip("/").split("/"):
        if part:
            found = found[part]
    return found


def _flat(part: Any, root: Any) -> Any:
    return resolved(part["$ref"], root) if "$ref" in part else part


def _array(schema: Mapping[str, Any], name: str, root: Any, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [value_of(each, name, root, depth + 1) for each in schema["prefixItems"]]
    least = schema.get("minItems", 0 if depth >= DEEP else 1)
    return [value_of(schema.get("items", {}), name, root, depth + 1) for _ in range(least)]


def _number(schema: Mapping[str, Any], kind: str) -> int | float:
    step = schema.get("multipleOf", 1)
    value = schema.get("minimum", 1)
    if "exclusiveMinimum" in schema:
        value = schema["exclusiveMinimum"] + step
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    if most is not None and value >= most:
        value = most if "maximum" in schema else most - step
    value = -(-value // step) * step
    return int(value) if kind == "integer" else float(value)
