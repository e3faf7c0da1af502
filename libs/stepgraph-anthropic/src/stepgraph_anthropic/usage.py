"""Usage: what the API says that a call has used, as `UsageMetadata` counts it.

The API counts apart what it read from its cache and what it put there; here both are part of the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stepgraph.messages import UsageMetadata

__all__ = ["usage_of"]

_WRITTEN: Final = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
"""What was put into the cache, by how long it stays there."""


def usage_of(used: Mapping[str, Any]) -> UsageMetadata:
    """Return what a call has used.

    Args:
        used: The API's `usage`; of a stream, its last word, with the first for what the last does not say.
    """
    read, written = used.get("cache_read_input_tokens"), used.get("cache_creation_input_tokens")
    details: dict[str, int | None] = {"cache_read": read, "cache_creation": written}
    by_time = used.get("cache_creation") or {}
    known = {name: by_time[name] for name in _WRITTEN if by_time.get(name) is not None}
    if total := sum(known.values()):
        details["cache_creation"] = 0  # it is counted under the names that say how long
        written = total
    details.update(known)
    into = (used.get("input_tokens") or 0) + (read or 0) + (written or 0)
    out = used.get("output_tokens") or 0
    counted: Any = {
        "input_tokens": into,
        "output_tokens": out,
        "total_tokens": into + out,
        "input_token_details": {name: count for name, count in details.items() if count is not None},
    }
    thought = (used.get("output_tokens_details") or {}).get("thinking_tokens")
    if thought is not None:
        counted["output_token_details"] = {"reasoning": thought}
    return counted  # type: ignore[no-any-return]
