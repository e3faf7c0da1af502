"""Calling a tool: what goes in, what comes out, what handlers hear, and what is said of what does not fit."""

import asyncio
import copy
import inspect
import json
import pickle
import threading
from contextvars import ContextVar
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from typing_extensions import NotRequired, TypedDict

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.config import RunnableConfig
from stepgraph.messages import ToolMessage
from stepgraph.tools import BaseTool, InjectedToolArg, StructuredTool, Tool, ToolException, tool
from stepgraph.types import Command


def request(name, args, identity="call-1"):
    return {"type": "tool_call", "name": name, "id": identity, "args": args}


@tool
def add(a: int, b: int = 2) -> int:
    """Add."""
    return a + b


# What goes in.


def test_a_dict_a_text_and_a_tool_call(call):
    assert call(add, {"a": 1}) == 3
    assert call(add, "1") == 3  # the text stands for the first argument, and is checked like others
    assert call(add, request("add", {"a": "1", "b": 5})) == ToolMessage("6", name="add", tool_call_id="call-1")


def test_a_call_of_a_message_without_its_type(call):
    assert call(add, {"name": "add", "id": "1", "args": {"a": 1}}).content == "3"


def test_a_call_without_an_id_is_answered_with_the_bare_result(call):
    assert call(add, request("add", {"a": 1}, None)) == 3


@pytest.mark.parametrize("input", [None, 5, ["a"], ToolMessage("x", tool_call_id="1")])
def test_nothing_else_is_taken(call, input):
    with pytest.raises(TypeError, match="'add' takes a text, a dict of arguments or a tool call, got"):
        call(add, input)


def test_half_a_call_is_refused(call):
    with pytest.raises(ValueError, match="a tool call without an id; expected"):
        call(add, {"type": "tool_call", "name": "add", "args": {"a": 1}})
    with pytest.raises(ValueError, match="a tool call without args; expected"):
        call(add, {"type": "tool_call", "name": "add", "id": "1"})


def test_a_config_that_is_none_is_refused(call):
    with pytest.raises(ValueError, match="config has no key 'tag'; did you mean 'tags'"):
        call(add, {"a": 1}, {"tag": []})


class Point(BaseModel):
    x: int
    y: int = 0


def test_models_are_handed_on_as_instances(call):
    @tool
    def move(point: Point, others: list[Point]) -> str:
        """Move."""
        return repr([point, *others])

    assert call(move, {"point": {"x": "1"}, "others": [{"x": 2, "y": 3}]}) == "[Point(x=1, y=0), Point(x=2, y=3)]"


def test_defaults_are_those_of_the_function(call):
    unset = object()

    @tool
    def ask(a: int, given: object = unset, described: str = Field("x", description="A letter.")) -> str:
        """Ask."""
        return f"{given is unset} {described}"

    assert call(ask, {"a": 1}) == "True x"
    assert ask.args["described"]["description"] == "A letter."


def test_rest_keywords_and_positions(call):
    @tool
    def take(a, b=2, /, c=3, *rest: int, **more: str) -> str:
        """Take."""
        return repr((a, b, c, rest, more))

    assert call(take, {"a": 1}) == "(1, 2, 3, (), {})"
    assert call(take, {"a": 1, "c": 4, "rest": ["5"], "more": {"d": "6"}, "e": "7"}) == (
        "(1, 2, 4, (5,), {'e': '7', 'd': '6'})"
    )


def test_names_that_models_have_themselves(call):
    @tool
    def take(schema: str, json: int = 1, model_config: int = 2, _private: int = 3) -> str:
        """Take."""
        return f"{schema} {json} {model_config} {_private}"

    assert list(take.args) == ["schema", "json", "model_config", "_private"]
    assert call(take, {"schema": "s", "json": "4", "_private": "5"}) == "s 4 2 5"
    assert call(take, "s") == "s 1 2 3"


def test_an_annotation_that_cannot_be_resolved_hides_no_other(call):
    def take(a: "Missing", b: "int" = 1) -> str:  # noqa: F821 - that is the point
        """Take."""
        return repr((a, b))

    assert call(tool(take), {"a": [], "b": "2"}) == "([], 2)"


def test_a_schema_with_aliases_is_shown_as_it_is_checked(call):
    class Args(BaseModel):
        first: int = Field(alias="erste")

    @tool(args_schema=Args)
    def take(first: int) -> int:
        """Take."""
        return first

    assert list(take.args) == ["erste"]
    assert call(take, {"erste": "1"}) == 1
    assert call(take, "1") == 1


def test_a_schema_that_lets_more_in(call):
    class Args(BaseModel):
        model_config = ConfigDict(extra="allow")
        a: int

    @tool(args_schema=Args)
    def take(a, **more):
        """Take."""
        return a, more

    assert call(take, {"a": 1, "b": 2}) == (1, {"b": 2})


