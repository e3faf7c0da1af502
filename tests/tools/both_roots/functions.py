"""A program written for langchain-core: functions as tools, how they are shown and called. It prints what it sees."""

import asyncio
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from telling import attempt, call, show, told
from toolbox import Args, Color, Point, add, everything, multiply, search_api


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
        *("text", 1, 1.5, None, True, {"a": "ä"}, [1, 2], ["a", "b"], (1, "b"), [], {1, 2} - {1}, Point(x=1)),
        *(Color.RED, b"abc", [{"type": "text", "text": "a"}, "b"]),
        *([{"type": "image_url", "image_url": {"url": "u"}}], [{"type": "other"}], ({"type": "text", "text": "a"},)),
        *(ToolMessage("own", tool_call_id="z"), [ToolMessage("own", tool_call_id="z")], AIMessage("no tool's")),
    ]

    @tool
    def give(n: int) -> Any:
        """Give a value."""
        return values[n]

    for number in range(len(values) - 1):
        answer = give.invoke(call("give", {"n": number}))
        show("content", told(answer[0]) if isinstance(answer, list) else told(answer))
    show("content", type(give.invoke(call("give", {"n": len(values) - 1})).content).__name__)


for part in (schemas, invoking, contents):
    print(f"-- {part.__name__}")
    part()
