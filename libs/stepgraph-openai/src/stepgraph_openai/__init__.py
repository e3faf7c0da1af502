"""OpenAI for stepgraph: chat models and embeddings, on the official SDK."""

from __future__ import annotations

from stepgraph_openai.chat import ChatOpenAI
from stepgraph_openai.embeddings import OpenAIEmbeddings
from stepgraph_openai.errors import (
    OpenAIAPIContextOverflowError,
    OpenAIAPIError,
    OpenAIAuthenticationError,
    OpenAIConflictError,
    OpenAIConnectionError,
    OpenAIContextOverflowError,
    OpenAIInvalidRequestError,
    OpenAIMissingKeyError,
    OpenAIModelNotFoundError,
    OpenAIPermissionDeniedError,
    OpenAIRateLimitError,
    OpenAIRefusalError,
    OpenAIStreamCutError,
    OpenAIStreamError,
    OpenAITimeoutError,
    OpenAIUnfinishedError,
    OpenAIUnprocessableRequestError,
)

__all__ = [
    "ChatOpenAI",
    "OpenAIAPIContextOverflowError",
    "OpenAIAPIError",
    "OpenAIAuthenticationError",
    "OpenAIConflictError",
    "OpenAIConnectionError",
    "OpenAIContextOverflowError",
    "OpenAIEmbeddings",
    "OpenAIInvalidRequestError",
    "OpenAIMissingKeyError",
    "OpenAIModelNotFoundError",
    "OpenAIPermissionDeniedError",
    "OpenAIRateLimitError",
    "OpenAIRefusalError",
    "OpenAIStreamCutError",
    "OpenAIStreamError",
    "OpenAITimeoutError",
    "OpenAIUnfinishedError",
    "OpenAIUnprocessableRequestError",
]
