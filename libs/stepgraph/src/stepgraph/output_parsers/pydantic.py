"""PydanticOutputParser: an instance of a pydantic model, of the JSON that a model writes."""

from __future__ import annotations

from typing import Any, ClassVar, Generic

from typing_extensions import TypeVar

from stepgraph.errors import OutputParserException
from stepgraph.output_parsers.json import JsonOutputParser, instructions
from stepgraph.outputs import Generation

__all__ = ["PydanticOutputParser", "validated"]

M = TypeVar("M", default=Any)


class PydanticOutputParser(JsonOutputParser, Generic[M]):
    """Reads JSON as an instance of a pydantic model. In a stream it yields each one that the text so far makes.

    Attributes:
        pydantic_object: The model, of pydantic's version 1 or 2.
        diff: See `BaseCumulativeTransformOutputParser`.

    Example:
        ```python
        class Joke(BaseModel):
            setup: str
            punchline: str


        chain = prompt | model | PydanticOutputParser(pydantic_object=Joke)
        ```
    """

    _reads_text: ClassVar[bool] = True

    pydantic_object: Any

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        """Return the instance that the text of the first answer makes.

        Args:
            result: The answer, in a list.
            partial: Whether more is to come: then `None` where it makes none yet.

        Raises:
            OutputParserException: There is no JSON in it, or that does not fit the model; the model's own error is the
                `__cause__`.
        """
        found = super().parse_result(result, partial=partial)
        if partial and found is None:
            return None
        try:
            return validated(self.pydantic_object, found)
        except ValueError as error:
            if partial:
                return None
            text = result[0].text
            raise OutputParserException(
                f"Failed to parse {self.pydantic_object.__name__} from the answer {text!r}: {error}", llm_output=text
            ) from error

    def parse(self, text: str) -> M:
        """Return the instance that a text makes; see `parse_result`."""
        return self.parse_result([Generation(text)])  # type: ignore[no-any-return]

    def get_format_instructions(self) -> str:
        """Return what a prompt tells the model about the form of its answer."""
        opening = "The answer is a JSON object that fits the JSON schema below."
        return instructions(opening, "The schema of the answer:", self.pydantic_object)

    @property
    def OutputType(self) -> Any:  # noqa: N802 - a type
        """The model."""
        return self.pydantic_object

    @property
    def _type(self) -> str:
        return "pydantic"


def validated(model: Any, value: Any) -> Any:
    """Return the instance of a pydantic model, of version 1 or 2, that a value makes.

    Raises:
        ValueError: The value does not fit; pydantic's `ValidationError` is one.
    """
    return model.model_validate(value) if hasattr(model, "model_validate") else model.parse_obj(value)
