"""Python 3.10 makes no task in a context that it is given: only one place asks for that, where Python is new enough."""

import ast
from pathlib import Path

SOURCES = sorted((Path(__file__).resolve().parents[2] / "libs").glob("*/src/**/*.py"))
MAKES_A_TASK = {"Task", "create_task"}
GUARDED = {"stepgraph/execution/tasks.py"}


def asks_for_a_context(tree: ast.AST) -> bool:
    """Return whether some call makes a task with `context=`; `call_soon` and its like have always known that."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    with_context = [call for call in calls if any(keyword.arg == "context" for keyword in call.keywords)]
    return any(getattr(call.func, "attr", getattr(call.func, "id", "")) in MAKES_A_TASK for call in with_context)


def test_one_place_asks_for_a_context():
    found = {
        path.as_posix().partition("/src/")[2]
        for path in SOURCES
        if asks_for_a_context(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == GUARDED


def test_it_would_be_seen():
    assert asks_for_a_context(ast.parse("loop.create_task(coroutine, context=context)"))
    assert asks_for_a_context(ast.parse("group.create_task(coroutine, name='x', context=copy_context())"))
    assert not asks_for_a_context(ast.parse("loop.create_task(coroutine); loop.call_soon(f, context=context)"))
