"""Azure's ways to OpenAI's endpoints: by deployments and a version of the API, or as OpenAI itself (`/openai/v1`).

What is asked of a deployment is asked of the model in it; what else a request is, and what it is answered, OpenAI's
endpoint says, and Azure adds what its filters found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from tests.providers.standin.endpoint import Endpoint, Refused, Rules
from tests.providers.standin.replies import Ask
from tests.providers.standin.script import Answer, StreamError, Vectors

PATH = re.compile(r"/openai(?:/(?P<v1>v1)|/deployments/(?P<deployment>[^/]+))?(?P<rest>/.+)")
VERSION = re.compile(r"\d{4}-\d\d-\d\d(-preview)?")
SAFE = {name: {"filtered": False, "severity": "safe"} for name in ("hate", "self_harm", "sexual", "violence")}
OF_PROMPT = [{"prompt_index": 0, "content_filter_results": SAFE}]
LOCKED = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)
NOT_DEPLOYED = (
    "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, "
    "please wait a moment and try again."
)


class Azure(Endpoint):
    """An endpoint of OpenAI, as one request finds it on Azure."""

    def __init__(self, inner: Endpoint, found: re.Match[str], query: str) -> None:
        self.path, self.vectors = f"/openai{inner.path}", inner.vectors
        self._inner = inner
        self._is_v1 = found["v1"] is not None
        self._deployment = found["deployment"]
        self._version = (parse_qs(query).get("api-version") or [None])[0]
        self._model = ""

    def key(self, headers: Mapping[str, str]) -> tuple[str | None, str | None]:
        return ("api-key", headers["api-key"]) if "api-key" in headers else self._inner.key(headers)

    def key_refusal(self, key: str | None) -> Refused:
        return Refused(LOCKED, 401, code="401")

    def check(self, body: Any, headers: Mapping[str, str], rules: Rules) -> None:
        by_deployment = self._inner.path != "/v1/responses" and not self._is_v1
        if self._is_v1 and self._version not in (None, "v1", "preview"):
            raise Refused("API version not supported", 400, code="BadRequest")
        if not self._is_v1 and not VERSION.fullmatch(self._version or ""):
            raise Refused("Resource not found", 404, code="404")
        if by_deployment == (self._deployment is None):
            raise Refused("Resource not found", 404, code="404")
        name = self._deployment or body.get("model") or ""
        self._model = rules.deployments.get(name, name)
        if not rules.knows(self._model):
            raise Refused(NOT_DEPLOYED, 404, code="DeploymentNotFound")
        self._inner.check(self._of(body), headers, rules)

    def error(self, refused: Refused, number: int) -> dict[str, Any]:
        return self._inner.error(refused, number)

    def ask(self, body: Mapping[str, Any]) -> Ask:
        return self._inner.ask(self._of(body))

    def whole(self, answers: Sequence[Answer | Vectors], body: Mapping[str, Any], number: int) -> dict[str, Any]:
        found = self._inner.whole(answers, self._of(body), number)
        if "choices" in found:
            found["prompt_filter_results"] = OF_PROMPT
            for choice in found["choices"]:
                choice["content_filter_results"] = SAFE
                if choice["finish_reason"] == "content_filter":
                    violence = {"filtered": True, "severity": "high"}
                    choice["content_filter_results"] = {**SAFE, "violence": violence}
        return found

    def events(self, answers: Sequence[Answer], body: Mapping[str, Any], number: int) -> list[bytes]:
        found = self._inner.events(answers, self._of(body), number)
        if not self.path.endswith("/chat/completions"):
            return found
        nothing = {"id": "", "object": "", "created": 0, "model": "", "choices": []}
        return [self.event({**nothing, "prompt_filter_results": OF_PROMPT}), *found]

    def event(self, content: Mapping[str, Any]) -> bytes:
        return self._inner.event(content)

    def stream_error(self, error: StreamError, number: int) -> bytes:
        return self._inner.stream_error(error, number)

    def headers(self, number: int) -> dict[str, str]:
        return {"apim-request-id": f"apim_{number:06}", "x-ms-region": "Sweden Central"}

    def _of(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {**body, "model": self._model}


def azure(path: str, query: str, endpoints: Mapping[str, Endpoint]) -> Endpoint | None:
    """Return the endpoint at a path of Azure, if there is one."""
    found = PATH.fullmatch(path)
    inner = endpoints.get(f"/v1{found['rest']}") if found is not None else None
    return Azure(inner, found, query) if inner is not None and found is not None else None