def test_a_typed_dict_as_the_schema(call):
    class Args(TypedDict):
        """Looks up."""

        a: int
        b: NotRequired[str]

    @tool(args_schema=Args)
    def take(a, b="left out"):
        return a, b

    class ByClass(BaseTool):
        name: str = "by_class"
        description: str = "x"
        args_schema: object = Args

        def _run(self, a, b="left out"):
            return a, b

    assert call(ByClass(), {"a": "1"}) == (1, "left out")
    assert take.description == "Looks up."
    assert call(take, {"a": "1"}) == (1, "left out")
    assert call(take, {"a": "1", "b": "c"}) == (1, "c")


def test_a_tool_without_arguments_takes_anything(call):
    @tool
    def now() -> str:
        """Tell the time."""
        return "noon"

    for input in ({}, "", {"model": "made this up"}):
        assert call(now, input) == "noon"
    assert now.args == {}


# Which function runs where.


def test_a_sync_function_runs_in_a_thread_with_its_context():
    who: ContextVar[str] = ContextVar("who", default="nobody")

    @tool
    def ask() -> str:
        """Ask."""
        return f"{who.get()} {threading.current_thread() is threading.main_thread()}"

    async def run():
        who.set("ada")
        return await ask.ainvoke({})

    assert asyncio.run(run()) == "ada False"


async def test_an_async_function_stays_on_the_loop():
    @tool
    async def ask() -> bool:
        """Ask."""
        return threading.current_thread() is threading.main_thread()

    assert await ask.ainvoke({})


async def test_a_sync_tool_does_not_block_the_loop():
    entered, go_on = threading.Event(), threading.Event()

    @tool
    def wait() -> bool:
        """Wait."""
        entered.set()
        return go_on.wait(10)

    task = asyncio.ensure_future(wait.ainvoke({}))
    assert await asyncio.to_thread(entered.wait, 10)
    go_on.set()
    assert await task


def test_an_async_tool_says_so_to_sync_code():
    @tool
    async def ask() -> str:
        """Ask."""
        return ""

    with pytest.raises(NotImplementedError, match=r"tool 'ask' is async only; use `await ….ainvoke"):
        ask.invoke({})
    hidden = Tool("hidden", lambda text: later(text), "Hidden.")
    with pytest.raises(NotImplementedError, match="the function of tool 'hidden' is async"):
        hidden.invoke("a")
    assert asyncio.run(hidden.ainvoke("a")) == "a later"


async def later(text):
    return f"{text} later"


def test_a_tool_of_both_colours():
    both = StructuredTool.from_function(
        lambda a: f"sync {a}", later, name="both", description="Both.", args_schema=None
    )
    both = both.model_copy(update={"coroutine": asynchronous})
    assert both.invoke({"a": 1}) == "sync 1"
    assert asyncio.run(both.ainvoke({"a": 1})) == "async 1"


async def asynchronous(a):
    return f"async {a}"


# Subclasses.


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
    assert call(Recorder(), "a", {"callbacks": [Diary()]}) == ">a CallbackManagerForToolRun"
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

    with pytest.raises(ValidationError, match="name"):
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


# What comes out.


def test_messages_and_commands_are_handed_on(call):
    command, message = Command(goto="x"), ToolMessage("own", tool_call_id="other")

    @tool
    def give(which: int) -> object:
        """Give."""
        return [command, message, [message, command], [message, "text"]][which]

    assert call(give, request("give", {"which": 0})) is command
    assert call(give, request("give", {"which": 1})) is message
    assert call(give, request("give", {"which": 2})) == [message, command]
    assert call(give, request("give", {"which": 3})).tool_call_id == "call-1"


@pytest.mark.parametrize("response", ["text", ("a",), ("a", "b", "c"), ["a", "b"], None])
def test_a_pair_has_to_be_a_pair(call, response):
    @tool(response_format="content_and_artifact")
    def give() -> object:
        """Give."""
        return response

    with pytest.raises(ValueError, match=r"tool 'give' has response_format='content_and_artifact', so it must return"):
        call(give, request("give", {}))


# Errors.


def test_errors_name_tool_and_argument(call):
    with pytest.raises(ValidationError) as failed:
        call(add, {"a": "one", "b": None})
    text = str(failed.value)
    assert "2 validation errors for the arguments of tool 'add'" in text
    for told in ("a\n", "valid integer", "input_value='one'", "b\n", "input_value=None"):
        assert told in text
    assert [error["loc"] for error in failed.value.errors()] == [("a",), ("b",)]
    assert isinstance(failed.value, ValueError)


