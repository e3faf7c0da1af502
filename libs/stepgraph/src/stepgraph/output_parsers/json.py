"""JsonOutputParser: the value of JSON that a model writes, alone or in a fence of Markdown, growing as it streams."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from stepgraph.errors import OutputParserException
from stepgraph.output_parsers.json_text import NOT_JSON, json_in, parse_json_markdown, parse_partial_json
from stepgraph.output_parsers.transform import BaseCumulativeTransformOutputParser
from stepgraph.outputs import Generation

__all__ = ["JsonOutputParser", "SimpleJsonOutputParser", "instructions", "parse_json_markdown", "parse_partial_json"]

_INSTRUCTIONS = """\
{opening}

A schema such as {{"properties": {{"names": {{"type": "array", "items": {{"type": "string"}}}}}}, "required": \
["names"]}} is fitted by {{"names": ["Ada", "Alan"]}}, and not by {{"properties": {{"names": ["Ada", "Alan"]}}}}.

{heading}
```
{schema}
```"""
_OPENING = (
    "Answer with one JSON value that fits the JSON schema below, and with nothing else: no words before or after it, "
    "no Markdown fence around it, no comments, no trailing commas."
)


class JsonOutputParser(BaseCumulativeTransformOutputParser[Any]):
    """Reads JSON. In a stream it yields the value as far as it has come, each time that there is more of it.

    A text that is cut off is read as far as it goes.

    Attributes:
        pydantic_object: A pydantic model whose schema the instructions show; the value is not checked against it.
        diff: See `BaseCumulativeTransformOutputParser`.
    """

    _reads_text: ClassVar[bool] = True

    pydantic_object: Any = None

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        """Return the value that the text of the first answer holds.

        Args:
            result: The answer, in a list.
            partial: Whether more is to come: then `None` where there is nothing to be read yet.

        Raises:
            OutputParserException: There is no JSON in it.
        """
        text = result[0].text
        found = json_in(text)
        if found is NOT_JSON:
            if partial:
                return None
            raise OutputParserException(
                f"Invalid json output: expected a JSON value, alone or in a Markdown fence, got {text!r}",
                llm_output=text,
            )
        return found

    def parse(self, text: str) -> Any:
        """Return the value that a text holds; see `parse_result`."""
        return self.parse_result([Generation(text)])

    def get_format_instructions(self) -> str:
        """Return what a prompt tells the model about the form of its answer."""
        if self.pydantic_object is None:
            return "Answer with a JSON object."
        return instructions(_OPENING, "The schema:", self.pydantic_object)

    @property
    def _type(self) -> str:
        return "simple_json_output_parser"


SimpleJsonOutputParser = JsonOutputParser


def instructions(opening: str, heading: str, model: Any) -> str:
    """Return what a prompt tells about an answer in JSON.

    Args:
        opening: What is said first.
        heading: What stands above the schema.
        model: A pydantic model, of version 1 or 2, that the answer fits.
    """
    schema = dict(model.model_json_schema() if hasattr(model, "model_json_schema") else model.schema())
    schema.pop("title", None)
    schema.pop("type", None)
    return _INSTRUCTIONS.format(opening=opening, heading=heading, schema=json.dumps(schema, ensure_ascii=False))
