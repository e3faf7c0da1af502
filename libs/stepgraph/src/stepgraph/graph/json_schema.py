"""JSON schemas of what a graph takes and gives, made by pydantic, which is imported only here."""

from __future__ import annotations

import typing
from typing import Annotated, Any, get_args, get_origin

from typing_extensions import NotRequired, TypedDict

from stepgraph.graph.schema import ROOT, Schema, unwrapped
from stepgraph.runnables.models import readable

__all__ = ["json_schema_of", "json_schema_of_state"]


def json_schema_of(annotated: Any) -> dict[str, Any]:
    """Return the JSON schema of any type that pydantic knows."""
    from pydantic import TypeAdapter

    return TypeAdapter(readable(annotated)).json_schema()


def json_schema_of_state(schema: Schema, title: str) -> dict[str, Any]:
    """Return the JSON schema of a state's stored keys.

    Args:
        schema: The state.
        title: What to call a schema whose class has no name.
    """
    if set(schema.channels) == {ROOT}:
        return {**json_schema_of(_bare(schema.cls)), "title": title}
    if hasattr(schema.cls, "model_json_schema"):
        return dict(schema.cls.model_json_schema())
    cls = get_origin(schema.cls) or schema.cls
    hints = typing.get_type_hints(cls, include_extras=True)
    needed = getattr(cls, "__required_keys__", hints)
    keys = {key: _bare(hints[key]) for key in schema.channels}
    described = {key: hint if key in needed else NotRequired[hint] for key, hint in keys.items()}
    return json_schema_of(TypedDict(cls.__name__, described))  # type: ignore[operator]


def _bare(annotation: Any) -> Any:
    """Return an annotation without the reducer or channel that it carries, which pydantic could not read."""
    annotation = unwrapped(annotation)
    return unwrapped(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation
