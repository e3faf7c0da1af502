"""A program written for langchain-core: tools of every kind. It prints what it sees, step by step."""
# ruff: noqa: UP045, E501 - written as such programs are

import asyncio
import json
import warnings
from enum import Enum
from typing import Annotated, Any, Literal, Optional

from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler, dispatch_custom_event
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.tools import (
    BaseTool,
    BaseToolkit,
    InjectedToolArg,
    InjectedToolCallId,
    StructuredTool,
    Tool,
    ToolException,
    convert_runnable_to_tool,
    create_retriever_tool,
    create_schema_from_function,
    render_text_description,
    render_text_description_and_args,
    tool,
)
from langchain_core.utils.function_calling import (
    convert_to_json_schema,
    convert_to_openai_function,
    convert_to_openai_tool,
    tool_example_to_messages,
)
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


def show(title, *values):
    print(
        f"{title}:",
        *(json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else value for value in values),
    )


def attempt(title, function):
    try:
        show(title, function())
    except Exception as error:
        bases = [
            cls.__name__
            for cls in type(error).__mro__
            if cls.__module__ in ("builtins", "pydantic_core._pydantic_core")
        ]
        show(title, "raised", bases[0])


def told(message):
    if not isinstance(message, ToolMessage):
        return repr(message)
    return repr((message.content, message.name, message.tool_call_id, message.status, message.artifact))


def call(name, args, id="call-1"):
    return {"type": "tool_call", "id": id, "name": name, "args": args}


# Functions.


@tool
def add(a: int, b: int = 2) -> int:
    """Add two numbers."""
    return a + b


@tool
async def multiply(a: int, b: Annotated[int, "the second factor"]) -> int:
    """Multiply two numbers."""
    return a * b


@tool("search", return_direct=True, extras={"defer_loading": True})
def search_api(query: str) -> str:
    """Search the web."""
    return f"found {query}"


@tool(parse_docstring=True)
def documented(bar: str, baz: int = 1, config: RunnableConfig = None) -> str:
    """The foo.

    It does more.

    Args:
        bar: The bar,
            which goes on.
        baz (int): The baz: a number.

    Returns:
        Something.
    """
    return f"{bar}{baz}"


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Point(BaseModel):
    """A point."""

    x: int
    y: int = Field(0, description="how high", ge=0)


class Query(TypedDict):
    """A query."""

    text: str
    limit: int


@tool
def everything(
    points: list[Point],
    color: Color,
    kind: Literal["a", "b"] = "a",
    maybe: Optional[float] = None,
    query: Optional[Query] = None,
    ruled: Annotated[int, Field(ge=1, le=5, description="one to five")] = 3,
    fielded: str = Field("x", description="a field", max_length=3),
    untyped=None,
    names: dict[str, int] = {"a": 1},  # noqa: B006
) -> str:
    """Take everything."""
    return repr((points, color, kind, maybe, query, ruled, fielded, untyped, names))


class Args(BaseModel):
    """What it takes."""

    first: int = Field(description="the first")
    second: str = "two"
    third: list[Point] = Field(default_factory=list)


@tool(args_schema=Args)
def with_schema(first: int, second: str, third: list) -> str:
    """Use a schema."""
    return f"{first} {second} {third}"


