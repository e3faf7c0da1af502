"""A program written for langchain-core: classes of tools, signatures and docstrings. It prints what it sees."""
# ruff: noqa: B006, C416, UP007, UP045 - written as such programs are

import asyncio
import json
from typing import Annotated, Any, Generic, Literal, Optional, TypeVar, Union

from langchain_core.callbacks import CallbackManagerForToolRun
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda, RunnablePassthrough
from langchain_core.tools import (
    BaseTool,
    InjectedToolArg,
    StructuredTool,
    Tool,
    ToolException,
    convert_runnable_to_tool,
    create_schema_from_function,
    tool,
)
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, Field


def plain(value):
    return (value.content, value.status) if isinstance(value, ToolMessage) else repr(value)


def attempt(number, function):
    try:
        found = function()
        if asyncio.iscoroutine(found):
            found = asyncio.run(found)
        print(number, json.dumps(found, sort_keys=True, default=plain))
    except Exception as error:
        print(number, "raised", type(error).__name__)


class Sch(BaseModel):
    """Return the arguments directly."""

    arg1: int
    arg2: bool
    arg3: Optional[dict] = None


class Mock(BaseTool):
    name: str = "structured_api"
    args_schema: type[BaseModel] = Sch
    description: str = "A Structured Tool"

    def _run(self, *, arg1: int, arg2: bool, arg3: Optional[dict] = None) -> str:
        return f"{arg1} {arg2} {arg3}"

    async def _arun(self, *, arg1, arg2, arg3=None):
        raise NotImplementedError


m = Mock()
attempt("1", lambda: m.run({"arg1": 1, "arg2": "yes", "arg3": {"a": 1}}))
attempt("2", lambda: m.run({}))
attempt("3", lambda: Mock(handle_validation_error=True).run({}))
attempt("4", lambda: m.args)
attempt("4b", lambda: m.ainvoke({"arg1": 1, "arg2": 1}))


class VarKw(BaseTool):
    name: str = "v"
    description: str = "d"
    args_schema: Any = Sch

    def _run(self, *args: Any, run_manager: Optional[CallbackManagerForToolRun] = None, **kwargs: Any):
        return [list(args), sorted(kwargs), run_manager is not None]


attempt("5", lambda: VarKw().invoke({"arg1": 1, "arg2": 1}))
attempt("6", lambda: VarKw().ainvoke({"arg1": 1, "arg2": 1}))


class NoSchKw(BaseTool):
    name: str = "v"
    description: str = "d"

    def _run(self, *args: Any, **kwargs: Any):
        return [list(args), sorted(kwargs)]


attempt("7", lambda: NoSchKw().invoke({"arg1": 1, "arg2": 1}))
attempt("8", lambda: NoSchKw().invoke("x"))


class Inj(BaseTool):
    name: str = "foo"
    description: str = "foo."

    def _run(self, x: Annotated[int, "abc"], y: Annotated[str, InjectedToolArg()]):
        return [x, y]


attempt("9", lambda: Inj().tool_call_schema.model_json_schema())
attempt("11", lambda: Inj().invoke({"x": 5, "y": "bar"}))
attempt("12", lambda: Inj().invoke({"x": 5}))
attempt("12b", lambda: Inj().invoke({"type": "tool_call", "id": "1", "name": "foo", "args": {"x": 5, "y": "bar"}}))


class fooSchema(BaseModel):
    """foo."""

    x: int = Field(..., description="abc")
    y: Annotated[str, "foobar comment", InjectedToolArg()] = Field(..., description="123")


class Inj2(BaseTool):
    name: str = "foo"
    description: str = "foo."
    args_schema: type[BaseModel] = fooSchema

    def _run(self, x: int, y: str):
        return [x, y]


attempt("13", lambda: Inj2().tool_call_schema.model_json_schema())
attempt("14", lambda: Inj2().get_input_schema().model_json_schema())
attempt("15", lambda: Inj2().invoke({"x": 5}))
attempt("16", lambda: convert_to_openai_tool(Inj2()))
T = TypeVar("T")


class Gen(BaseModel, Generic[T]):
    x: T


class Gi(Gen[int]):
    y: str = "q"


class Gt(BaseTool):
    name: str = "g"
    description: str = "d"
    args_schema: type[BaseModel] = Gi

    def _run(self, x, y="z"):
        return [x, y]


attempt("17", lambda: [Gt().args, Gt().invoke({"x": "3"})])
attempt(
    "18",
    lambda: (
        StructuredTool.from_function(
            name="tool", description="A tool", func=lambda tool_input, other_arg: f"{tool_input}{other_arg}"
        ).args
    ),
)
attempt(
    "19",
    lambda: StructuredTool.from_function(name="tool", description="A tool", func=lambda tool_input: tool_input).invoke(
        "q"
    ),
)


@tool
def empty() -> str:
    """Return a constant."""
    return "the empty result"


attempt("20", lambda: [empty.run({}), empty.args, empty.args_schema.model_json_schema(), empty.is_single_input])


class Fail(BaseTool):
    name: str = "exc"
    description: str = "d"
    exception: Any = ToolException()

    def _run(self):
        raise self.exception


