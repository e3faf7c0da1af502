"""BaseMessage: what all messages have, as plain mutable objects that cost little to build.

What else counts as a message stands in `likeness`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import MISSING, dataclass, field, fields
from importlib import import_module
from typing import Any, ClassVar, TypeAlias

from typing_extensions import Self

from stepgraph.errors import NotAMessageError
from stepgraph.messages.merging import merge_content, merge_contents, merge_dicts

__all__ = [
    "BaseMessage",
    "BaseMessageChunk",
    "Content",
    "Text",
    "TextAccessor",
    "get_msg_title_repr",
    "merge_content",
    "message_chunk_to_message",
    "message_to_dict",
    "messages_to_dict",
]

Content: TypeAlias = "str | list[str | dict[str, Any]]"
"""Text, or a list of blocks: texts, images, what a model thought, …"""

_WIDTH = 80
"""How many characters wide the title of a printed message is."""


class Text(str):
    """The text of a message. It may be called, for programs that know it as a method."""

    __slots__ = ()

    def __call__(self) -> str:
        """Return the text."""
        return str(self)


TextAccessor = Text


@dataclass(init=False, repr=False)
class BaseMessage:
    """A message.

    `content_blocks` may be given in place of the content: blocks of the one form that `content_blocks` reads. A `type`
    and an `example` are taken for the sake of dumped messages, and say nothing new.

    Attributes:
        content: Text, or a list of content blocks.
        id: Tells messages apart; a later one with the same id replaces the earlier.
        name: Who speaks, where a role has several speakers.
        additional_kwargs: What a provider said besides.
        response_metadata: How the message was made.
    """

    content: Content
    type: str = field(default="base", init=False, repr=False, compare=False)
    id: str | None = field(default=None, kw_only=True)
    name: str | None = field(default=None, kw_only=True)
    additional_kwargs: dict[str, Any] = field(default_factory=dict, kw_only=True)
    response_metadata: dict[str, Any] = field(default_factory=dict, kw_only=True)

    def __init__(
        self,
        content: Any = None,
        content_blocks: Sequence[Any] | None = None,
        *,
        id: Any = None,
        name: str | None = None,
        additional_kwargs: dict[str, Any] | None = None,
        response_metadata: dict[str, Any] | None = None,
        type: str | None = None,
        example: bool = False,
    ) -> None:
        if content.__class__ is not str:
            content = content_given(self, content, content_blocks)
        self.content = content
        self.id = id if id is None or id.__class__ is str else str(id)
        self.name = name
        self.additional_kwargs = {} if additional_kwargs is None else additional_kwargs
        self.response_metadata = {} if response_metadata is None else response_metadata
        if type is not None:
            check_type(self, type)

    @property
    def text(self) -> Text:
        """The text of the content, its other blocks left out."""
        content = self.content
        if isinstance(content, str):
            return Text(content)
        return Text("".join(block if isinstance(block, str) else _text_in(block) for block in content))

    @property
    def content_blocks(self) -> list[dict[str, Any]]:
        """The content as blocks of one form, whatever the provider's own is; see `stepgraph.messages.blocks`."""
        found: list[dict[str, Any]] = import_module("stepgraph.messages.blocks").blocks_of(self)
        return found

    # Shown.

    def __repr__(self) -> str:
        shown = [f"content={self.content!r}"]
        shown += [f"{name}={value!r}" for name, value in self._set() if name != "content"]
        return f"{type(self).__name__}({', '.join(shown)})"

    def pretty_repr(self, html: bool = False) -> str:
        """Return the message as a titled block of text, the title in bold letters where `html` is set."""
        title = get_msg_title_repr(f"{self.type.removesuffix('MessageChunk').title()} Message", bold=html)
        speaker = f"\nName: {self.name}" if self.name is not None else ""
        return f"{title}{speaker}\n\n{self.content}"

    def pretty_print(self) -> None:
        """Print the message as a titled block of text."""
        print(self.pretty_repr())  # noqa: T201 - that is what it is for

    # Copied and dumped, under the names that pydantic's users know.

    def model_copy(self, *, update: dict[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy.

        Args:
            update: Other values for some attributes.
            deep: Whether what the attributes hold is copied too.
        """
        twin = import_module("copy").deepcopy(self) if deep else copy(self)
        for name, value in (update or {}).items():
            setattr(twin, name, value)
        return twin

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        exclude_none: bool = False,
        exclude_defaults: bool = False,
        exclude_unset: bool = False,
        **_: Any,
    ) -> dict[str, Any]:
        """Return the message as a dict, with its `type`.

        Args:
            mode: `"json"` for values that JSON knows.
            include: Names of the only attributes that are wanted.
            exclude: Names of attributes that are left out.
            exclude_none: Whether what is `None` is left out.
            exclude_defaults: Whether what is as it would be without a word is left out.
            exclude_unset: The same.
        """
        dumped: dict[str, Any] = {"type": self.type, **{each.name: getattr(self, each.name) for each in fields(self)}}
        if exclude_defaults or exclude_unset:
            dumped = {"type": self.type, "content": self.content, **dict(self._set())}
        dump = import_module("pydantic_core").to_jsonable_python if mode == "json" else _detached
        return {
            key: dump(value)
            for key, value in dumped.items()
            if (include is None or key in include)
            and (exclude is None or key not in exclude)
            and not (exclude_none and value is None)
        }

    def model_dump_json(self, *, indent: int | None = None, **kwargs: Any) -> str:
        """Return the message as JSON; see `model_dump`."""
        return json.dumps(self.model_dump(mode="json", **kwargs), indent=indent, ensure_ascii=False)

    def to_json(self) -> dict[str, Any]:
        """Return the message as LangChain writes it: the path of a class and its arguments."""
        place = ["langchain", "schema", "messages", type(self).__name__]
        return {"lc": 1, "type": "constructor", "id": place, "kwargs": {"content": self.content, **dict(self._set())}}

    copy = model_copy
    dict = model_dump
    json = model_dump_json

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        """Return a message of this class for one of its short forms.

        Raises:
            ValueError: It is no message of this class.
        """
        found = import_module("stepgraph.messages.coerce").to_message(obj)
        if not isinstance(found, cls):
            raise ValueError(f"expected a {cls.__name__}, got a message of type {found.type!r}")
        return found

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Tell pydantic how fields that hold messages are read and written."""
        return import_module("stepgraph.messages.fielding").core_schema_of(cls)

    def __add__(self, other: Any) -> Any:
        """Return a prompt of this message and others."""
        return import_module("stepgraph.prompts").ChatPromptTemplate.from_messages([self]) + other

    def _set(self) -> Iterator[tuple[str, Any]]:
        """Yield the attributes that are not as they would be without a word."""
        for each in fields(self):
            value = getattr(self, each.name)
            default = each.default_factory() if each.default_factory is not MISSING else each.default
            if each.name != "content" and value != default:
                yield each.name, value


@dataclass(init=False, repr=False)
class BaseMessageChunk(BaseMessage):
    """A part of a message: `+` adds up two, or one and a list of others."""

    _agree: ClassVar[tuple[str, ...]] = ()
    """Attributes in which parts of one message cannot differ."""

    def __add__(self, other: Any) -> Self:
        others = other if isinstance(other, (list, tuple)) else (other,)
        if not all(isinstance(each, type(self)) for each in others):
            return NotImplemented
        return self.sum_of([self, *others])

    @classmethod
    def sum_of(cls, chunks: Sequence[Any]) -> Self:
        """Return what chunks add up to.

        Raises:
            ValueError: They are parts of different messages.
        """
        first = chunks[0]
        for name in cls._agree:
            values = {getattr(each, name) for each in chunks}
            if len(values) > 1:
                raise ValueError(
                    f"chunks with different {name} do not add up to one message: {sorted(map(str, values))}"
                )
        total = copy(first)
        total.content = merge_contents([each.content for each in chunks])
        total.id = next((each.id for each in chunks if each.id), None)
        total.name = next((each.name for each in chunks if each.name), None)
        total.additional_kwargs = merge_dicts(each.additional_kwargs for each in chunks)
        total.response_metadata = merge_dicts((each.response_metadata for each in chunks), goes_on=False)
        return total  # type: ignore[no-any-return]

    def as_message(self) -> BaseMessage:
        """Return the whole message that this chunk, or a sum of chunks, stands for."""
        whole = next(
            each
            for each in type(self).__mro__
            if issubclass(each, BaseMessage) and not issubclass(each, BaseMessageChunk)
        )
        return whole(**{each.name: getattr(self, each.name) for each in fields(whole) if each.init})


def get_msg_title_repr(title: str, *, bold: bool = False) -> str:
    """Return a title in the middle of a line, in bold letters where a terminal shows it."""
    line = f" {title} ".center(_WIDTH, "=")
    return line.replace(f" {title} ", f"\x1b[1m {title} \x1b[0m") if bold else line


def message_chunk_to_message(chunk: Any) -> Any:
    """Return the whole message that a chunk stands for; what is no chunk is returned as it is."""
    return chunk.as_message() if isinstance(chunk, BaseMessageChunk) else chunk


def message_to_dict(message: Any) -> dict[str, Any]:
    """Return a message as a dict of its type and its data; `messages_from_dict` reads it."""
    return {"type": message.type, "data": message.model_dump()}


def messages_to_dict(messages: Sequence[Any]) -> list[dict[str, Any]]:
    """Return messages as dicts; see `message_to_dict`."""
    return [message_to_dict(message) for message in messages]


def content_given(message: BaseMessage, content: Any, blocks: Sequence[Any] | None) -> Any:
    """Return the content of a message that is given something else than text.

    Raises:
        NotAMessageError: It is given none, or something that cannot be any.
    """
    if blocks is not None:
        return list(blocks)
    if isinstance(content, (str, list)):
        return str(content) if isinstance(content, Text) else content
    if isinstance(content, tuple):
        return list(content)
    came = "nothing" if content is None else f"{type(content).__name__}: {content!r}"
    raise NotAMessageError(f"the content of a {type(message).__name__} is text or a list of blocks, got {came}")


def check_type(message: BaseMessage, given: str) -> None:
    """Check the type that a dumped message says it is of.

    Raises:
        ValueError: It is of another one.
    """
    if given != message.type:
        raise ValueError(f"a {type(message).__name__} is of type {message.type!r}, got type={given!r}")


def _text_in(block: Any) -> str:
    text = block.get("text") if block.get("type", "text") == "text" else None
    return text if isinstance(text, str) else ""


def _detached(value: Any) -> Any:
    """Return a value whose lists and dicts are copies."""
    if isinstance(value, list):
        return [_detached(item) for item in value]
    if isinstance(value, dict):
        return {key: _detached(item) for key, item in value.items()}
    return value
