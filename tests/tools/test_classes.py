"""Tools as classes and as values: bodies of the user's own, changes, copies, what is dumped."""

import asyncio
import copy
import json
import pickle

import pytest
from pydantic import ValidationError

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.config import RunnableConfig
from stepgraph.tools import BaseTool, StructuredTool
from tests.tools.adding import add


class Recorder(BaseTool):
    name: str = "recorder"
    description: str = "Records."
    prefix: str = ">"

    def _run(self, text: str, run_manager=None) -> str:
        return f"{self.prefix}{text} {type(run_manager).__name__}"


class OnlyAsync(BaseTool):
    name: str = "only"
    description: str = "Async."

    async def _arun(self, text: str, run_manager=None) -> str:
        return f"{text} {type(run_manager).__name__}"


class Around(StructuredTool):
    def _run(self, *args, **kwargs):
        return f"[{super()._run(*args, **kwargs)}]"

    async def _arun(self, *args, **kwargs):
        return f"<{await super()._arun(*args, **kwargs)}>"


def test_a_class_with_a_sync_body(call):
    assert call(Recorder(prefix="- "), {"text": "a"}) == "- a CallbackManagerForToolRun"
    assert call(Recorder(), "a", {"callbacks": [BaseCallbackHandler()]}) == ">a CallbackManagerForToolRun"
    assert list(Recorder().args) == ["text"]


def test_a_class_with_an_async_body():
    assert asyncio.run(OnlyAsync().ainvoke("a")) == "a AsyncCallbackManagerForToolRun"
    assert list(OnlyAsync().args) == ["text"]
    with pytest.raises(NotImplementedError, match="'only' is async only"):
        OnlyAsync().invoke("a")


def test_a_class_without_a_body(call):
    class Empty(BaseTool):
        name: str = "empty"
        description: str = "Empty."

    with pytest.raises(TypeError, match="'empty' has nothing to call: define _run or _arun in Empty"):
        call(Empty(), {})


def test_a_class_around_a_function():
    def more(a: int, config: RunnableConfig) -> int:
        return a + len(config["tags"])

    around = Around.from_function(more, name="around", description="Around.")
    assert around.invoke({"a": 1}, {"tags": ["t"]}) == "[2]"
    assert asyncio.run(around.ainvoke({"a": 1}, {"tags": ["t"]})) == "<[2]>"


def test_a_name_has_to_be_given():
    class Nameless(BaseTool):
        description: str = "x"

    with pytest.raises(ValidationError, match="for Nameless\nname\n  Field required"):
        Nameless()


def test_what_changes_is_read_anew(call):
    changed = StructuredTool.from_function(lambda a: a, name="one", description="One.")
    assert call(changed, {"a": 1}) == 1
    assert changed.tool_call_schema.model_json_schema()["title"] == "one"
    changed.func = lambda a: -a
    changed.name = "two"
    assert call(changed, {"a": 1}) == -1
    assert changed.tool_call_schema.model_json_schema()["title"] == "two"
    assert changed.model_copy(update={"name": "three"}).tool_call_schema.__name__ == "three"


def test_tools_are_copied_pickled_and_compared():
    original = Recorder(prefix="!")
    assert original.invoke("a")
    for twin in (copy.copy(original), copy.deepcopy(original), pickle.loads(pickle.dumps(original))):
        assert twin == original
        assert twin.invoke("a") == original.invoke("a")
        twin.prefix = "?"
        assert twin.invoke("a").startswith("?")
    assert "prefix='!'" in repr(original)
    assert Recorder() != original


def test_tools_are_dumped_as_json():
    dumped = json.loads(add.model_dump_json())
    assert dumped["args_schema"]["properties"]["a"] == {"title": "A", "type": "integer"}
    assert dumped["func"].startswith("<function add")
    assert add.model_dump()["func"] is add.func
