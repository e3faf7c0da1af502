"""Document loaders: what reads documents from wherever they are, one by one; and parsers, which make them of blobs."""

from stepgraph.document_loaders.base import BaseBlobParser, BaseLoader
from stepgraph.document_loaders.blob_loaders import Blob, BlobLoader, PathLike

__all__ = ["BaseBlobParser", "BaseLoader", "Blob", "BlobLoader", "PathLike"]
