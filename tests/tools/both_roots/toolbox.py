"""Tools that several of the programs beside this one use."""
# ruff: noqa: UP045 - written as such programs are

from enum import Enum
from typing import Annotated, Literal, Optional

from langchain_core.tools import BaseTool, tool
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


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


class Args(BaseModel):
    """What it takes."""

    first: int = Field(description="the first")
    second: str = "two"
    third: list[Point] = Field(default_factory=list)


def number(n: int) -> int:
    """Take a number."""
    return n


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


class Calculator(BaseTool):
    name: str = "calculator"
    description: str = "Calculates."
    args_schema: type[BaseModel] = Point
    factor: int = 10

    def _run(self, x: int, y: int, run_manager=None) -> int:
        return (x + y) * self.factor
