"""Documents: cheap, equal by value, at home in pydantic models."""

import copy
import dataclasses
import json
import pickle

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from stepgraph.documents import Document
from stepgraph.documents.base import Document as SameDocument

KNOWN = Document("b", metadata={"source": "x"}, id="7")


class Scored(Document):
    """A document of the user's own; nobody said that it is a dataclass."""

    score: float = 0.5

    def doubled(self) -> float:
        return 2 * self.score


class Answer(BaseModel):
    sources: list[Document] = []
    best: Scored | None = None


def test_the_text_is_positional_or_named():
    assert Document("a") == Document(page_content="a") == SameDocument("a")
    assert Document("a", id=3).id == "3"
    assert Document("a").type == "Document"


def test_it_is_shown_whole():
    assert repr(KNOWN) == "Document(id='7', metadata={'source': 'x'}, page_content='b')"
    assert str(KNOWN) == "page_content='b' metadata={'source': 'x'}"
    assert str(Document("b")) == "page_content='b'"


def test_metadata_are_copied():
    shared = {"n": 1}
    document = Document("a", metadata=shared)
    document.metadata["n"] = 2
    assert shared == {"n": 1}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"page_content": 3}, "page_content is the text of the document, a str; got 3 of type int"),
        ({"page_content": "a", "metadata": None}, "metadata is a dict .*; got None of type NoneType"),
    ],
)
def test_what_is_no_document(given, message):
    with pytest.raises(ValueError, match=message):
        Document(**given)


@pytest.mark.parametrize("document", [KNOWN, Document(""), Scored("s", score=2.0)], ids=repr)
def test_it_survives(document):
    assert pickle.loads(pickle.dumps(document)) == document
    assert copy.deepcopy(document) == copy.copy(document) == document
    assert dataclasses.replace(document, id="new").id == "new"
    assert type(document)(**document.model_dump()) == document
    assert type(document).model_validate(json.loads(document.model_dump_json())) == document
    assert document.model_copy(update={"id": "1"}, deep=True).id == "1"


def test_it_is_dumped_as_langchain_does():
    assert KNOWN.model_dump() == {"id": "7", "metadata": {"source": "x"}, "page_content": "b", "type": "Document"}
    assert KNOWN.model_dump_json() == '{"id":"7","metadata":{"source":"x"},"page_content":"b","type":"Document"}'
    assert Document("a").model_dump(exclude_none=True) == {"metadata": {}, "page_content": "a", "type": "Document"}
    assert KNOWN.to_json()["id"] == ["langchain", "schema", "document", "Document"]
    assert Document.is_lc_serializable()


def test_a_dump_is_detached():
    KNOWN.model_dump()["metadata"]["more"] = 1
    assert KNOWN.metadata == {"source": "x"}


def test_a_subclass_has_keywords_of_its_own():
    document = Scored("s", score=2.0, id="1")
    assert document.doubled() == 4.0
    assert repr(document) == "Scored(id='1', metadata={}, page_content='s', score=2.0)"
    assert document != Document("s", id="1")
    assert Scored("s") == Scored("s", score=0.5) != Scored("s", score=1.0)


def test_fields_hold_documents():
    answer = Answer(sources=[KNOWN, {"page_content": "d", "id": 5}], best={"page_content": "s", "score": "3"})
    assert answer.sources[0] is KNOWN
    assert answer.sources[1] == Document("d", id="5")
    assert answer.best == Scored("s", score=3.0)
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


@pytest.mark.parametrize(
    ("wrong", "place", "message"),
    [
        ({"page_content": 1}, ("sources", 0, "page_content"), "valid string"),
        ({}, ("sources", 0, "page_content"), "required"),
        ({"page_content": "a", "metadata": 3}, ("sources", 0, "metadata"), "valid dictionary"),
        ("a", ("sources", 0), "valid dictionary"),
    ],
)
def test_errors_name_the_place(wrong, place, message):
    with pytest.raises(ValidationError, match=message) as caught:
        Answer(sources=[wrong])
    assert [error["loc"] for error in caught.value.errors()] == [place]


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_a_json_schema_tells_the_attributes(mode):
    items = TypeAdapter(list[Document]).json_schema(mode=mode)["items"]
    assert items["properties"]["page_content"] == {"title": "Page Content", "type": "string"}
    schema = TypeAdapter(Scored).json_schema(mode=mode)
    assert (schema["title"], schema["required"]) == ("Scored", ["page_content"])
    assert set(schema["properties"]) == {"id", "metadata", "page_content", "type", "score"}
