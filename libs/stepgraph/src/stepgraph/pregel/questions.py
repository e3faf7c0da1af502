"""questions: what an answer to an interrupt must be, as JSON schema for whoever asks and as a check of what comes."""

from __future__ import annotations

from typing import Any

from stepgraph.errors import InvalidResumeError

__all__ = ["checked", "schema_of"]


def schema_of(schema: Any) -> dict[str, Any] | None:
    """Return the JSON schema of a type, `None` where any answer will do; a JSON schema is returned as it is."""
    if schema is None or isinstance(schema, dict):
        return schema
    return _adapter(schema).json_schema()  # type: ignore[no-any-return]


def checked(answer: Any, schema: Any) -> Any:
    """Return `answer` as `schema` asks for it.

    Raises:
        InvalidResumeError: It is something else.
    """
    if schema is None or isinstance(schema, dict):
        return answer
    try:
        return _adapter(schema).validate_python(answer)
    except ValueError as error:
        raise InvalidResumeError(
            f"the answer {answer!r} does not fit {getattr(schema, '__name__', schema)!r}: {error}"
        ) from error


def _adapter(schema: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(schema)