def test_errors_of_validators_of_the_users_own(call):
    class Args(BaseModel):
        a: int

        @field_validator("a")
        @classmethod
        def even(cls, value):
            if value % 2:
                raise ValueError("must be {even}")
            return value

    taking = StructuredTool.from_function(lambda a: a, name="taking", description="x", args_schema=Args)
    with pytest.raises(ValidationError, match=r"must be \{even\}"):
        call(taking, {"a": 1})


def test_a_validation_error_may_be_answered(call):
    seen = []

    def answered(error):
        seen.append(error)
        return "try again"

    polite = add.model_copy(update={"handle_validation_error": answered})
    message = call(polite, request("add", {"a": "x"}))
    assert (message.content, message.status) == ("try again", "error")
    assert seen[0].errors()[0]["loc"] == ("a",)


def test_only_tool_exceptions_are_answered(call):
    def fail(kind: str) -> str:
        raise {"tool": ToolException("sorry"), "other": KeyError("k")}[kind]

    failing = StructuredTool.from_function(fail, description="Fail.", handle_tool_error=True)
    message = call(failing, request("fail", {"kind": "tool"}))
    assert (message.content, message.status, message.name) == ("sorry", "error", "fail")
    with pytest.raises(KeyError):
        call(failing, request("fail", {"kind": "other"}))


# What handlers hear.


class Diary(BaseCallbackHandler):
    def __init__(self):
        self.heard = []

    def on_tool_start(self, serialized, input_str, **facts):
        kept = ("inputs", "tool_call_id", "name", "tags", "metadata")
        self.heard.append(("start", serialized, input_str, {key: facts.get(key) for key in kept}))
        self.run_id, self.parent_run_id = facts["run_id"], facts["parent_run_id"]

    def on_tool_end(self, output, **facts):
        self.heard.append(("end", output))

    def on_tool_error(self, error, **facts):
        self.heard.append(("error", type(error).__name__, facts.get("tool_call_id")))


def test_handlers_hear_of_a_run(call):
    diary = Diary()
    message = call(add, request("add", {"a": 1}), {"callbacks": [diary], "tags": ["t"], "run_name": "sum"})
    facts = {"inputs": {"a": 1}, "tool_call_id": "call-1", "name": "sum", "tags": ["t"], "metadata": {}}
    assert diary.heard == [("start", {"name": "add", "description": "Add."}, "{'a': 1}", facts), ("end", message)]


def test_handlers_see_nothing_that_is_injected(call):
    @tool
    def ask(a: int, secret: Annotated[str, InjectedToolArg], config: RunnableConfig) -> int:
        """Ask."""
        return a

    diary = Diary()
    call(ask, {"a": 1, "secret": "hidden", "config": "hidden"}, {"callbacks": [diary]})
    assert diary.heard[0][2:] == ("{'a': 1}", {**diary.heard[0][3], "inputs": {"a": 1}})


def test_handlers_hear_of_errors(call):
    diary = Diary()
    with pytest.raises(ValidationError):
        call(add, request("add", {"a": "x"}), {"callbacks": [diary]})
    assert diary.heard[-1] == ("error", "ValidationError", "call-1")


def test_runs_inside_are_below(call):
    diary = Diary()
    inner = add

    @tool
    def outer(a: int) -> int:
        """Call another."""
        return inner.invoke({"a": a})

    assert call(outer, {"a": 1}, {"callbacks": [diary]}) == 3
    assert [each[0] for each in diary.heard] == ["start", "start", "end", "end"]
    assert diary.parent_run_id is not None


async def test_a_cancelled_tool_ends_with_an_error():
    class Waits(AsyncCallbackHandler):
        heard: list = []  # noqa: RUF012 - of one test

        async def on_tool_error(self, error, **facts):
            self.heard.append(type(error).__name__)

    @tool
    async def forever() -> str:
        """Wait."""
        await asyncio.Event().wait()
        return ""

    task = asyncio.ensure_future(forever.ainvoke({}, {"callbacks": [Waits()]}))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert Waits.heard == ["CancelledError"]


def test_run_takes_what_a_config_has():
    diary = Diary()
    own = Diary()
    heard = add.model_copy(update={"callbacks": [own]})
    assert heard.run({"a": 1}, callbacks=[diary], tags=["t"], tool_call_id="7").tool_call_id == "7"
    assert asyncio.run(heard.arun({"a": 1}, callbacks=[diary])) == 3
    assert [each[0] for each in diary.heard] == [each[0] for each in own.heard] == ["start", "end"] * 2


def test_a_call_that_nobody_hears_reads_no_signature(monkeypatch):
    add.invoke({"a": 1})
    monkeypatch.setattr(inspect, "signature", None)
    assert add.invoke({"a": 1}) == 3
    assert add.invoke({"a": 1}, {"tags": ["t"]}) == 3
