"""JSON schemas of what a graph takes and gives, made by pydantic, which is imported only here."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

from stepgraph.graph.schema import ROOT, Schema, unwrapped

__all__ = ["json_schema_of", "json_schema_of_state"]


def json_schema_of(annotated: Any) -> dict[str, Any]:
    """Return the JSON schema of any type that pydantic knows."""
    from pydantic import TypeAdapter

    return TypeAdapter(annotated).json_schema()


def json_schema_of_state(schema: Schema, title: str) -> dict[str, Any]:
    """Return the JSON schema of a state's stored keys.

    Args:
        schema: The state.
        title: What to call a schema whose class has no name.
    """
    if set(schema.channels) == {ROOT}:
        return {**json_schema_of(_bare(schema.cls)), "title": title}
    if hasattr(schema.cls, "__pydantic_validator__"):
        return dict(schema.cls.model_json_schema())
    from pydantic import create_model

    hints = typing.get_type_hints(schema.cls, include_extras=True)
    required: Mapping[str, Any] = {key: (_bare(hints[key]), ...) for key in schema.channels}
    return create_model(getattr(schema.cls, "__name__", title), **required).model_json_schema()  # type: ignore[no-any-return]


def _bare(annotation: Any) -> Any:
    """Return an annotation without the reducer or channel that it carries, which pydantic could not read."""
    annotation = unwrapped(annotation)
    return unwrapped(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation
