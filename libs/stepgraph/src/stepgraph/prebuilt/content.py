"""Content: what a tool returned, as the message of its answer holds it."""

from __future__ import annotations

import json
from typing import Any, Final

__all__ = ["msg_content_output"]

_BLOCKS: Final = frozenset(
    {"custom_tool_call_output", "document", "file", "image", "image_url", "json", "search_result", "text"}
)


def msg_content_output(output: Any) -> str | list[dict[str, Any]]:
    """Return anything as the content of a `ToolMessage`: text and blocks as they are, all else as JSON, or as shown."""
    if isinstance(output, str):
        return output
    if isinstance(output, list) and all(isinstance(each, dict) and each.get("type") in _BLOCKS for each in output):
        return output
    try:
        return json.dumps(output, ensure_ascii=False)
    except Exception:  # whatever JSON does not know is shown
        return str(output)
