"""Documents: pieces of text with what is known of them, and what is made of lists of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from stepgraph.documents.document import Document

if TYPE_CHECKING:
    from stepgraph.documents.blob import Blob
    from stepgraph.documents.compressor import BaseDocumentCompressor
    from stepgraph.documents.transformers import BaseDocumentTransformer

__all__ = ["BaseDocumentCompressor", "BaseDocumentTransformer", "Blob", "Document"]

_PLACES: Final = {
    "BaseDocumentCompressor": "compressor",
    "BaseDocumentTransformer": "transformers",
    "Blob": "blob",
}
"""The module of what is imported when somebody asks for it: serializers need documents alone."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"stepgraph.documents.{_PLACES[name]}"), name)
    return found
