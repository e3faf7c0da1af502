"""XML in text: elements as dicts, read piece by piece as the text comes.

Texts that declare entities are refused: a few lines of them can grow to gigabytes, or name a file of this machine.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from stepgraph.runnables.folding import AddableDict

__all__ = ["XMLReader"]


class XMLReader:
    """Reads one element, its text and those below it.

    Attributes:
        root: The element as a dict, once it is closed: its tag, and its text or a list of what is below it.
    """

    def __init__(self) -> None:
        self.root: dict[str, Any] | None = None
        self._open: list[_Element] = []
        self._leaves: list[dict[str, Any]] = []
        self._parser = parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        if hasattr(parser, "SetReparseDeferralEnabled"):
            parser.SetReparseDeferralEnabled(False)  # else an element that is closed would be told of later
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._refuse

    def feed(self, text: str, *, last: bool = False, alone: bool = False) -> list[dict[str, Any]]:
        """Read a piece of text and return the innermost elements that end in it, each inside those around it.

        Args:
            text: The text.
            last: Whether no more is to come.
            alone: Whether nothing may come after the outermost element.

        Raises:
            ValueError: It is no XML, or declares entities.
        """
        try:
            self._parser.Parse(text, last)
        except expat.ExpatError as error:
            if self.root is None or alone:
                raise ValueError(str(error)) from None
        found, self._leaves = self._leaves, []
        return found

    def _start(self, tag: str, _: Any) -> None:
        if self._open:
            self._open[-1].has_below = True
        self._open.append(_Element("{" + tag if "}" in tag else tag))

    def _text(self, text: str) -> None:
        if self._open and not self._open[-1].has_below:
            self._open[-1].text += text

    def _end(self, _: str) -> None:
        element = self._open.pop()
        text = element.text or None
        if not element.has_below:
            leaf: Any = AddableDict({element.tag: text})
            for around in reversed(self._open):
                leaf = AddableDict({around.tag: [leaf]})
            self._leaves.append(leaf)
        has_text = text is not None and bool(text.strip())
        made = {element.tag: text if has_text or not (element.has_below or not self._open) else element.below}
        if self._open:
            self._open[-1].below.append(made)
        else:
            self.root = made

    def _refuse(self, name: str, *_: Any) -> None:
        raise ValueError(f"it declares an entity, {name!r}, which is refused")


class _Element:
    """An element that is not closed yet."""

    __slots__ = ("below", "has_below", "tag", "text")

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.text = ""
        self.has_below = False
        self.below: list[dict[str, Any]] = []
