"""Markdown: splits a page into sections and sentences. Code is kept apart from prose, tables have no sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(]*[A-Z0-9`])")
_SYNONYMS = "Also called:"


@dataclass(eq=False)
class Section:
    """What stands under one heading.

    Attributes:
        file: The page, as a path for people.
        title: The heading.
        chapter: The first heading of the page.
        sentences: The prose in order, as text without marks but backticks.
        opens: Positions of sentences that open a paragraph.
        table: The text of tables.
        code: Blocks of code.
        synonyms: What the section says that its subject is also called.
    """

    file: str
    title: str
    chapter: str
    sentences: list[str] = field(default_factory=list)
    opens: set[int] = field(default_factory=set)
    table: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where to look it up."""
        return f"{self.file}: {self.title}"


def plain(markdown: str) -> str:
    """Return inline Markdown as text: links as their words, no emphasis; backticks stay."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"(?<![\w`])(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?![\w`])", r"\2", text)
    return re.sub(r"\s+", " ", text).strip()


def sections_of(markdown: str, file: str) -> list[Section]:
    """Return the sections of a page that have something in them."""
    chapter, sections = "", []
    for kind, text in _blocks(markdown):
        if kind == "heading":
            title = plain(text).replace("`", "")
            chapter = chapter or title
            sections.append(Section(file, title, chapter))
            continue
        if not sections:
            sections.append(Section(file, file, file))
        _add(sections[-1], kind, text)
    return [section for section in sections if section.sentences or section.table or section.code]


def _add(section: Section, kind: str, text: str) -> None:
    if kind != "prose":
        (section.code if kind == "code" else section.table).append(text)
    elif text.startswith(_SYNONYMS):
        section.synonyms += [name.strip(" .") for name in plain(text)[len(_SYNONYMS) :].split(",")]
    else:
        section.opens.add(len(section.sentences))
        section.sentences += [s for s in _SENTENCE_END.split(plain(text)) if _says_something(s)]


def _says_something(sentence: str) -> bool:
    """Return whether a sentence can stand alone: it is long enough and does not announce what comes next."""
    return len(sentence.split()) >= 4 and not sentence.endswith(":")


def _blocks(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield headings, paragraphs, items, tables and code of a page in order."""
    markdown = re.sub(r"(?s)<!--.*?-->", "", markdown)
    prose: list[str] = []
    lines = iter(markdown.splitlines())
    for line in lines:
        fence = _FENCE.match(line)
        heading = _HEADING.match(line)
        starts = fence or heading or _ITEM.match(line) or not line.strip() or line.lstrip().startswith(("|", "!!!"))
        if starts and prose:
            yield "prose", " ".join(prose)
            prose = []
        if fence:
            yield "code", "\n".join(_until(lines, fence[1]))
        elif heading:
            yield "heading", heading[2]
        elif line.lstrip().startswith("|"):
            yield "table", line.strip(" |")
        elif line.strip() and not line.lstrip().startswith("!!!"):
            prose.append(_ITEM.sub("", line).strip(" >") if not prose else line.strip(" >"))
    if prose:
        yield "prose", " ".join(prose)


def _until(lines: Iterator[str], fence: str) -> Iterator[str]:
    for line in lines:
        if line.strip() == fence:
            return
        yield line
