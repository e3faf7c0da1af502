"""OpenAIEmbeddings: vectors of texts by OpenAI, and by servers that speak its protocol, on the official SDK.

Vectors are sent as base64 and read with the standard library: numpy is not needed. A text that is longer than the
model can take is the caller's to split; no text is cut here, and none is averaged.
"""

from __future__ import annotations

import base64
import sys
import warnings
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import httpx2
from pydantic import ConfigDict, Field, model_validator

from stepgraph.embeddings import Embeddings
from stepgraph.language_models.remote import Options
from stepgraph_openai.connection import Connection

__all__ = ["OpenAIEmbeddings"]

_MOST: Final = 2048
"""How many texts OpenAI takes in one request."""

_SHOWN: Final = 200
"""How many characters are shown of what was not expected."""

_AZURE: Final = "it is for Azure's own address; base_url=… and model=… say what is asked"
_UNSPLIT: Final = "texts are sent as they are, and not split: a text that is too long is an error"
_WAITS: Final = "the SDK decides how long it waits before a request is made again; max_retries=… says how often"

_IGNORED: Final = {
    **dict.fromkeys(("deployment", "openai_api_type", "openai_api_version"), _AZURE),
    **dict.fromkeys(("embedding_ctx_length", "check_embedding_ctx_length"), _UNSPLIT),
    **dict.fromkeys(("tiktoken_enabled", "tiktoken_model_name", "allowed_special", "disallowed_special"), _UNSPLIT),
    **dict.fromkeys(("retry_min_seconds", "retry_max_seconds"), _WAITS),
    "skip_empty": "an empty text is sent like any other, and the server says what it thinks of it",
    "show_progress_bar": "nothing is printed",
}
"""What others' classes of this name take, and why it is not done here."""


class OpenAIEmbeddings(Connection, Embeddings):
    """Vectors of texts by OpenAI, or by a server that speaks its protocol (`base_url`).

    One object serves sync and async callers, and any event loop. How it is reached is described in `Connection`.

    Attributes:
        model: The model.
        dimensions: How long vectors shall be, where the model lets one choose.
        chunk_size: How many texts are sent in one request, 2048 at most.
        model_kwargs: More parameters for each request.

    `headers` is another name of `default_headers`. What classes of this name take elsewhere for splitting long texts,
    and for Azure, is ignored with a warning that says why; where it is `False` or `None`, without.

    Raises:
        OpenAIMissingKeyError: There is no key, neither given nor in the environment.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        populate_by_name=True, protected_namespaces=(), arbitrary_types_allowed=True, extra="forbid"
    )

    model: str = "text-embedding-ada-002"
    dimensions: int | None = Field(default=None, ge=1)
    chunk_size: int = Field(default=1000, ge=1, le=_MOST)
    model_kwargs: Options = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        ignored = _IGNORED.keys() - cls.model_fields.keys()
        for key in sorted(ignored & values.keys()):
            if values[key] is not None and values[key] is not False:
                warnings.warn(f"{cls.__name__} ignores {key!r}: {_IGNORED[key]}", stacklevel=3)
        kept = {key: value for key, value in values.items() if key not in ignored and key != "headers"}
        if values.get("headers") is not None:
            kept["default_headers"] = {**values["headers"], **(kept.get("default_headers") or {})}
        return kept

    def embed_documents(self, texts: list[str], chunk_size: int | None = None, **kwargs: Any) -> list[list[float]]:
        """Return the vectors of texts, in their order.

        Args:
            texts: The texts.
            chunk_size: How many are sent in one request; that of the model by default.
            kwargs: More parameters for each request.
        """
        found: list[list[float]] = []
        for batch in self._batches(texts, chunk_size):
            payload = self._payload(batch, kwargs)
            with self._explained(payload["model"], payload):
                raw = self._opened.sync().embeddings.with_raw_response.create(**payload)
                found += _vectors(raw.http_response, len(batch), payload["model"])
        return found

    def embed_query(self, text: str, **kwargs: Any) -> list[float]:
        """Return the vector of a text to search for."""
        return self.embed_documents([text], **kwargs)[0]

    async def aembed_documents(
        self, texts: list[str], chunk_size: int | None = None, **kwargs: Any
    ) -> list[list[float]]:
        """Return the vectors of texts, in their order; see `embed_documents`."""
        found: list[list[float]] = []
        for batch in self._batches(texts, chunk_size):
            payload = self._payload(batch, kwargs)
            with self._explained(payload["model"], payload):
                raw = await self._opened.here().embeddings.with_raw_response.create(**payload)
                found += _vectors(raw.http_response, len(batch), payload["model"])
        return found

    async def aembed_query(self, text: str, **kwargs: Any) -> list[float]:
        """Return the vector of a text to search for."""
        return (await self.aembed_documents([text], **kwargs))[0]

    def _batches(self, texts: Sequence[str], size: int | None) -> Iterator[Sequence[str]]:
        if isinstance(texts, str):
            raise TypeError(f"texts are a list of texts, got one: {texts[:_SHOWN]!r}; put it in a list")
        size = size or self.chunk_size
        given = list(texts)
        return (given[at : at + size] for at in range(0, len(given), size))

    def _payload(self, texts: Sequence[str], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        asked = {"dimensions": self.dimensions} if self.dimensions is not None else {}
        usual = {"model": self.model, "encoding_format": "base64", **asked}
        return {**usual, **self.model_kwargs, **kwargs, "input": list(texts)}


def _vectors(http: httpx2.Response, count: int, model: str) -> list[list[float]]:
    """Return the vectors in a response, in the order of the texts.

    Raises:
        ValueError: They are not as many as the texts, or one is none.
    """
    try:
        response = http.json()
    except ValueError:
        response = http.text
    data = response.get("data") if isinstance(response, dict) else None
    if not isinstance(data, list) or len(data) != count or not all(each.get("embedding") for each in data):
        got = f"a response without any: {str(response)[:_SHOWN]!r}"
        if isinstance(data, list):
            got = f"{sum(1 for each in data if each.get('embedding'))}"
        raise ValueError(f"expected {count} vectors from {model!r}, got {got}")
    ordered = sorted(data, key=lambda each: each.get("index", 0))
    return [_vector(each["embedding"]) for each in ordered]


def _vector(given: Any) -> list[float]:
    if not isinstance(given, str):
        return [float(each) for each in given]
    numbers = array("f")
    numbers.frombytes(base64.b64decode(given))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
