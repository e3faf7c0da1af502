"""Blobs: content in memory, or in a file that is read when somebody asks."""

import pytest

from stepgraph.documents import Blob


def test_content_in_memory():
    blob = Blob.from_data("tèxt", mime_type="text/plain", metadata={"source": "here"})
    assert (blob.as_string(), blob.as_bytes(), blob.source) == ("tèxt", "tèxt".encode(), "here")
    with blob.as_bytes_io() as file:
        assert file.read() == "tèxt".encode()
    assert Blob.from_data(b"\xe8", encoding="latin-1").as_string() == "è"


def test_a_file_is_read_when_it_is_needed(tmp_path):
    path = tmp_path / "page.html"
    blob = Blob.from_path(path)
    assert (blob.mimetype, blob.source) == ("text/html", str(path))
    path.write_bytes(b"<p>")
    assert (blob.as_string(), blob.as_bytes()) == ("<p>", b"<p>")
    with blob.as_bytes_io() as file:
        assert file.read() == b"<p>"
    assert Blob.from_path(path, guess_type=False).mimetype is None


def test_it_needs_content_or_a_path():
    with pytest.raises(ValueError, match="needs its content, data=…, or the path of a file, path=…"):
        Blob(mimetype="text/plain")


def test_it_is_shown_without_its_content():
    assert repr(Blob.from_data("secret")) == "Blob(6 bytes)"
    assert repr(Blob.from_path("a.txt")) == "Blob(a.txt)"
