"""Making tools: of functions, methods, partials and runnables, and what is said where that cannot be."""

import asyncio
import functools
import warnings
from typing import Annotated

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.prompts import PromptTemplate
from stepgraph.runnables import RunnableLambda, RunnablePassthrough
from stepgraph.tools import (
    BaseTool,
    BaseToolkit,
    SchemaAnnotationError,
    StructuredTool,
    convert_runnable_to_tool,
    create_retriever_tool,
    render_text_description,
    tool,
)


def power(base: int, exponent: int = 2) -> int:
    """Raise to a power."""
    return base**exponent


class Robot:
    def greet(self, name: str) -> str:
        """Greet."""
        return f"hello {name}"

    async def __call__(self, name: str) -> str:
        """Answer."""
        return f"yes, {name}"


def test_partials_methods_and_objects(call):
    cubed = tool(functools.partial(power, exponent=3))
    assert (cubed.name, cubed.description) == ("power", "Raise to a power.")
    assert call(cubed, {"base": "2"}) == 8
    assert list(tool(functools.partial(power, 2)).args) == ["exponent"]
    assert call(tool(Robot().greet), {"name": "ada"}) == "hello ada"
    robot = tool("robot")(Robot())
    assert robot.description == "Answer."
    assert asyncio.run(robot.ainvoke({"name": "ada"})) == "yes, ada"


def test_ways_to_write_it():
    for made in (tool(power), tool()(power), tool("power")(power), tool(description="Raise to a power.")(power)):
        assert (made.name, made.description, made.invoke({"base": 3})) == ("power", "Raise to a power.", 9)
    assert tool(power, return_direct=True, extras={"a": 1}).extras == {"a": 1}


def test_a_docstring_is_told_without_its_indentation():
    @tool
    def explained(a: int) -> int:
        """Explain.

        In two paragraphs:
            and one deeper.
        """
        return a

    assert explained.description == "Explain.\n\nIn two paragraphs:\n    and one deeper."


def test_annotated_texts_describe_arguments():
    @tool
    def told(a: Annotated[int, "the first"], b: Annotated[str | None, "the second"] = None) -> str:
        """Tell."""
        return ""

    assert [each.get("description") for each in told.args.values()] == ["the first", "the second"]


def test_what_a_docstring_says_counts_most():
    @tool(parse_docstring=True)
    def told(
        a: Annotated[int, "annotated"],
        b: int = Field(1, description="a field"),
        c: Annotated[int, Field(description="a field")] = 1,
        d: int = Field(2, description="only a field"),
    ) -> int:
        """Tell.

        Args:
            a: The a.
            b: The b.
            c: The c.
        """
        return a + b + c + d

    assert [each["description"] for each in told.args.values()] == ["The a.", "The b.", "The c.", "only a field"]
    assert told.invoke({"a": 1}) == 5


def undescribed(a: int) -> int:
    return a


def half_described(a: int, banana: int) -> int:
    """Describe.

    Args:
        bananas: Fruit.
    """
    return a


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: tool(undescribed), "'undescribed' has nothing to tell a model .*: write a docstring, or pass descr"),
        (lambda: tool(undescribed, infer_schema=False), "write a docstring, or pass description="),
        (lambda: tool(lambda a: a), "has no name for a tool; pass name="),
        (lambda: tool(3), "tool takes a function, or a name, got int: 3"),
        (lambda: tool(None, RunnableLambda(len)), "a tool of a runnable needs a name: tool"),
        (
            lambda: tool(half_described, parse_docstring=True),
            "an argument 'bananas' that the function does not have; did you mean 'banana'",
        ),
        (lambda: tool(power, parse_docstring=True), "expected a summary, an empty line and a section 'Args:'"),
        (lambda: tool("any", RunnableLambda(len)), "the input of 'len' is no dict with known keys"),
        (StructuredTool.from_function, "needs something to call; pass a function as func="),
    ],
)
def test_what_cannot_be_a_tool(make, told):
    with pytest.raises(ValueError, match=told):
        make()


