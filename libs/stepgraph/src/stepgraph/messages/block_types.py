"""Block types: what content is made of, in the one form that all providers' blocks are read into.

A block is a dict whose `type` says which keys it has.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from typing_extensions import NotRequired, TypedDict

__all__ = [
    "DATA_BLOCK_TYPES",
    "KNOWN_BLOCK_TYPES",
    "OLDER_KEYS",
    "Annotation",
    "AudioContentBlock",
    "Citation",
    "ContentBlock",
    "DataContentBlock",
    "FileContentBlock",
    "ImageContentBlock",
    "InvalidToolCall",
    "NonStandardAnnotation",
    "NonStandardContentBlock",
    "PlainTextContentBlock",
    "ReasoningContentBlock",
    "ServerToolCall",
    "ServerToolCallChunk",
    "ServerToolResult",
    "TextContentBlock",
    "ToolCall",
    "ToolCallChunk",
    "ToolContentBlock",
    "VideoContentBlock",
]


class Citation(TypedDict):
    """Where a text, or a part of it, comes from."""

    type: Literal["citation"]
    id: NotRequired[str]
    url: NotRequired[str]
    title: NotRequired[str]
    start_index: NotRequired[int]
    end_index: NotRequired[int]
    cited_text: NotRequired[str]
    extras: NotRequired[dict[str, Any]]


class NonStandardAnnotation(TypedDict):
    """What a provider says of a text in a form of its own."""

    type: Literal["non_standard_annotation"]
    id: NotRequired[str]
    value: dict[str, Any]


Annotation: TypeAlias = Citation | NonStandardAnnotation


class TextContentBlock(TypedDict):
    """Text."""

    type: Literal["text"]
    text: str
    id: NotRequired[str]
    annotations: NotRequired[list[Annotation]]
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class ReasoningContentBlock(TypedDict):
    """What a model thought."""

    type: Literal["reasoning"]
    id: NotRequired[str]
    reasoning: NotRequired[str]
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class ToolCall(TypedDict):
    """A call of a tool."""

    type: Literal["tool_call"]
    id: str | None
    name: str
    args: dict[str, Any]
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class ToolCallChunk(TypedDict):
    """A fragment of a call of a tool."""

    type: Literal["tool_call_chunk"]
    id: str | None
    name: str | None
    args: str | None
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class InvalidToolCall(TypedDict):
    """A call of a tool that cannot be read."""

    type: Literal["invalid_tool_call"]
    id: str | None
    name: str | None
    args: str | None
    error: str | None
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class ServerToolCall(TypedDict):
    """A call of a tool that the provider runs itself."""

    type: Literal["server_tool_call"]
    id: str
    name: str
    args: dict[str, Any]
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class ServerToolCallChunk(TypedDict):
    """A fragment of a call of a tool that the provider runs itself."""

    type: Literal["server_tool_call_chunk"]
    name: NotRequired[str]
    args: NotRequired[str]
    id: NotRequired[str]
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class ServerToolResult(TypedDict):
    """What a tool gave that the provider has run."""

    type: Literal["server_tool_result"]
    id: NotRequired[str]
    tool_call_id: str
    status: Literal["success", "error"]
    output: NotRequired[Any]
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class _Medium(TypedDict):
    """What blocks of data have in common: where the data is."""

    id: NotRequired[str]
    file_id: NotRequired[str]
    url: NotRequired[str]
    base64: NotRequired[str]
    index: NotRequired[int | str]
    extras: NotRequired[dict[str, Any]]


class ImageContentBlock(_Medium):
    """An image, by URL, in base64 or by the id of a file."""

    type: Literal["image"]
    mime_type: NotRequired[str]


class VideoContentBlock(_Medium):
    """A video, by URL, in base64 or by the id of a file."""

    type: Literal["video"]
    mime_type: NotRequired[str]


class AudioContentBlock(_Medium):
    """Sound, by URL, in base64 or by the id of a file."""

    type: Literal["audio"]
    mime_type: NotRequired[str]


class FileContentBlock(_Medium):
    """Any other file, by URL, in base64 or by its id."""

    type: Literal["file"]
    mime_type: NotRequired[str]


class PlainTextContentBlock(_Medium):
    """A document of plain text."""

    type: Literal["text-plain"]
    mime_type: Literal["text/plain"]
    text: NotRequired[str]
    title: NotRequired[str]
    context: NotRequired[str]


class NonStandardContentBlock(TypedDict):
    """A block of a provider that has no form here."""

    type: Literal["non_standard"]
    id: NotRequired[str]
    value: dict[str, Any]
    index: NotRequired[int | str]


DataContentBlock: TypeAlias = (
    ImageContentBlock | VideoContentBlock | AudioContentBlock | PlainTextContentBlock | FileContentBlock
)
ToolContentBlock: TypeAlias = ToolCall | ToolCallChunk | ServerToolCall | ServerToolCallChunk | ServerToolResult
ContentBlock: TypeAlias = (
    TextContentBlock
    | InvalidToolCall
    | ReasoningContentBlock
    | NonStandardContentBlock
    | DataContentBlock
    | ToolContentBlock
)

DATA_BLOCK_TYPES: Final = frozenset(("image", "video", "audio", "text-plain", "file"))
"""The types of blocks that hold data, or say where it is."""

KNOWN_BLOCK_TYPES: Final = DATA_BLOCK_TYPES | {
    *("text", "reasoning", "non_standard", "tool_call", "tool_call_chunk", "invalid_tool_call"),
    *("server_tool_call", "server_tool_call_chunk", "server_tool_result"),
}
"""The types of blocks that have a form here."""

OLDER_KEYS: Final = {
    "url": ("url", "url"),
    "base64": ("data", "base64"),
    "id": ("id", "file_id"),
    "text": ("url", "text"),
}
"""Under which key data was, and is, by the `source_type` that LangChain's blocks had before version 1."""
