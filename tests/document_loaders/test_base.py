"""Loaders and parsers: one generator is all that a subclass writes, and both colours read it at their own pace."""

import threading
from types import SimpleNamespace

import pytest

from stepgraph.document_loaders import BaseBlobParser, BaseLoader, Blob
from stepgraph.documents import Document
from tests.pregel.leftovers import nothing_left

TEXTS = ["one two", "three"]


class Lazy(BaseLoader):
    """Keeps what it has read so far, and where."""

    def __init__(self):
        self.read = []
        self.threads = set()
        self.closed = threading.Event()

    def lazy_load(self):
        try:
            for text in TEXTS:
                self.read.append(text)
                self.threads.add(threading.current_thread())
                yield Document(text)
        finally:
            self.closed.set()


class Eager(BaseLoader):
    def load(self):
        return [Document(text) for text in TEXTS]


class Async(BaseLoader):
    async def alazy_load(self):
        for text in TEXTS:
            yield Document(text)


class Words(BaseBlobParser):
    def lazy_parse(self, blob):
        for word in blob.as_string().split():
            yield Document(word, metadata={"source": blob.source})


class Splitter:
    """Cuts documents into words; those of somebody else's class where it is told to."""

    def __init__(self, kind=Document):
        self.kind = kind

    def split_documents(self, documents):
        return [
            self.kind(page_content=word, metadata=document.metadata)
            for document in documents
            for word in document.page_content.split()
        ]


def said(documents):
    documents = list(documents)
    assert all(type(document) is Document for document in documents)
    return [document.page_content for document in documents]


@pytest.mark.parametrize("loader", [Lazy, Eager])
async def test_every_door_gives_the_same(loader):
    assert said(loader().load()) == TEXTS
    assert said(loader().lazy_load()) == TEXTS
    assert said(await loader().aload()) == TEXTS
    assert said([document async for document in loader().alazy_load()]) == TEXTS


async def test_documents_are_read_when_they_are_asked_for():
    loader = Lazy()
    documents = loader.lazy_load()
    assert loader.read == []
    assert next(documents).page_content == "one two"
    assert loader.read == ["one two"]
    async with nothing_left():
        loader = Lazy()
        documents = loader.alazy_load()
        assert (await anext(documents)).page_content == "one two"
        assert loader.read == ["one two"]
        assert threading.current_thread() not in loader.threads
        await documents.aclose()
    assert loader.closed.is_set()


async def test_a_loader_that_is_async_needs_no_thread(monkeypatch):
    monkeypatch.setattr("stepgraph.execution.pool.Pool.submit", None)
    assert said(await Async().aload()) == TEXTS


def test_a_loader_without_a_way_to_load():
    class Nothing(BaseLoader):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing must define lazy_load\(\), a generator of documents$"):
        Nothing().load()
    with pytest.raises(NotImplementedError, match=r"Async must define lazy_load\(\), .* or be read with `async for"):
        Async().load()


@pytest.mark.parametrize("kind", [Document, SimpleNamespace], ids=["ours", "somebody else's"])
async def test_documents_are_split(kind):
    assert said(Lazy().load_and_split(Splitter(kind))) == ["one", "two", "three"]
    assert said(await Lazy().aload_and_split(text_splitter=Splitter(kind))) == ["one", "two", "three"]
    assert said(await Async().aload_and_split(Splitter(kind))) == ["one", "two", "three"]


async def test_a_splitter_is_needed():
    with pytest.raises(ValueError, match=r"load_and_split\(\) needs a text_splitter, an object with split_documents"):
        Lazy().load_and_split()
    with pytest.raises(ValueError, match=r"aload_and_split\(\) needs a text_splitter"):
        await Lazy().aload_and_split()


async def test_parsers():
    blob = Blob.from_data("some words", path="a.txt")
    expected = [Document(word, metadata={"source": "a.txt"}) for word in ("some", "words")]
    assert Words().parse(blob) == list(Words().lazy_parse(blob)) == expected
    assert await Words().aparse(blob) == [each async for each in Words().alazy_parse(blob)] == expected
    with pytest.raises(TypeError, match="abstract"):
        BaseBlobParser()
