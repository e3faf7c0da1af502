"""What the endpoints of Anthropic share: the key, the errors, the headers; and the one that only counts tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.providers.standin.anthropic_checks import check_request
from tests.providers.standin.endpoint import Endpoint, Refused, Rules
from tests.providers.standin.replies import tokens_in
from tests.providers.standin.script import Answer, Vectors

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class AnthropicEndpoint(Endpoint):
    """An endpoint in Anthropic's ways."""

    def key(self, headers: Mapping[str, str]) -> tuple[str | None, str | None]:
        if "x-api-key" in headers:
            return "x-api-key", headers["x-api-key"]
        given = headers.get("authorization")
        return ("authorization", given.removeprefix("Bearer ")) if given is not None else (None, None)

    def key_refusal(self, key: str | None) -> Refused:
        return Refused("invalid x-api-key" if key else "x-api-key header is required", 401)

    def error(self, refused: Refused, number: int) -> dict[str, Any]:
        kind = refused.kind or KINDS.get(refused.status, "api_error")
        return {
            "type": "error",
            "error": {"type": kind, "message": refused.message},
            "request_id": f"req_{number:06}",
        }

    def headers(self, number: int) -> dict[str, str]:
        return {"request-id": f"req_{number:06}", "anthropic-organization-id": "standin"}


def check_version(headers: Mapping[str, str]) -> None:
    """Raise `Refused` when the version of the protocol is not named."""
    if "anthropic-version" not in headers:
        raise Refused("anthropic-version: header is required")


class AnthropicCount(AnthropicEndpoint):
    """`POST /v1/messages/count_tokens`."""

    path = "/v1/messages/count_tokens"

    def check(self, body: Any, headers: Mapping[str, str], rules: Rules) -> None:
        check_version(headers)
        check_request(body, rules, counts_only=True)

    def whole(self, answers: Sequence[Answer | Vectors], body: Mapping[str, Any], number: int) -> dict[str, Any]:
        return {"input_tokens": input_tokens(body)}


def input_tokens(body: Mapping[str, Any]) -> int:
    """Return how many tokens are counted in a request."""
    return sum(tokens_in(body.get(name) or "") for name in ("system", "messages", "tools"))
