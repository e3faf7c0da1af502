"""Documents and blobs under the path that LangChain's users know."""

from stepgraph.documents.blob import Blob
from stepgraph.documents.document import Document

__all__ = ["Blob", "Document"]