attempt("21", lambda: Fail(handle_tool_error=True).run({}))
attempt("22", lambda: Fail(handle_tool_error=lambda e: "foo bar").run({}))
attempt("23", lambda: Fail(exception=ValueError("x"), handle_tool_error=True).run({}))
attempt("24", lambda: Fail(handle_tool_error=True, exception=ToolException("a", "b")).ainvoke({}))


class FooTool(BaseTool):
    name: str = "Foo"
    description: str = "Foo"

    def _run(self, bar: Any, bar_config: RunnableConfig, **kwargs: Any) -> Any:
        return [bar, bar_config["configurable"]["foo"]]


attempt("25", lambda: FooTool().invoke({"bar": "baz"}, {"configurable": {"foo": "not-bar"}}))
attempt("26", lambda: FooTool().ainvoke({"bar": "baz"}, {"configurable": {"foo": "not-bar"}}))


class AFoo(FooTool):
    async def _arun(self, bar: Any, bar_config: RunnableConfig, **kwargs: Any) -> Any:
        return [bar, "a", bar_config["configurable"]["foo"]]


attempt("27", lambda: AFoo().ainvoke({"bar": "baz"}, {"configurable": {"foo": "not-bar"}}))


class Meth:
    def foo(self, a: int, b: str) -> None:
        "Foo."

    @classmethod
    def bar(cls, a: int, b: str) -> None:
        "Bar."


attempt(
    "28",
    lambda: [
        create_schema_from_function("x", Meth.foo).model_json_schema(),
        create_schema_from_function("x", Meth.bar).model_json_schema(),
        create_schema_from_function("x", Meth().foo).model_json_schema(),
    ],
)


def mgr(a: int, callbacks: Any = None, run_manager: Any = None) -> str:
    "M."
    return str(callbacks is not None)


attempt("29", lambda: [tool(mgr).args, tool(mgr).invoke({"a": 1}), tool(mgr).invoke({"a": 1}, {"callbacks": []})])


@tool(parse_docstring=True)
def multi(
    a: int,
    b: Optional[list[str]] = None,
    c: Union[int, str] = 1,
    d: Literal["x"] = "x",
    e: tuple[int, str] = (1, "a"),
    f: set[int] = set(),
) -> str:
    """One.

    Two.

    Args:
        a: first
        b: second
            more
        c (int): third
        d: fourth: colon
    """
    return repr((a, b, c, d, e, f))


attempt("30", lambda: [multi.description, multi.args, multi.invoke({"a": 1, "b": ["q"], "e": [1, "b"], "f": [1, 1]})])


@tool
def ret(n: int) -> Any:
    "R."
    return {"a": {1}} if n else {"a": (1,)}


attempt(
    "31",
    lambda: [ret.invoke({"type": "tool_call", "id": "1", "name": "ret", "args": {"n": i}}).content for i in (0, 1)],
)
msg = AIMessage("", tool_calls=[{"name": "ret", "args": {"n": 0}, "id": "z", "type": "tool_call"}])
attempt("32", lambda: ret.invoke(msg.tool_calls[0]).content)
attempt("33", lambda: (RunnablePassthrough() | ret).batch([{"n": 0}, {"n": 0}]))
attempt("34", lambda: ret.with_config(tags=["x"]).invoke({"n": 0}))
attempt("35", lambda: ret.with_retry().invoke({"n": 0}))
attempt("36", lambda: ret.bind().invoke({"n": 0}))
attempt(
    "37", lambda: tool("nm", RunnableLambda(lambda x: x).with_types(input_type=Sch)).invoke({"arg1": 1, "arg2": False})
)
attempt(
    "38",
    lambda: [
        convert_runnable_to_tool(
            RunnableLambda(lambda x: str(x)), arg_types={"a": int, "b": list[int]}, name="n", description="dd"
        ).args
    ],
)
attempt("39", lambda: [c for c in ret.stream({"n": 0})])
attempt("40", lambda: Tool("n", None, "d", coroutine=FooTool().ainvoke).name)
attempt(
    "41",
    lambda: StructuredTool(
        name="x", description="d", func=lambda arg1, arg2, arg3=None: [arg1, arg2, arg3], args_schema=Sch
    ).invoke({"arg1": "1", "arg2": 0}),
)
attempt("42", lambda: empty.invoke({"type": "tool_call", "id": "1", "name": "empty", "args": {"x": 1}}).content)
attempt(
    "43",
    lambda: (
        StructuredTool.from_function(
            lambda a: a,
            name="x",
            description="d",
            args_schema={"type": "object", "properties": {"a": {"type": "string"}}, "title": "T", "description": "DD"},
        ).tool_call_schema
    ),
)
attempt(
    "44",
    lambda: (
        StructuredTool.from_function(
            lambda a: a,
            name="x",
            args_schema={"type": "object", "properties": {"a": {"type": "string"}}, "title": "T", "description": "DD"},
        ).description
    ),
)
attempt("45", lambda: StructuredTool.from_function(lambda **k: k, name="x", args_schema=Sch).description)


def nodoc(arg1: int, arg2: bool):
    return 1


attempt("46", lambda: tool(args_schema=Sch)(nodoc).description)
attempt("48", lambda: [x.__class__.__name__ for x in [m]] + [m.get_name(), m.get_input_jsonschema()])
