"""Every module says what it is, and stays small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "libs" / "stepgraph" / "src" / "stepgraph"
MODULES = sorted(SOURCES.rglob("*.py"))

MAX_LINES_OF_A_FILE = 400
MAX_LINES_OF_A_DRIVER = 250
MAX_LINES_OF_A_BODY = 60


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_sources_to_look_at():
    assert SOURCES / "__init__.py" in MODULES


def body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def long_functions(source: str, limit: int) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = body_length(node)
            if length > limit:
                yield f"{node.name} (line {node.lineno}): {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module(path: Path):
    source = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source)) or ""
    assert docstring.strip(), "a module says what it is"
    assert len(source.splitlines()) <= MAX_LINES_OF_A_FILE
    assert list(long_functions(source, MAX_LINES_OF_A_BODY)) == []


@pytest.mark.parametrize("name", ["async_driver.py", "sync_driver.py"])
def test_drivers_stay_thin(name: str):
    driver = SOURCES / "pregel" / name
    assert len(driver.read_text(encoding="utf-8").splitlines()) <= MAX_LINES_OF_A_DRIVER


def test_length_is_of_the_body_without_its_docstring():
    head = "class C:\n    async def f(\n        self,\n    ):\n"
    source = head + '        """One.\n\n        Two."""\n' + "        pass\n" * 3
    assert list(long_functions(source, 3)) == []
    assert list(long_functions(source, 2)) == ["f (line 2): 3 lines"]
    assert list(long_functions('def f():\n    """Only words."""\n', 0)) == []