@tool(
    "by_json", args_schema={"title": "J", "type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
)
def by_json(x):
    """Take JSON."""
    return x * 2


@tool(infer_schema=False)
def loose(query: str) -> str:
    """Take one text."""
    return query.upper()


@tool(response_format="content_and_artifact")
def paired(n: int) -> tuple:
    """Return both."""
    return f"{n} numbers", list(range(n))


@tool(response_format="content_and_artifact")
def unpaired(n: int) -> tuple:
    """Return one."""
    return n


FUNCTIONS = [add, multiply, search_api, documented, everything, with_schema, by_json, loose, paired]


def schemas():
    for each in FUNCTIONS:
        show("name", each.name, "|", each.description, "|", each.return_direct, each.response_format, each.extras)
        show("args", each.args)
        show("single", each.is_single_input)
        show("openai", convert_to_openai_tool(each))
        if each is not loose and each is not by_json:
            show("shown", each.tool_call_schema.model_json_schema())
            show("full", each.get_input_schema().model_json_schema())
    show("json", by_json.tool_call_schema)
    show("json input", by_json.get_input_schema().model_json_schema()["title"] != "")


def invoking():
    show("dict", add.invoke({"a": 1}), add.invoke({"a": "1", "b": "3"}))
    show("call", told(add.invoke(call("add", {"a": 1}))))
    show("text", search_api.invoke("tea"), told(search_api.invoke(call("search", {"query": "x"}))))
    show("more than asked", add.invoke({"a": 1, "c": 3}))
    show(
        "models",
        everything.invoke(
            {"points": [{"x": 1}, {"x": "2", "y": 3}], "color": "red", "query": {"text": "a", "limit": 1}}
        ),
    )
    show(
        "schema", with_schema.invoke({"first": 1, "second": "b", "third": [{"x": 1}]}), with_schema.invoke({"first": 1})
    )
    show("json", by_json.invoke({"x": 2}), told(by_json.invoke(call("by_json", {"x": 2}))))
    show(
        "loose", loose.invoke("a"), loose.invoke({"anything": "b"}), told(loose.invoke(call("loose", {"__arg1": "c"})))
    )
    show("pair", paired.invoke({"n": 2}), told(paired.invoke(call("paired", {"n": 2}))))
    attempt("no pair", lambda: unpaired.invoke({"n": 2}))
    attempt("no pair of a call", lambda: unpaired.invoke(call("unpaired", {"n": 2})))
    attempt("async only", lambda: multiply.invoke({"a": 1, "b": 2}))
    attempt("missing", lambda: add.invoke({"b": 2}))
    attempt("wrong", lambda: add.invoke({"a": "x"}))
    attempt("text for json", lambda: by_json.invoke("x"))
    attempt("rules", lambda: everything.invoke({"points": [], "color": "green"}))
    show("run", add.run({"a": 1}), search_api.run("x"), told(add.run({"a": 1}, tool_call_id="9")))
    show("batch", add.batch([{"a": 1}, {"a": 2}]), list(add.stream({"a": 1})))
    show("sequence", (add | (lambda n: n + 1)).invoke({"a": 1}))

    async def run():
        show(
            "async",
            await multiply.ainvoke({"a": 2, "b": 3}),
            told(await multiply.ainvoke(call("multiply", {"a": 2, "b": 3}))),
        )
        show("async of sync", await add.ainvoke({"a": 2}), await add.arun({"a": 3}), await add.abatch([{"a": 1}]))

    asyncio.run(run())


def contents():
    values = [
        "text", 1, 1.5, None, True, {"a": "ä"}, [1, 2], ["a", "b"], (1, "b"), [], {1, 2} - {1}, Point(x=1), Color.RED, b"abc",
        [{"type": "text", "text": "a"}, "b"], [{"type": "image_url", "image_url": {"url": "u"}}], [{"type": "other"}],
        ({"type": "text", "text": "a"},), ToolMessage("own", tool_call_id="z"), [ToolMessage("own", tool_call_id="z")],
        AIMessage("no tool's"),
    ]  # fmt: skip

    @tool
    def give(n: int) -> Any:
        """Give a value."""
        return values[n]

    for number in range(len(values) - 1):
        answer = give.invoke(call("give", {"n": number}))
        show("content", told(answer[0]) if isinstance(answer, list) else told(answer))
    show("content", type(give.invoke(call("give", {"n": len(values) - 1})).content).__name__)


# Errors.


def failing(policy, error):
    def fail(n: int) -> int:
        """Fail."""
        raise error

    return StructuredTool.from_function(fail, handle_tool_error=policy)


def errors():
    for policy in (
        False,
        None,
        True,
        "sorry",
        lambda error: f"caught {error}",
        lambda _: [{"type": "text", "text": "x"}],
    ):
        attempt(
            "tool error",
            lambda policy=policy: told(failing(policy, ToolException("broken")).invoke(call("fail", {"n": 1}))),
        )
        attempt(
            "tool error, no call", lambda policy=policy: told(failing(policy, ToolException("broken")).invoke({"n": 1}))
        )
    attempt("empty", lambda: told(failing(True, ToolException()).invoke(call("fail", {"n": 1}))))
    attempt("other error", lambda: told(failing(True, KeyError("k")).invoke(call("fail", {"n": 1}))))
    for policy in (
        False,
        True,
        "wrong",
        lambda error: f"{len(error.errors())} {error.errors()[0]['loc']} {error.errors()[0]['type']}",
    ):
        checked = StructuredTool.from_function(lambda n: n, name="checked", description="d", handle_validation_error=policy,
                                               args_schema=create_schema_from_function("checked", number))  # fmt: skip
        attempt("validation error", lambda checked=checked: told(checked.invoke(call("checked", {"n": "x"}))))
        attempt("validation error, no call", lambda checked=checked: told(checked.invoke({})))

    attempt("no docstring", lambda: tool(undocumented))
    attempt("no docstring, described", lambda: tool(description="told")(undocumented).description)
    attempt("bad docstring", lambda: tool(parse_docstring=True)(badly_documented))
    attempt("no sections", lambda: tool(parse_docstring=True)(number))
    attempt(
        "no sections, allowed", lambda: tool(parse_docstring=True, error_on_invalid_docstring=False)(number).description
    )
    attempt("no function", StructuredTool.from_function)
    attempt("bad schema", lambda: tool(args_schema=int)(number))
    attempt("no name", lambda: tool(3))


def number(n: int) -> int:
    """Take a number."""
    return n


def undocumented(n: int) -> int:
    return n


def badly_documented(n: int) -> int:
    """Take a number.

    Args:
        banana: What is that?
    """
    return n


# Injection.


@tool
def injected(
    x: int,
    user: Annotated[str, InjectedToolArg],
    id: Annotated[str, InjectedToolCallId],
    config: RunnableConfig,
    other: Annotated[Optional[str], InjectedToolArg()] = "o",
) -> str:
    """Be injected."""
    return f"{x} {user} {id} {config['configurable']} {config['tags']} {other}"


def injection():
    show("shown", injected.tool_call_schema.model_json_schema(), injected.args)
    show("full", sorted(injected.get_input_schema().model_fields))
    given = {"x": 1, "user": "u"}
    show("given", told(injected.invoke(call("injected", given), {"configurable": {"k": 1}, "tags": ["t"]})))
    attempt("no call", lambda: injected.invoke(given))
    attempt("no user", lambda: injected.invoke(call("injected", {"x": 1})))
    show("call unchanged", given)


# Classes.


class Calculator(BaseTool):
    name: str = "calculator"
    description: str = "Calculates."
    args_schema: type[BaseModel] = Point
    factor: int = 10

    def _run(self, x: int, y: int, run_manager=None) -> int:
        return (x + y) * self.factor


class Bare(BaseTool):
    name: str = "bare"
    description: str = "No schema."

    def _run(self, text: str, times: int = 2) -> str:
        return text * times

    async def _arun(self, text: str, times: int = 3) -> str:
        return text * times


class Kit(BaseToolkit):
    def get_tools(self):
        return [Calculator(factor=1), Bare()]


class Wrong(Exception):
    pass


def classes():
    calculator, bare = Calculator(), Bare()
    show("fields", calculator.factor, calculator.name, Calculator(name="other").name)
    show(
        "invoke",
        calculator.invoke({"x": 1}),
        calculator.invoke({"x": 1, "y": 2}),
        told(calculator.invoke(call("calculator", {"x": 2}))),
    )
    show("bare", bare.invoke("a"), bare.invoke({"text": "b"}), bare.invoke({"text": "b", "times": 1}))
    show("bare args", bare.args, bare.tool_call_schema.model_json_schema())
    show("async", asyncio.run(calculator.ainvoke({"x": 1})), asyncio.run(bare.ainvoke("a")))
    show("kit", [each.name for each in Kit().get_tools()])
    attempt("no name", lambda: BareWithout())
    try:

        class Mistaken(BaseTool):
            args_schema: BaseModel = Point

    except TypeError as error:
        show("mistaken", type(error).__name__)


class BareWithout(BaseTool):
    def _run(self) -> str:
        return ""


# Handlers.


class Diary(BaseCallbackHandler):
    def on_tool_start(
        self, serialized, input_str, *, inputs=None, tool_call_id=None, tags=None, metadata=None, **kwargs
    ):
        show("start", serialized, input_str, inputs, tool_call_id, tags, metadata, kwargs.get("color"))

    def on_tool_end(self, output, *, name=None, color=None, **kwargs):
        show("end", told(output), name, color)

    def on_tool_error(self, error, *, tool_call_id=None, **kwargs):
        show("error", type(error).__name__, tool_call_id)

    def on_custom_event(self, name, data, **kwargs):
        show("custom", name, data)


class AsyncDiary(AsyncCallbackHandler):
    async def on_tool_start(self, serialized, input_str, *, inputs=None, tool_call_id=None, **kwargs):
        show("async start", serialized, input_str, inputs, tool_call_id)

    async def on_tool_end(self, output, **kwargs):
        show("async end", told(output))


@tool
def eventful(n: int, user: Annotated[str, InjectedToolArg] = "secret") -> int:
    """Send an event."""
    dispatch_custom_event("halfway", {"n": n})
    if n > 2:
        raise ToolException("too much")
    return n


def handlers():
    config = {"callbacks": [Diary()], "tags": ["t"], "metadata": {"m": 1}}
    eventful.invoke(call("eventful", {"n": 1, "user": "hidden"}), config)
    eventful.invoke({"n": 2}, config)
    attempt("failed", lambda: eventful.invoke(call("eventful", {"n": 3}), config))
    attempt("rejected", lambda: eventful.invoke(call("eventful", {"n": "x"}), config))
    search_api.invoke("tea", config)
    own = Calculator(callbacks=[Diary()], tags=["own"], metadata={"o": 1})
    own.invoke({"x": 1})
    own.run({"x": 2}, tags=["given"], metadata={"g": 1})
    asyncio.run(multiply.ainvoke(call("multiply", {"a": 1, "b": 2}), {"callbacks": [AsyncDiary()]}))
    asyncio.run(eventful.ainvoke({"n": 1}, config))

    async def streamed():
        async for event in eventful.astream_events({"n": 1}, version="v2"):
            show(
                "event",
                event["event"],
                event["name"],
                {key: value for key, value in event["data"].items() if key != "chunk"},
            )

    asyncio.run(streamed())


# Others.


class Document:
    def __init__(self, page_content):
        self.page_content = page_content
        self.metadata = {}


def others():
    shout = Tool("shout", lambda text: text.upper(), "Shout.")
    show("tool", shout.invoke("a"), shout.run("b"), shout.args, told(shout.invoke(call("shout", {"__arg1": "c"}))))
    attempt("too many", lambda: shout.invoke({"a": "1", "b": "2"}))
    show("openai", convert_to_openai_tool(shout))
    show("from", Tool.from_function(len, "length", "How long.").invoke("abc"))
    pair = StructuredTool.from_function(func=number, coroutine=anumber, name="n", description=" both ")
    show("both", pair.invoke({"n": 1}), asyncio.run(pair.ainvoke({"n": 1})), repr(pair.description))

    def described(query: Query) -> str:
        return f"{query['text']}"

    typed = RunnableLambda(described)
    made = convert_runnable_to_tool(typed, name="typed", arg_types={"text": str, "limit": int})
    show("as tool", made.name, made.invoke({"text": "a", "limit": 1}), made.args)
    texts = convert_runnable_to_tool(
        RunnableLambda(str.upper).with_types(input_type=str), name="upper", description="Up."
    )
    show("as text tool", texts.invoke("a"), texts.description)
    show("runnable", tool("r", typed.with_types(input_type=Point)).args)
    print(render_text_description([add, search_api]))
    print(render_text_description_and_args([add, search_api]))
    retriever = RunnableLambda(lambda query: [Document(f"{query} 1"), Document(f"{query} 2")])
    if retriever is not None:
        finder = create_retriever_tool(retriever, "find", "Find.", response_format="content_and_artifact")
        show("retriever", finder.args, finder.response_format)


async def anumber(n: int) -> int:
    return n * 100


class Typed(TypedDict):
    """A typed dict.

    Args:
        name: The name.
    """

    name: str
    age: Annotated[int, ..., "how old"]
    tags: Annotated[Optional[list[str]], None, "labels"]
    nested: Query


def plain(a: int, b: Literal["x", "y"] = "x", user: Annotated[str, InjectedToolArg] = "") -> str:
    """Be plain.

    Args:
        a: The a.
        b: The b.
    """
    return ""


def converting():
    show("function", convert_to_openai_function(plain))
    show("model", convert_to_openai_function(Args), convert_to_openai_function(Point, strict=True))
    show("typed dict", convert_to_openai_function(Typed))
    show("anthropic", convert_to_openai_function({"name": "n", "description": "d", "input_schema": {"type": "object"}}))
    show(
        "bedrock", convert_to_openai_function({"toolSpec": {"name": "n", "inputSchema": {"json": {"type": "object"}}}})
    )
    show("openai", convert_to_openai_function({"name": "n", "parameters": {}, "other": 1}))
    show(
        "titled",
        convert_to_openai_function(
            {"title": "t", "description": "d", "type": "object", "properties": {"title": {"type": "string"}}}
        ),
    )
    show(
        "built in",
        convert_to_openai_tool({"type": "web_search_preview_2025"}),
        convert_to_openai_tool({"type": "function", "function": {"name": "n"}}),
    )
    show("strict", convert_to_openai_tool(everything, strict=True), convert_to_openai_tool(add, strict=False))
    attempt("unknown", lambda: convert_to_openai_function({"type": "object"}))
    attempt("number", lambda: convert_to_openai_function(3))
    attempt(
        "strictly", lambda: convert_to_openai_function({"name": "n", "parameters": {}, "strict": False}, strict=True)
    )
    show(
        "json schema",
        convert_to_json_schema(add),
        convert_to_json_schema(Point),
        convert_to_json_schema(Typed, strict=True),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        messages = tool_example_to_messages("hi", [Point(x=1)], ["done"], ai_response="bye")
    show(
        "example",
        [(each.type, each.content) for each in messages],
        messages[1].additional_kwargs["tool_calls"][0]["function"],
    )
    show(
        "schema",
        create_schema_from_function(
            "s", plain, parse_docstring=True, filter_args=["b"], include_injected=False
        ).model_json_schema(),
    )


for part in (schemas, invoking, contents, errors, injection, classes, handlers, others, converting):
    print(f"-- {part.__name__}")
    part()
