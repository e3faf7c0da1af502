"""Library: Markdown files in memory, searched by words (BM25) and by headings and code names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ask_docs.markdown import Section, sections_of
from ask_docs.terms import Query, Term, names, parts_of, stem, words, words_and_parts

_K, _B = 1.2, 0.75  # the usual constants of BM25: how soon repetition stops to count, how much length matters
_NAME_IN_HEADING, _NAME_IN_CODE = 1.5, 0.5


@dataclass(frozen=True)
class Entry:
    """A section and what is counted in it, by word and by stem."""

    section: Section
    counts: tuple[Counter[str], Counter[str]]
    heading: tuple[frozenset[str], frozenset[str]]
    code: tuple[frozenset[str], frozenset[str]]

    @classmethod
    def of(cls, section: Section) -> Entry:
        """Count a section."""
        counted = Counter(words_and_parts(" ".join([section.title, *section.sentences, *section.table])))
        stems: Counter[str] = Counter()
        for word, count in counted.items():
            stems[stem(word)] += count
        quoted = (text for sentence in section.sentences for text in sentence.split("`")[1::2])
        return cls(
            section,
            (counted, stems),
            _both(words_and_parts(section.title)),
            _both(names(" ".join([*section.code, *quoted]))),
        )


class Library:
    """Files, sections and what is known about all of them.

    Args:
        sections: Every section of every file.

    Attributes:
        entries: The sections by number; findings name them by it.
        files: The numbers of each file's sections.
        synonyms: By the stem of a word, the words that the pages use for the same idea.
    """

    def __init__(self, sections: Iterable[Section]) -> None:
        self.entries = [Entry.of(section) for section in sections]
        self.files: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            self.files.setdefault(entry.section.file, []).append(number)
        self.synonyms = _synonyms(entry.section for entry in self.entries)
        self._length = sum(entry.counts[0].total() for entry in self.entries) / max(1, len(self.entries))

    @classmethod
    def read(cls, files: Iterable[Path], root: Path) -> Library:
        """Read Markdown files; their names are shown relative to `root`.

        Raises:
            OSError: One of them cannot be read.
        """
        sections: list[Section] = []
        for path in files:
            text = path.read_text(encoding="utf-8", errors="replace")
            sections += sections_of(text, path.relative_to(root).as_posix())
        return cls(sections)

    @property
    def has_text(self) -> bool:
        """Whether there is a sentence to quote."""
        return any(entry.section.sentences for entry in self.entries)

    def rarity(self, term: Term, *, by_stem: bool) -> float:
        """Return how much finding a term says: more where fewer sections have it, none counting as one."""
        having = max(1, sum(1 for entry in self.entries if not term.forms.isdisjoint(entry.counts[by_stem])))
        return math.log(1 + (len(self.entries) - having + 0.5) / (having + 0.5))

    def by_words(self, file: str, query: Query) -> dict[int, float]:
        """Return the BM25 score of each section of a file that has a word of the query."""
        rarity = {term: self.rarity(term, by_stem=query.by_stem) for term in query.terms}
        scores: dict[int, float] = {}
        for number in self.files[file]:
            counts = self.entries[number].counts[query.by_stem]
            damping = _K * (1 - _B + _B * counts.total() / self._length)
            score = 0.0
            for term, weight in rarity.items():
                often = sum(counts[form] for form in term.forms)
                score += weight * often * (_K + 1) / (often + damping)
            if score:
                scores[number] = score
        return scores

    def by_names(self, file: str, query: Query) -> dict[int, float]:
        """Return a score for each section of a file that has a word of the query in its heading or its code."""
        rarity = {term: self.rarity(term, by_stem=query.by_stem) for term in query.terms}
        scores: dict[int, float] = {}
        for number in self.files[file]:
            entry = self.entries[number]
            score = 0.0
            for term, weight in rarity.items():
                if not term.forms.isdisjoint(entry.heading[query.by_stem]):
                    score += weight * _NAME_IN_HEADING
                if not term.forms.isdisjoint(entry.code[query.by_stem]):
                    score += weight * _NAME_IN_CODE
            if score:
                scores[number] = score
        return scores

    def chapters(self) -> list[str]:
        """Return what the files are about: their first headings."""
        return list(dict.fromkeys(self.entries[numbers[0]].section.chapter for numbers in self.files.values()))


def _both(found: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(found), frozenset(stem(word) for word in found)


def _synonyms(sections: Iterable[Section]) -> dict[str, set[str]]:
    """Return, for the stem of a word that a section gives as another name of its subject, the words of its title."""
    found: dict[str, set[str]] = {}
    for section in sections:
        for part in parts_of(" ; ".join(section.synonyms)):
            for word in part:
                found.setdefault(stem(word.replace("-", "").lower()), set()).update(words(section.title))
    return found
