"""Document: a piece of text with what is known of it, as a plain mutable object that costs little to build.

A subclass is a dataclass too, without saying so: the attributes that it annotates are keyword arguments.
"""

from __future__ import annotations

import json
from copy import copy, deepcopy
from dataclasses import MISSING, dataclass, field, fields
from importlib import import_module
from typing import Any, get_type_hints

from typing_extensions import Self, dataclass_transform

__all__ = ["Document"]


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
class _Plain:
    """Makes dataclasses of its subclasses."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if _Plain not in cls.__bases__:  # a Document itself is made in another way
            dataclass(repr=False, kw_only=True)(cls)


@dataclass(repr=False)
class Document(_Plain):
    """A piece of text with what is known of it.

    Attributes:
        page_content: The text.
        metadata: What is known of it, such as where it came from. A dict of its own: what it was given is copied.
        id: Tells documents apart; a store puts a later one with the same id in the place of the earlier.
        type: `"Document"`.

    Raises:
        ValueError: The text is no string, or the metadata are no dict.

    Example:
        >>> Document("Hello, world!", metadata={"source": "https://example.com"})
        Document(metadata={'source': 'https://example.com'}, page_content='Hello, world!')
    """

    page_content: str = field(kw_only=False)
    metadata: dict[Any, Any] = field(default_factory=dict, kw_only=True)
    id: str | None = field(default=None, kw_only=True)
    type: str = field(default="Document", kw_only=True)

    def __post_init__(self) -> None:
        text: Any = self.page_content
        known: Any = self.metadata
        if not isinstance(text, str):
            raise ValueError(f"page_content is the text of the document, a str; got {_shown(text)}")
        if not isinstance(known, dict):
            raise ValueError(f"metadata is a dict of what is known of the document; got {_shown(known)}")
        self.metadata = dict(known)
        if self.id is not None:
            self.id = str(self.id)

    # Shown.

    def __repr__(self) -> str:
        shown = [] if self.id is None else [f"id={self.id!r}"]
        shown += [f"metadata={self.metadata!r}", f"page_content={self.page_content!r}"]
        shown += [f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.name not in _OWN]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __str__(self) -> str:
        known = f" metadata={self.metadata}" if self.metadata else ""
        return f"page_content='{self.page_content}'{known}"

    # Copied and dumped, under the names that pydantic's users know.

    def model_copy(self, *, update: dict[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy.

        Args:
            update: Other values for some attributes.
            deep: Whether what the attributes hold is copied too.
        """
        twin = deepcopy(self) if deep else copy(self)
        for name, value in (update or {}).items():
            setattr(twin, name, value)
        return twin

    def model_dump(self, *, mode: str = "python", exclude_none: bool = False, **_: Any) -> dict[str, Any]:
        """Return the document as a dict, with its `type`.

        Args:
            mode: `"json"` for values that JSON knows.
            exclude_none: Whether what is `None` is left out.
        """
        found = {name: getattr(self, name) for name in self._names()}
        if exclude_none:
            found = {name: value for name, value in found.items() if value is not None}
        if mode == "json":
            return import_module("pydantic_core").to_jsonable_python(found)  # type: ignore[no-any-return]
        return deepcopy(found)

    def model_dump_json(self, *, indent: int | None = None, **kwargs: Any) -> str:
        """Return the document as JSON; see `model_dump`."""
        separators = (",", ":") if indent is None else None
        return json.dumps(
            self.model_dump(mode="json", **kwargs), indent=indent, separators=separators, ensure_ascii=False
        )

    def to_json(self) -> dict[str, Any]:
        """Return the document as LangChain writes it: the path of a class and its arguments."""
        given = {name: getattr(self, name) for name in self._names() if name != "id" or self.id is not None}
        return {"lc": 1, "type": "constructor", "id": self.lc_id(), "kwargs": given}

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Return whether it may be written as JSON by those who look for this method."""
        return True

    @classmethod
    def get_lc_namespace(cls) -> list[str]:
        """Return the path of its module, for those who look for this method."""
        return ["langchain", "schema", "document"]

    @classmethod
    def lc_id(cls) -> list[str]:
        """Return the path of its class, for those who look for this method."""
        return [*cls.get_lc_namespace(), cls.__name__]

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        """Return a document for a dict of its attributes, or for a document.

        Raises:
            ValueError: It is neither, or an attribute is of another type.
        """
        return import_module("pydantic").TypeAdapter(cls).validate_python(obj)  # type: ignore[no-any-return]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Tell pydantic how fields that hold documents are read and written."""
        core = import_module("pydantic_core").core_schema
        hints = get_type_hints(cls, include_extras=True)
        shapes = {"type": core.with_default_schema(core.literal_schema(["Document"]), default="Document")}
        shapes["id"] = core.nullable_schema(core.str_schema(coerce_numbers_to_str=True))
        given = {each.name: each for each in fields(cls)}
        needed = {name for name, each in given.items() if each.init and not _has_default(each)}
        names = cls._names()
        read = core.typed_dict_schema(
            {
                name: core.typed_dict_field(
                    shapes.get(name) or handler.generate_schema(hints[name]), required=name in needed
                )
                for name in names
            }
        )

        def made(value: Any, attributes: Any) -> Any:
            return value if isinstance(value, cls) else cls(**attributes(value))

        written = core.plain_serializer_function_ser_schema(_written, info_arg=True)
        return core.no_info_wrap_validator_function(made, read, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        """Describe documents in a JSON schema: as objects with their attributes."""
        shape = handler(schema["schema"])
        handler.resolve_ref_schema(shape)["title"] = cls.__name__
        return shape

    @classmethod
    def _names(cls) -> list[str]:
        """Return the names of the attributes in the order in which they are written."""
        return ["id", "metadata", "page_content", "type", *(each.name for each in fields(cls) if each.name not in _OWN)]


_OWN = frozenset({"id", "metadata", "page_content", "type"})


def _has_default(each: Any) -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


def _written(document: Any, info: Any) -> Any:
    return document.model_dump(mode=info.mode)


def _shown(value: Any) -> str:
    shown = repr(value)
    return f"{shown if len(shown) <= 80 else shown[:80] + '…'} of type {type(value).__name__}"
