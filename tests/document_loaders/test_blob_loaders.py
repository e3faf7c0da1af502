"""Blob loaders: they find content, and parsers make documents of it."""

import pytest

from stepgraph.document_loaders import Blob, BlobLoader
from stepgraph.document_loaders.blob_loaders import Blob as SameBlob
from stepgraph.documents import Blob as OfDocuments


class Folder(BlobLoader):
    def __init__(self, path):
        self.path = path

    def yield_blobs(self):
        for path in sorted(self.path.iterdir()):
            yield Blob.from_path(path)


async def test_blobs_of_a_folder(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.txt").write_text(f"this is {name}")
    folder = Folder(tmp_path)
    assert [blob.as_string() for blob in folder.yield_blobs()] == ["this is a", "this is b"]
    assert [blob.as_string() async for blob in folder.ayield_blobs()] == ["this is a", "this is b"]


def test_blobs_are_those_of_documents():
    assert Blob is SameBlob is OfDocuments


def test_it_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        BlobLoader()
