import pytest

from stepgraph import vectors


@pytest.fixture(params=["numpy", "plain"])
def arithmetic(request, monkeypatch):
    """Run with numpy, where it is installed, and without it."""
    if request.param == "numpy":
        pytest.importorskip("numpy")
    else:
        monkeypatch.setattr(vectors, "_numpy", lambda: None)
