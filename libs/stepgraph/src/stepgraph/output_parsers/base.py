"""Output parsers: what makes something of the answer of a model.

A parser computes; it runs on the caller's own task, in either colour, and never in a thread. One that has to wait
defines `aparse` or `aparse_result`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any, ClassVar, Generic, Union

from typing_extensions import TypeVar

from stepgraph.config import RunnableConfig
from stepgraph.messages import BaseMessage
from stepgraph.output_parsers.reading import generation_of, whole_of
from stepgraph.outputs import Generation
from stepgraph.runnables.call import Call
from stepgraph.runnables.serializable import TracedSerializable

__all__ = ["BaseGenerationOutputParser", "BaseLLMOutputParser", "BaseOutputParser", "T"]

T = TypeVar("T", default=Any)
"""What a parser makes."""


class BaseLLMOutputParser(Generic[T]):
    """What makes something of the answers of a model; subclasses write `parse_result`."""

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> T:
        """Return what is made of answers.

        Args:
            result: The alternatives that the model gave to one prompt, mostly one only.
            partial: Whether more is to come: then `None` stands for "nothing yet".

        Raises:
            OutputParserException: The answer cannot be read.
        """
        raise NotImplementedError(f"{type(self).__name__} must define parse_result()")

    async def aparse_result(self, result: list[Generation], *, partial: bool = False) -> T:
        """See `parse_result`."""
        return self.parse_result(result, partial=partial)


class BaseGenerationOutputParser(BaseLLMOutputParser[T], TracedSerializable[Any, T], Generic[T]):
    """A runnable that makes something of a message, or of text; subclasses write `parse_result`."""

    run_type: ClassVar[str] = "parser"

    @property
    def InputType(self) -> Any:  # noqa: N802 - a type
        """Text or a message."""
        return Union[str, BaseMessage]  # noqa: UP007 - as others write it

    @property
    def OutputType(self) -> Any:  # noqa: N802 - a type
        """What it makes: the type that its class names, `Any` where that names none."""
        for cls in type(self).__mro__:
            arguments = getattr(cls, "__pydantic_generic_metadata__", {}).get("args")
            if arguments and not isinstance(arguments[-1], TypeVar):
                return arguments[-1]
        return Any

    def _invoke(self, input: Any, call: Call | None, **_: Any) -> Any:
        return self.parse_result([generation_of(input)])

    async def _ainvoke(self, input: Any, call: Call | None, **_: Any) -> Any:
        return await self.aparse_result([generation_of(input)])

    # A whole is invoked; one that comes in chunks is put together first, and its run begins then.

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Yield what is made of a whole, in one piece."""
        yield self.invoke(input, config, **kwargs)

    async def astream(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        """See `stream`."""
        yield await self.ainvoke(input, config, **kwargs)

    def transform(self, input: Iterator[Any], config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Yield what is made of chunks, in one piece."""
        chunks = list(input)
        if chunks:
            yield self.invoke(whole_of(chunks), config, **kwargs)

    async def atransform(
        self, input: AsyncIterator[Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        """See `transform`."""
        chunks = [chunk async for chunk in input]
        if chunks:
            yield await self.ainvoke(whole_of(chunks), config, **kwargs)


class BaseOutputParser(BaseGenerationOutputParser[T], Generic[T]):
    """A runnable that makes something of the text of a message; subclasses write `parse`.

    Example:
        ```python
        class YesOrNo(BaseOutputParser[bool]):
            def parse(self, text: str) -> bool:
                return text.strip().lower() == "yes"
        ```
    """

    def parse(self, text: str) -> T:
        """Return what is made of a text.

        Raises:
            OutputParserException: It cannot be read.
        """
        raise NotImplementedError(f"{type(self).__name__} must define parse()")

    async def aparse(self, text: str) -> T:
        """See `parse`."""
        return self.parse(text)

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> T:
        """Return what is made of the text of the first answer; see `parse`."""
        return self.parse(result[0].text)

    async def aparse_result(self, result: list[Generation], *, partial: bool = False) -> T:
        """See `parse_result`."""
        cls = type(self)
        if cls.aparse is not BaseOutputParser.aparse and cls.parse_result is BaseOutputParser.parse_result:
            return await self.aparse(result[0].text)
        return self.parse_result(result, partial=partial)

    def parse_with_prompt(self, completion: str, prompt: Any) -> Any:
        """Return what is made of a text; subclasses may look at the prompt that it answers."""
        return self.parse(completion)

    def get_format_instructions(self) -> str:
        """Return what a prompt tells the model about the form of its answer."""
        raise NotImplementedError(f"{type(self).__name__} has no instructions; define get_format_instructions()")

    def asdict(self, **kwargs: Any) -> dict[str, Any]:
        """Return its attributes as a dict, with its kind; see `model_dump`."""
        return {**self.model_dump(**kwargs), "_type": self._type}

    @property
    def _type(self) -> str:
        """What kind of parser it is."""
        return type(self).__name__
