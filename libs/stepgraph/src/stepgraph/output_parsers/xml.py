"""XMLOutputParser: the elements of XML that a model writes, as dicts; in a stream, each when it is closed."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from stepgraph.errors import OutputParserException
from stepgraph.output_parsers.transform import PiecewiseOutputParser
from stepgraph.output_parsers.xml_text import XMLReader

__all__ = ["XMLOutputParser"]

_FENCE: Final = re.compile(r"```(?:xml)?(.*)```", re.DOTALL)
_START: Final = re.compile(r"<[a-zA-Z:_?!]")
_INSTRUCTIONS = """\
Answer with XML, and close each tag that is opened. Use the tags that are listed below; where none are, choose your own.

With the tags ["foo", "bar", "baz"], this is well formed:
<foo>
   <bar>
      <baz></baz>
   </bar>
</foo>
These are not, for a tag is not closed, or is not in the list:
<foo>
   <bar>
</foo>
<foo>
   <tag></tag>
</foo>

The tags:
```
{tags}
```"""


class XMLOutputParser(PiecewiseOutputParser[dict[str, Any]]):
    """Reads XML: `<a><b>x</b><c/></a>` is `{"a": [{"b": "x"}, {"c": None}]}`; attributes are left out.

    Texts that declare entities are refused, whichever `parser` is named.

    Attributes:
        tags: The tags that the instructions list.
        parser: Kept for programs that name one.
    """

    tags: list[str] | None = None
    parser: Literal["defusedxml", "xml"] = "defusedxml"

    def get_format_instructions(self) -> str:
        """Return what a prompt tells the model about the form of its answer."""
        return _INSTRUCTIONS.format(tags=self.tags)

    def parse(self, text: str) -> dict[str, Any]:
        """Return the element that a text holds, alone or in a fence of Markdown.

        Raises:
            OutputParserException: It is no XML, or declares entities.
        """
        fence = _FENCE.search(text)
        body = (fence[1] if fence is not None else text).strip()
        reader = XMLReader()
        try:
            reader.feed(body, last=True, alone=True)
        except ValueError as error:
            raise _unreadable(text, error) from None
        assert reader.root is not None  # expat complains of a text without an element
        return reader.root

    def _begin(self) -> _Begun:
        return _Begun()

    @property
    def _type(self) -> str:
        return "xml"


class _Begun:
    """XML of which more is to come: what comes before it is skipped, and what comes after it."""

    def __init__(self) -> None:
        self._reader = XMLReader()
        self._text = ""
        self._has_started = False

    @property
    def is_done(self) -> bool:
        """Whether the outermost element is closed."""
        return self._reader.root is not None

    def more(self, text: str) -> list[dict[str, Any]]:
        """Add text and return the innermost elements that end in it."""
        if self.is_done:
            return []
        self._text += text
        if not self._has_started:
            start = _START.search(self._text)
            if start is None:
                return []
            self._has_started = True
            text = self._text[start.start() :]
        return self._read(text)

    def rest(self) -> list[dict[str, Any]]:
        """Return what is left when the text has ended.

        Raises:
            OutputParserException: It has ended too early.
        """
        return [] if self.is_done else self._read("", last=True)

    def _read(self, text: str, *, last: bool = False) -> list[dict[str, Any]]:
        try:
            return self._reader.feed(text, last=last)
        except ValueError as error:
            raise _unreadable(self._text, error) from None


def _unreadable(text: str, error: object) -> OutputParserException:
    return OutputParserException(f"Failed to parse XML format from the answer {text!r}: {error}", llm_output=text)
