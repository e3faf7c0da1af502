"""A program written for langchain-core: documents, and what changes them. It prints what it sees."""

import asyncio

from langchain_core.documents import BaseDocumentCompressor, BaseDocumentTransformer, Document
from langchain_core.documents.base import Blob
from letters import show
from pydantic import BaseModel, Field


def documents():
    plain = Document(page_content="a text")
    known = Document(page_content="b", metadata={"source": "x", "pages": [1, 2]}, id=7)
    show("documents", repr(plain), repr(known))
    show("as text", str(plain), "|", str(known))
    show("positional", Document("c").page_content)
    show("dumped", plain.model_dump(), known.model_dump_json())
    show("equal", plain == Document("a text"), plain == known, known == Document(**known.model_dump()))
    shared = {"n": 1}
    first, second = Document("1", metadata=shared), Document("2", metadata=shared)
    first.metadata["n"] = 2
    show("metadata are a document's own", second.metadata, shared)
    known.metadata["more"] = True
    copied = known.model_copy(update={"page_content": "z"})
    show("copied", repr(copied), copied.metadata is known.metadata)

    class Answer(BaseModel):
        sources: list[Document] = Field(default_factory=list)

    answer = Answer(sources=[plain, {"page_content": "from a dict", "metadata": {"k": 1}}])
    show("in a model", answer, answer.model_dump_json())
    show("read back", Answer.model_validate_json(answer.model_dump_json()) == answer)
    show("json schema", sorted(Document.__name__ for _ in [0]), Answer.model_json_schema()["title"])
    for wrong in ({"page_content": 3}, {"page_content": "a", "metadata": None}):
        try:
            Document(**wrong)
        except ValueError as error:
            show("refused", isinstance(error, ValueError))
    blob = Blob.from_data("text", mime_type="text/plain", metadata={"source": "here"})
    show("blob", blob.as_bytes(), blob.as_string(), blob.source, blob.mimetype)
    with blob.as_bytes_io() if isinstance(blob.data, bytes) else Blob.from_data(b"raw").as_bytes_io() as file:
        show("opened", file.read())
    show("of a file", Blob.from_path("a/b.pdf").mimetype, Blob.from_path("a/b.pdf").source)

    class Shout(BaseDocumentTransformer):
        def transform_documents(self, documents, **kwargs):
            return [Document(page_content=each.page_content.upper()) for each in documents]

    class First(BaseDocumentCompressor):
        length: int = 1

        def compress_documents(self, documents, query, callbacks=None):
            return [Document(page_content=each.page_content[: self.length]) for each in documents]

    show("transformed", Shout().transform_documents([plain]), asyncio.run(Shout().atransform_documents([plain])))
    show(
        "compressed",
        First(length=3).compress_documents([plain], "q"),
        asyncio.run(First().acompress_documents([plain], "q")),
    )


documents()
