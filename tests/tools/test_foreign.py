"""Tools of other libraries, and objects that are like tools."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ValidationError

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.messages import ToolMessage
from stepgraph.runnables import RunnableLambda
from stepgraph.tools import ToolException, ToolRuntime, convert_to_openai_tool, tool
from stepgraph.tools.foreign import ForeignTool, adopted, is_foreign_tool, tool_of
from stepgraph.tools.injection import InjectedState
from stepgraph.types import Command, Send
from tests.both_roots import needs_langchain

JSON = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}


class Sum(BaseModel):
    """Two numbers."""

    a: int
    b: int = 1


class Duck:
    """Takes arguments as a dict, in either colour."""

    name = "duck"
    description = "Adds."
    args_schema: Any = Sum

    def __init__(self):
        self.asked = []

    def invoke(self, input, config=None):
        self.asked.append((input, config))
        return input["a"] + input["b"]

    async def ainvoke(self, input, config=None):
        return self.invoke(input, config)


class Foreign(Duck):
    """Takes whole tool calls, as tools of other libraries do."""

    name = "foreign"
    answer: Any = None

    @property
    def tool_call_schema(self):
        return self.args_schema

    def invoke(self, input, config=None):
        self.asked.append((input, config))
        if isinstance(self.answer, Exception):
            raise self.answer
        Sum.model_validate(input["args"])
        return self.answer or SimpleNamespace(
            type="tool", content="3", tool_call_id=input["id"], name="foreign", artifact=[3], status="success", id="m1"
        )

    def run(self, tool_input, **kwargs):
        return f"ran {tool_input}"


class Hears(BaseCallbackHandler):
    run_inline = True

    def __init__(self):
        self.heard = []

    def on_tool_start(self, serialized, input_str, *, inputs=None, tags=None, **_):
        self.heard.append(("start", serialized["name"], inputs, tags))

    def on_tool_end(self, output, **_):
        self.heard.append(("end", getattr(output, "content", output)))

    def on_tool_error(self, error, **_):
        self.heard.append(("error", type(error).__name__))


def call(name, **args):
    return {"type": "tool_call", "id": "c", "name": name, "args": args}


def test_which_are_foreign():
    @tool
    def ours(x: int) -> int:
        """Ours."""
        return x

    assert is_foreign_tool(Duck())
    assert is_foreign_tool(Foreign())
    for other in (ours, Duck, RunnableLambda(len), len, {"name": "x"}, SimpleNamespace(invoke=len, name="no schema")):
        assert not is_foreign_tool(other)
    assert tool_of(ours) is ours
    assert tool_of(len).name == "len"


async def test_an_object_gets_its_arguments_checked():
    duck, hears = Duck(), Hears()
    made = adopted(duck)
    assert made.invoke({"a": "2"}) == 3
    message = await made.ainvoke(call("duck", a=1, b=1), {"callbacks": [hears], "tags": ["t"]})
    assert (message.content, message.tool_call_id, message.name) == ("2", "c", "duck")
    assert hears.heard == [("start", "duck", {"a": 1, "b": 1}, ["t"]), ("end", "2")]
    assert [input for input, _ in duck.asked] == [{"a": 2, "b": 1}, {"a": 1, "b": 1}]
    assert duck.asked[1][1]["tags"] == ["t"]
    with pytest.raises(ValidationError, match="the arguments of tool 'duck'"):
        made.invoke({"a": "x"})


async def test_an_object_of_one_colour():
    class Sync(Duck):
        ainvoke = property()

    class Async(Duck):
        invoke = property()

        async def ainvoke(self, input, config=None):
            return "async"

    assert await adopted(Sync()).ainvoke({"a": 1}) == 2
    assert await adopted(Async()).ainvoke({"a": 1}) == "async"
    with pytest.raises(NotImplementedError, match="tool 'duck' is async only"):
        adopted(Async()).invoke({"a": 1})


def test_an_object_with_a_json_schema_or_none():
    duck = Duck()
    duck.args_schema = JSON
    duck.invoke = lambda input, config=None: input
    made = adopted(duck)
    assert convert_to_openai_tool(duck)["function"] == {"name": "duck", "description": "Adds.", "parameters": JSON}
    assert made.invoke({"q": "a"}) == {"q": "a"}
    duck.args_schema = None
    assert convert_to_openai_tool(duck)["function"]["parameters"] == {"type": "object", "properties": {}}
    assert adopted(duck).invoke({}) == {}


async def test_a_tool_of_another_library_answers_tool_calls():
    foreign, hears = Foreign(), Hears()
    made = adopted(foreign)
    assert isinstance(made, ForeignTool)
    config = {"tags": ["t"], "callbacks": [hears]}
    for message in (made.invoke(call("foreign", a=1), config), await made.ainvoke(call("foreign", a=1), config)):
        assert type(message) is ToolMessage
        assert (message.content, message.artifact, message.tool_call_id, message.id) == ("3", [3], "c", "m1")
    assert foreign.asked == [(call("foreign", a=1), config)] * 2
    assert hears.heard == []  # it reports its run itself
    assert made.run({"a": 1}) == "ran {'a': 1}"
    with pytest.raises(ValidationError, match="the arguments of tool 'foreign'"):
        await made.ainvoke(call("foreign", a="x"))


def test_the_config_around_goes_with_the_call():
    foreign = Foreign()
    RunnableLambda(lambda _: adopted(foreign).invoke(call("foreign", a=1))).invoke(0, {"metadata": {"m": 1}})
    assert foreign.asked[0][1]["metadata"] == {"m": 1}


def test_commands_of_theirs_become_ours():
    theirs = type("Command", (), {"graph": "__parent__", "update": None, "goto": ()})()
    send = type("Send", (), {"node": "n", "arg": 1})()
    answer = SimpleNamespace(type="tool", content="x", tool_call_id="c", artifact=None, status="error")
    theirs.update, theirs.goto = {"messages": [answer], "k": 1}, [send, "m"]
    foreign = Foreign()
    foreign.answer = theirs
    assert adopted(foreign).invoke(call("foreign", a=1)) == Command(
        graph=Command.PARENT,
        update={"messages": [ToolMessage("x", tool_call_id="c", status="error")], "k": 1},
        goto=[Send("n", 1), "m"],
    )


def test_their_exceptions_are_ours_too():
    class Theirs(Exception):
        pass

    Theirs.__name__ = "ToolException"
    foreign = Foreign()
    foreign.answer = Theirs("no", 1)
    with pytest.raises(ToolException, match="no") as caught:
        adopted(foreign).invoke(call("foreign", a=1))
    assert isinstance(caught.value, Theirs)
    assert caught.value is foreign.answer
    assert caught.value.args == ("no", 1)
    foreign.answer = OSError("no")
    foreign.answer.__cause__ = KeyError("why")
    with pytest.raises(OSError, match="no") as caught:
        adopted(foreign).invoke(call("foreign", a=1))
    assert isinstance(caught.value.__cause__, KeyError)


def test_what_is_injected_is_not_shown():
    class Wants(Sum):
        state: Annotated[dict, InjectedState]

    foreign = Foreign()
    foreign.args_schema = Wants
    made = adopted(foreign)
    assert {name: each.kind for name, each in made.demands.items()} == {"state": "state"}
    assert list(convert_to_openai_tool(foreign)["function"]["parameters"]["properties"]) == ["a", "b"]


def test_a_runtime_is_of_the_class_that_theirs_asks_for():
    @dataclass
    class Theirs:
        state: Any
        tool_call_id: str | None

    Theirs.__name__ = "ToolRuntime"

    class Wants(Sum):
        runtime: Theirs
        ours: ToolRuntime

    foreign = Foreign()
    foreign.args_schema = Wants
    given = ToolRuntime(
        state={"k": 1}, context=None, config={}, stream_writer=print, tool_call_id="c", store=None, tools=[]
    )
    adopted(foreign).invoke(call("foreign", a=1, runtime=given, ours=given))
    asked = foreign.asked[0][0]["args"]
    assert asked == {"a": 1, "runtime": Theirs({"k": 1}, "c"), "ours": given}
    assert list(convert_to_openai_tool(foreign)["function"]["parameters"]["properties"]) == ["a", "b"]


# LangChain's own.


@needs_langchain
class TestLangChain:
    @pytest.fixture
    def lc(self):
        from langchain_core import tools  # noqa: PLC0415 - where it is installed

        return tools

    @pytest.fixture
    def add(self, lc):
        from langchain_core.runnables import RunnableConfig  # noqa: PLC0415

        @lc.tool
        def add(a: int, b: int = 1, *, config: RunnableConfig) -> str:
            """Add."""
            return f"{a + b} {config['configurable']['user']} {config['tags']}"

        return add

    @pytest.mark.parametrize("is_async", [True, False])
    async def test_config_and_handlers(self, add, is_async):
        hears, made = Hears(), adopted(add)
        config = {"callbacks": [hears], "tags": ["t"], "configurable": {"user": "u"}}
        asked = call("add", a=1)
        message = await made.ainvoke(asked, config) if is_async else made.invoke(asked, config)
        assert type(message) is ToolMessage
        assert (message.content, message.name, message.status) == ("2 u ['t']", "add", "success")
        assert [each[:2] for each in hears.heard] == [("start", "add"), ("end", "2 u ['t']")]
        outer = RunnableLambda(lambda given: made.invoke(given))  # which hands on what is around
        assert outer.invoke(asked, config).content == "2 u ['t']"
        assert [each[0] for each in hears.heard[2:]] == ["start", "end"]

    def test_models_are_told_of_it_as_langchain_tells_them(self, lc, add):
        from langchain_core.utils.function_calling import convert_to_openai_tool as theirs  # noqa: PLC0415

        @lc.tool
        def hides(a: int, id: Annotated[str, lc.InjectedToolCallId], user: Annotated[str, lc.InjectedToolArg]) -> int:
            """Hides."""
            return a

        class Own(lc.BaseTool):
            name: str = "own"
            description: str = "Own."

            def _run(self, x: int, y: str = "a") -> str:
                return y * x

        by_json = lc.StructuredTool(name="json", description="d", args_schema=JSON, func=lambda **given: given)
        for each in (add, hides, Own(), by_json, lc.Tool("one", len, "Length.")):
            assert convert_to_openai_tool(each) == convert_to_openai_tool(adopted(each)) == theirs(each)
        assert adopted(Own()).invoke(call("own", x=2)).content == "aa"
        assert adopted(by_json).invoke(call("json", q="a")).content == '{"q": "a"}'
        assert adopted(lc.Tool("one", len, "Length.")).invoke(call("one", __arg1="abc")).content == "3"
        assert adopted(hides).invoke(call("hides", a=1, user="u")).content == "1"

    def test_what_our_markers_inject_is_shown_to_no_handler(self, lc):
        class Heard(BaseCallbackHandler):
            def on_tool_start(self, serialized, input_str, *, inputs=None, **kwargs):
                shown.append((input_str, inputs))

        @lc.tool
        def looks(a: int, state: Annotated[dict, InjectedState], user: Annotated[str, lc.InjectedToolArg]) -> str:
            """Look."""
            return f"{a} {state['k']} {user}"

        shown = []
        asked = call("looks", a=1, state={"k": "secret"}, user="u")
        assert adopted(looks).invoke(asked, {"callbacks": [Heard()]}).content == "1 secret u"
        assert shown == [("{'a': 1}", {"a": 1})]

    def test_its_own_policy_stands(self, lc):
        @lc.tool
        def fails(a: int) -> str:
            """Fail."""
            raise lc.ToolException("no")

        hears = Hears()
        with pytest.raises(ToolException, match="no") as caught:
            adopted(fails).invoke(call("fails", a=1), {"callbacks": [hears]})
        assert isinstance(caught.value, lc.ToolException)
        assert [each[0] for each in hears.heard] == ["start", "error"]
        fails.handle_tool_error = True
        message = adopted(fails).invoke(call("fails", a=1))
        assert (message.content, message.status) == ("no", "error")
        with pytest.raises(ValidationError, match="the arguments of tool 'fails'"):
            adopted(fails).invoke(call("fails", a="x"))
