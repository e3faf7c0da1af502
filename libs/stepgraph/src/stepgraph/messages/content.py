"""Content: makes blocks of content, with an id where none is given, and tells those that hold data.

What blocks there are stands in `block_types`; here programs look for all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepgraph.messages.block_types import (
    DATA_BLOCK_TYPES,
    KNOWN_BLOCK_TYPES,
    OLDER_KEYS,
    Annotation,
    AudioContentBlock,
    Citation,
    ContentBlock,
    DataContentBlock,
    FileContentBlock,
    ImageContentBlock,
    InvalidToolCall,
    NonStandardAnnotation,
    NonStandardContentBlock,
    PlainTextContentBlock,
    ReasoningContentBlock,
    ServerToolCall,
    ServerToolCallChunk,
    ServerToolResult,
    TextContentBlock,
    ToolCall,
    ToolCallChunk,
    ToolContentBlock,
    VideoContentBlock,
)
from stepgraph.messages.likeness import ensure_id

__all__ = [
    "KNOWN_BLOCK_TYPES",
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
    "create_audio_block",
    "create_citation",
    "create_file_block",
    "create_image_block",
    "create_non_standard_block",
    "create_plaintext_block",
    "create_reasoning_block",
    "create_text_block",
    "create_tool_call",
    "create_video_block",
    "is_data_content_block",
]


def is_data_content_block(block: Mapping[str, Any]) -> bool:
    """Return whether a block holds an image, a sound, a video or a file, in this form or in LangChain's older one."""
    if block.get("type") not in DATA_BLOCK_TYPES:
        return False
    if any(key in block for key in ("url", "base64", "file_id", "text")):
        return True
    source = block.get("source_type")
    return source in OLDER_KEYS and OLDER_KEYS[source][0] in block


def _block(type: str, id: str | None, extras: Mapping[str, Any], **given: Any) -> Any:
    """Return a block of what is given, with an id, and with extras where there are any."""
    block = {"type": type, "id": ensure_id(id), **{key: value for key, value in given.items() if value is not None}}
    kept = {key: value for key, value in extras.items() if value is not None}
    return {**block, "extras": kept} if kept else block


def _medium(
    type: str,
    url: Any,
    base64: Any,
    file_id: Any,
    mime_type: Any,
    id: str | None,
    index: Any,
    extras: Mapping[str, Any],
) -> Any:
    """Return a block of data, of which somebody has to say where it is."""
    if not (url or base64 or file_id):
        raise ValueError(f"a block of type {type!r} needs one of url, base64 and file_id")
    if type != "image" and base64 and not mime_type:
        raise ValueError(f"a block of type {type!r} that is given base64 needs a mime_type")
    where = {"url": url, "base64": base64, "file_id": file_id, "mime_type": mime_type}
    return _block(type, id, extras, **where, index=index)


def create_text_block(
    text: str,
    *,
    id: str | None = None,
    annotations: list[Annotation] | None = None,
    index: int | str | None = None,
    **kwargs: Any,
) -> TextContentBlock:
    """Return a block of text; other keywords are its extras."""
    return _block("text", id, kwargs, text=text, annotations=annotations, index=index)  # type: ignore[no-any-return]


def create_image_block(
    *,
    url: str | None = None,
    base64: str | None = None,
    file_id: str | None = None,
    mime_type: str | None = None,
    id: str | None = None,
    index: int | str | None = None,
    **kwargs: Any,
) -> ImageContentBlock:
    """Return an image; other keywords are its extras.

    Raises:
        ValueError: There is no url, base64 or file_id.
    """
    return _medium("image", url, base64, file_id, mime_type, id, index, kwargs)  # type: ignore[no-any-return]


def create_video_block(
    *,
    url: str | None = None,
    base64: str | None = None,
    file_id: str | None = None,
    mime_type: str | None = None,
    id: str | None = None,
    index: int | str | None = None,
    **kwargs: Any,
) -> VideoContentBlock:
    """Return a video; other keywords are its extras.

    Raises:
        ValueError: There is no url, base64 or file_id, or base64 and no mime_type.
    """
    return _medium("video", url, base64, file_id, mime_type, id, index, kwargs)  # type: ignore[no-any-return]


def create_audio_block(
    *,
    url: str | None = None,
    base64: str | None = None,
    file_id: str | None = None,
    mime_type: str | None = None,
    id: str | None = None,
    index: int | str | None = None,
    **kwargs: Any,
) -> AudioContentBlock:
    """Return a sound; other keywords are its extras.

    Raises:
        ValueError: There is no url, base64 or file_id, or base64 and no mime_type.
    """
    return _medium("audio", url, base64, file_id, mime_type, id, index, kwargs)  # type: ignore[no-any-return]


def create_file_block(
    *,
    url: str | None = None,
    base64: str | None = None,
    file_id: str | None = None,
    mime_type: str | None = None,
    id: str | None = None,
    index: int | str | None = None,
    **kwargs: Any,
) -> FileContentBlock:
    """Return a file; other keywords are its extras.

    Raises:
        ValueError: There is no url, base64 or file_id, or base64 and no mime_type.
    """
    return _medium("file", url, base64, file_id, mime_type, id, index, kwargs)  # type: ignore[no-any-return]


def create_plaintext_block(
    text: str | None = None,
    url: str | None = None,
    base64: str | None = None,
    file_id: str | None = None,
    title: str | None = None,
    context: str | None = None,
    id: str | None = None,
    index: int | str | None = None,
    **kwargs: Any,
) -> PlainTextContentBlock:
    """Return a document of plain text; other keywords are its extras."""
    given = {"text": text, "url": url, "base64": base64, "file_id": file_id, "title": title, "context": context}
    return _block("text-plain", id, kwargs, mime_type="text/plain", index=index, **given)  # type: ignore[no-any-return]


def create_tool_call(
    name: str, args: dict[str, Any], *, id: str | None = None, index: int | str | None = None, **kwargs: Any
) -> ToolCall:
    """Return a call of a tool; other keywords are its extras."""
    return _block("tool_call", id, kwargs, name=name, args=args, index=index)  # type: ignore[no-any-return]


def create_reasoning_block(
    reasoning: str | None = None, id: str | None = None, index: int | str | None = None, **kwargs: Any
) -> ReasoningContentBlock:
    """Return what a model thought; other keywords are its extras."""
    return _block("reasoning", id, kwargs, reasoning=reasoning or "", index=index)  # type: ignore[no-any-return]


def create_citation(
    *,
    url: str | None = None,
    title: str | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    cited_text: str | None = None,
    id: str | None = None,
    **kwargs: Any,
) -> Citation:
    """Return where a text comes from; other keywords are its extras."""
    given = {"url": url, "title": title, "start_index": start_index, "end_index": end_index, "cited_text": cited_text}
    return _block("citation", id, kwargs, **given)  # type: ignore[no-any-return]


def create_non_standard_block(
    value: dict[str, Any], *, id: str | None = None, index: int | str | None = None
) -> NonStandardContentBlock:
    """Return a block of a provider that has no form here."""
    return _block("non_standard", id, {}, value=value, index=index)  # type: ignore[no-any-return]
