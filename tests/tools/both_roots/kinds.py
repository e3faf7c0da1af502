"""A program written for langchain-core: tools that are more than one function. It prints what it sees."""

import asyncio

from langchain_core.runnables import RunnableLambda
from langchain_core.tools import (
    BaseTool,
    BaseToolkit,
    StructuredTool,
    Tool,
    convert_runnable_to_tool,
    create_retriever_tool,
    render_text_description,
    render_text_description_and_args,
    tool,
)
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel
from telling import attempt, call, show, told
from toolbox import Calculator, Point, Query, add, number, search_api


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


class BareWithout(BaseTool):
    def _run(self) -> str:
        return ""


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


class Document:
    def __init__(self, page_content):
        self.page_content = page_content
        self.metadata = {}


async def anumber(n: int) -> int:
    return n * 100


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


for part in (classes, others):
    print(f"-- {part.__name__}")
    part()