def test_what_is_no_schema():
    with pytest.raises(TypeError, match="args_schema must be a pydantic model, a TypedDict or a JSON schema as a dict"):
        tool(power, args_schema=int)
    with pytest.raises(SchemaAnnotationError, match=r"Mistaken.args_schema is annotated with BaseModel"):

        class Mistaken(BaseTool):
            args_schema: BaseModel = None


def test_subclasses_declare_a_name_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        class Named(BaseTool):
            name: str = "named"
            description: str = "x"

        class Renamed(Named):
            name: str = "renamed"

    assert Renamed.model_fields["name"].default == "renamed"


def test_a_toolkit():
    class Kit(BaseToolkit):
        suffix: str

        def get_tools(self):
            return [tool("a" + self.suffix)(power)]

    assert [each.name for each in Kit(suffix="b").get_tools()] == ["ab"]
    with pytest.raises(TypeError):
        BaseToolkit()


# Runnables.


class Query(TypedDict):
    """A query."""

    text: str
    limit: int


def search(query: Query) -> str:
    return f"{query['text']} x{query['limit']}"


class Names(BaseCallbackHandler):
    def __init__(self):
        self.heard = []

    def on_tool_start(self, serialized, input_str, **facts):
        self.heard.append(("tool", facts["name"], facts["parent_run_id"] is None))

    def on_chain_start(self, serialized, inputs, **facts):
        self.heard.append(("chain", facts["name"], facts["parent_run_id"] is None))


def test_a_runnable_of_a_dict(call):
    runnable = RunnableLambda(search)
    for made in (tool("find", runnable), convert_runnable_to_tool(runnable, name="find")):
        assert list(made.args) == ["text", "limit"]
        names = Names()
        assert call(made, {"text": "a", "limit": "2"}, {"callbacks": [names]}) == "a x2"
        assert names.heard == [("tool", "find", True), ("chain", "search", False)]
        assert call(made, {"text": "a", "limit": "2"}) == "a x2"


def test_a_runnable_of_a_text(call):
    made = convert_runnable_to_tool(RunnableLambda(str.upper).with_types(input_type=str), name="upper")
    assert call(made, "a") == "A"
    assert call(made, {"__arg1": "b"}) == "B"


def test_a_runnable_that_does_not_say(call):
    with pytest.raises(TypeError, match="cannot be a tool: its input must be a text, or a dict whose keys are known"):
        convert_runnable_to_tool(RunnableLambda(lambda given: given))
    made = convert_runnable_to_tool(RunnablePassthrough(), name="same", arg_types={"a": int})
    assert call(made, {"a": "1"}) == {"a": 1}


def test_as_tool(call):
    assert call(RunnableLambda(search).as_tool(name="find"), {"text": "a", "limit": "2"}) == "a x2"


# Retrievers.


class Page:
    def __init__(self, page_content):
        self.page_content = page_content
        self.metadata = {}


class Shelf:
    def invoke(self, query, config=None):
        return [Page(f"{query} 1"), Page(f"{query} 2")]

    async def ainvoke(self, query, config=None):
        return self.invoke(query, config)


def test_a_retriever(call):
    finder = create_retriever_tool(Shelf(), "find", "Finds.")
    assert call(finder, {"query": "a"}) == "a 1\n\na 2"
    assert call(finder, "a") == "a 1\n\na 2"
    both = create_retriever_tool(
        Shelf(), "find", "Finds.", document_separator="|", response_format="content_and_artifact"
    )
    message = call(both, {"type": "tool_call", "name": "find", "id": "1", "args": {"query": "b"}})
    assert message.content == "b 1|b 2"
    assert [page.page_content for page in message.artifact] == ["b 1", "b 2"]


def test_a_retriever_with_a_prompt():
    prompt = PromptTemplate.from_template("({page_content})")
    assert create_retriever_tool(Shelf(), "find", "Finds.", document_prompt=prompt).invoke("a") == "(a 1)\n\n(a 2)"


def test_tools_as_text():
    assert render_text_description([tool(power)]) == "power(base: int, exponent: int = 2) -> int - Raise to a power."
