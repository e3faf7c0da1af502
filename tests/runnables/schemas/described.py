"""Functions and classes that say what they take and give, and JSON schemas written short."""

import typing
from collections.abc import AsyncIterator, Iterator
from operator import itemgetter
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from typing_extensions import NotRequired

from stepgraph.runnables import Runnable, RunnableLambda


class Question(typing.TypedDict):  # not the one of typing_extensions, which pydantic asks for before Python 3.12
    text: str
    count: NotRequired[int]


class Answer(BaseModel):
    """An answer."""

    text: str
    score: float = 0.5


class Opaque:
    pass


def shown(number: int) -> str:
    return str(number)


def length(text: str) -> int:
    return len(text)


def answer(question: Question) -> Answer:
    return Answer(text=question["text"])


def anything(value):
    return value


async def listed(number: int) -> list[int]:
    return [number]


def items(number: int) -> Iterator[str]:
    yield str(number)


async def async_items(number: int) -> AsyncIterator[str]:
    yield str(number)


def delegating(number: int) -> Runnable[int, float]:
    raise NotImplementedError


def in_quotes(number: "int") -> "str":
    raise NotImplementedError


def nowhere(number: "Nowhere") -> "Nowhere":  # noqa: F821
    raise NotImplementedError


def opaque(value: Opaque) -> dict[str, Opaque]:
    raise NotImplementedError


class Callable_:
    def __call__(self, number: int) -> str:
        raise NotImplementedError

    def method(self, number: int) -> str:
        raise NotImplementedError


def counting(chunks: Iterator[str]) -> Iterator[int]:
    for chunk in chunks:
        yield len(chunk)


async def async_counting(chunks: AsyncIterator[str]) -> AsyncIterator[int]:
    async for chunk in chunks:
        yield len(chunk)


T = TypeVar("T")


class Typed(Runnable[int, str]):
    def __init__(self, heat: float = 0.5, model: str = "small"):
        self.heat: float = heat
        self.model: str = model

    def invoke(self, input, config=None, **kwargs):
        return f"{input} {self.heat} {self.model}"


class Below(Typed):
    pass


class Boxed(Runnable[T, list[T]], Generic[T]):
    def invoke(self, input, config=None, **kwargs):
        return [input]


class BoxedText(Boxed[str]):
    pass


class Silent(Runnable):
    def invoke(self, input, config=None, **kwargs):
        return input


class OwnTypes(Runnable):
    InputType = bytes
    OutputType = bool

    def invoke(self, input, config=None, **kwargs):
        return True


get_a = RunnableLambda(itemgetter("a"), name="get_a")


get_b = RunnableLambda(itemgetter("b"), name="get_b")


ANY: dict[str, Any] = {}


INTEGER, STRING, NUMBER = {"type": "integer"}, {"type": "string"}, {"type": "number"}


OPEN = {"type": "object", "additionalProperties": True}


QUESTION = {
    "type": "object",
    "title": "Question",
    "properties": {"text": {"title": "Text", "type": "string"}, "count": {"title": "Count", "type": "integer"}},
    "required": ["text"],
}


ANSWER = {
    "type": "object",
    "title": "Answer",
    "description": "An answer.",
    "properties": {
        "text": {"title": "Text", "type": "string"},
        "score": {"title": "Score", "type": "number", "default": 0.5},
    },
    "required": ["text"],
}


def keys(**described: Any) -> dict[str, Any]:
    properties = {key: {"title": key.replace("_", " ").title(), **each} for key, each in described.items()}
    return {"type": "object", "properties": properties, "required": list(described)}


def array(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def named(**definitions: dict[str, Any]) -> dict[str, Any]:
    (name,) = definitions
    return {"$ref": f"#/$defs/{name}", "$defs": definitions}
