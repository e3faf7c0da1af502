"""What is written to a file."""

import gc
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from stepgraph.callbacks import FileCallbackHandler
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, run
from tests.callbacks.test_stdout import everything

LINES = "> step starts\n< step has ended\n"
step = RunnableLambda(lambda x: x, name="step")


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "runs.log"


@pytest.mark.parametrize("door", COLOURS)
async def test_it_writes_what_is_printed_elsewhere(door: str, file: Path, capsys: pytest.CaptureFixture[str]):
    with FileCallbackHandler(file) as handler:
        await everything(door, handler)
        assert text_of(file).endswith("It is 7.\n< serialized has ended\n"), "it is there at once"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("mode", "kept"), [("a", "before\n"), ("w", "")])
def test_modes(mode: Any, kept: str, file: Path):
    file.write_text("before\n")
    with FileCallbackHandler(str(file), mode) as handler:
        step.invoke(1, {"callbacks": [handler]})
    assert text_of(file) == kept + LINES
    assert (handler.filename, handler.mode) == (str(file), mode)


def test_a_file_that_must_be_new(file: Path):
    FileCallbackHandler(file, "x").close()
    with pytest.raises(FileExistsError):
        FileCallbackHandler(file, "x")


def test_other_modes_are_refused(file: Path):
    with pytest.raises(ValueError, match="mode is 'a', 'w' or 'x', got 'rb'"):
        FileCallbackHandler(file, "rb")  # type: ignore[arg-type]
    assert not file.exists()


async def test_it_writes_no_more_once_it_is_closed(file: Path, caplog: pytest.LogCaptureFixture):
    handler = FileCallbackHandler(file)
    handler.close()
    handler.close()
    await run(step, "ainvoke", 1, {"callbacks": [handler]})
    assert text_of(file) == ""
    assert "is closed; run inside the handler's `with` block, or before close()" in caplog.records[0].getMessage()


def test_a_handler_that_nobody_has_any_more_closes_its_file(file: Path):
    handler = FileCallbackHandler(file)
    step.invoke(1, {"callbacks": [handler]})
    opened = handler._file
    del handler
    gc.collect()
    assert opened.closed
    assert text_of(file) == LINES


def test_text_is_written_as_utf_8(file: Path):
    with FileCallbackHandler(file, color="green") as handler:
        handler.on_text("grün", run_id=uuid4())
    assert file.read_bytes() == b"\x1b[32mgr\xc3\xbcn\x1b[0m"
