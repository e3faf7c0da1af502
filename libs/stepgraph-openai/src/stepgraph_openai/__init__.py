"""OpenAI for stepgraph: chat models and embeddings, on the official SDK."""

from __future__ import annotations

from stepgraph_openai.azure import AzureChatOpenAI, AzureOpenAIEmbeddings
from stepgraph_openai.chat import ChatOpenAI
from stepgraph_openai.embeddings import OpenAIEmbeddings
from stepgraph_openai.errors import (
    OpenAIAPIContextOverflowError,
    OpenAIAPIError,
    OpenAIAuthenticationError,
    OpenAIConflictError,
    OpenAIConnectionError,
    OpenAIContentFilterError,
    OpenAIContextOverflowError,
    OpenAIInvalidRequestError,
    OpenAIMissingKeyError,
    OpenAIMissingSettingError,
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
    "AzureChatOpenAI",
    "AzureOpenAIEmbeddings",
    "ChatOpenAI",
    "OpenAIAPIContextOverflowError",
    "OpenAIAPIError",
    "OpenAIAuthenticationError",
    "OpenAIConflictError",
    "OpenAIConnectionError",
    "OpenAIContentFilterError",
    "OpenAIContextOverflowError",
    "OpenAIEmbeddings",
    "OpenAIInvalidRequestError",
    "OpenAIMissingKeyError",
    "OpenAIMissingSettingError",
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
