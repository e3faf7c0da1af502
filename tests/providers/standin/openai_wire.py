"""What the endpoints of OpenAI share: the key, the errors, the headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.providers.standin.endpoint import Endpoint, Refused, masked

KINDS = {429: ("requests", "rate_limit_exceeded"), 401: ("invalid_request_error", "invalid_api_key")}


class OpenAIEndpoint(Endpoint):
    """An endpoint in OpenAI's ways."""

    def key(self, headers: Mapping[str, str]) -> tuple[str | None, str | None]:
        given = headers.get("authorization")
        return ("authorization", given.removeprefix("Bearer ")) if given is not None else (None, None)

    def key_refusal(self, key: str | None) -> Refused:
        if not key:
            return Refused(
                "You didn't provide an API key. You need to provide your API key in an Authorization header using "
                "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                401,
            )
        return Refused(f"Incorrect API key provided: {masked(key)}.", 401)

    def error(self, refused: Refused, number: int) -> dict[str, Any]:
        usual = "server_error" if refused.status >= 500 else "invalid_request_error"
        kind, code = KINDS.get(refused.status, (usual, None))
        return {
            "error": {
                "message": refused.message,
                "type": refused.kind or kind,
                "param": refused.param,
                "code": refused.code or code,
            }
        }

    def headers(self, number: int) -> dict[str, str]:
        return {"x-request-id": f"req_{number:06}", "openai-version": "2020-10-01", "openai-processing-ms": "1"}
