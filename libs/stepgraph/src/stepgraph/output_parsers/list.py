"""Lists: what a model writes as values with commas, or as a list of Markdown; in a stream, item by item.

An item is yielded when the next one has begun, for then it is whole.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from stepgraph.output_parsers.transform import PiecewiseOutputParser

__all__ = [
    "CommaSeparatedListOutputParser",
    "ListOutputParser",
    "MarkdownListOutputParser",
    "NumberedListOutputParser",
]


class ListOutputParser(PiecewiseOutputParser[list[str]]):
    """Reads a list; subclasses write `parse`, and `parse_iter` where items are found by a pattern."""

    def parse(self, text: str) -> list[str]:
        """Return the items of a text."""
        raise NotImplementedError(f"{type(self).__name__} must define parse()")

    def parse_iter(self, text: str) -> Iterator[re.Match[str]]:
        """Yield where the items of a text are: the first group of each match."""
        raise NotImplementedError(f"{type(self).__name__} finds no items by a pattern; call parse()")

    def _begin(self) -> _Begun:
        return _Begun(self)

    @property
    def _type(self) -> str:
        return "list"


class CommaSeparatedListOutputParser(ListOutputParser):
    """Reads values with commas between them; one that holds a comma stands in double quotes."""

    def parse(self, text: str) -> list[str]:
        """Return the values of a text."""
        try:
            rows = list(csv.reader(StringIO(text), delimiter=",", quotechar='"', skipinitialspace=True))
        except csv.Error:
            return [part.strip() for part in text.split(",")]
        return [item for row in rows for item in row]

    def get_format_instructions(self) -> str:
        """Return what a prompt tells the model about the form of its answer."""
        return "Answer with a list of values with commas between them, such as `foo, bar, baz` or `foo,bar,baz`"

    @property
    def _type(self) -> str:
        return "comma-separated-list"


class _PatternListOutputParser(ListOutputParser):
    """Reads a list whose items a pattern finds.

    Attributes:
        pattern: The pattern; its first group is the item.
    """

    pattern: str

    def parse(self, text: str) -> list[str]:
        """Return the items of a text."""
        return [found[1] for found in self.parse_iter(text)]

    def parse_iter(self, text: str) -> Iterator[re.Match[str]]:
        """Yield where the items of a text are."""
        return re.finditer(self.pattern, text, re.MULTILINE)


class NumberedListOutputParser(_PatternListOutputParser):
    """Reads a list of lines such as `1. foo`."""

    pattern: str = r"\d+\.\s([^\n]+)"

    def get_format_instructions(self) -> str:
        """Return what a prompt tells the model about the form of its answer."""
        return "Answer with a numbered list, one item a line, such as:\n\n1. foo\n\n2. bar\n\n3. baz"

    @property
    def _type(self) -> str:
        return "numbered-list"


class MarkdownListOutputParser(_PatternListOutputParser):
    """Reads a list of lines such as `- foo` or `* foo`."""

    pattern: str = r"^\s*[-*]\s([^\n]+)$"

    def get_format_instructions(self) -> str:
        """Return what a prompt tells the model about the form of its answer."""
        return "Answer with a Markdown list, such as:\n\n- foo\n- bar\n- baz"

    @property
    def _type(self) -> str:
        return "markdown-list"


class _Begun:
    """A list of which more is to come."""

    def __init__(self, parser: ListOutputParser) -> None:
        self._parser = parser
        self._by_pattern = type(parser).parse_iter is not ListOutputParser.parse_iter
        self._text = ""
        self._told = 0

    def more(self, text: str) -> Iterator[list[str]]:
        """Add text and yield the items that it makes whole, each in a list of its own."""
        self._text += text
        if self._by_pattern:
            found = list(self._parser.parse_iter(self._text))[:-1]
            for match in found:
                yield [match[1]]
            self._text = self._text[found[-1].end() :] if found else self._text
            return
        whole = self._parser.parse(self._text)[:-1]
        for item in whole[self._told :]:
            yield [item]
        self._told = max(self._told, len(whole))

    def rest(self) -> Iterator[list[str]]:
        """Yield what is left when the text has ended."""
        for item in self._parser.parse(self._text)[self._told :]:
            yield [item]
