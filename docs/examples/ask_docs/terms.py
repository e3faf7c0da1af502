"""Terms: the words of a question that are worth searching for, and the forms in which they may stand in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

MOST_TERMS = 12

_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about all also an and any are as at be been but by can could describe did do does doing exactly explain for
        from get gets had happen happens has have he her here his how i if in into is it its just may me mean
        means might more most must my need no not of on one only or other our please s say says she should show
        so some such t tell than that the their them then there these they this those to too us use used using
        very want was we were what when where which while who whom whose why will with without work works would
        you your""",
    )
)
_ENDINGS = ("ization", "ations", "ation", "ings", "ing", "ers", "er", "ed", "ies", "es", "s", "ly", "e", "y")
_WORD = re.compile(r"\w+(?:-\w+)*")
_NEW_QUESTION = re.compile(r"[?;]|,? and (?=(?:what|how|when|why|where|which|who|do|does|is|are|can)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Term:
    """A word of the question and the forms that count as it.

    Attributes:
        word: The word.
        forms: How it may stand in a text: as a word, or as the stem of one.
        others: Words that mean the same, whose stems are among the forms.
    """

    word: str
    forms: frozenset[str]
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.word} = {' = '.join(self.others)}" if self.others else self.word


@dataclass(frozen=True)
class Query:
    """What to search for.

    Attributes:
        parts: The sub-questions, each as its terms.
        by_stem: Whether forms are stems, to be compared with stems.
    """

    parts: tuple[tuple[Term, ...], ...]
    by_stem: bool = False

    @property
    def terms(self) -> list[Term]:
        """Every term once."""
        return list(dict.fromkeys(term for part in self.parts for term in part))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __str__(self) -> str:
        return ", ".join(str(term) for term in self.terms)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, compounds without their hyphens: `fan-in` is `fanin`."""
    return [word.replace("-", "").lower() for word in _WORD.findall(text)]


def words_and_parts(text: str) -> list[str]:
    """Return the words of a text and the parts of compounds, so that `fan-in` is `fan` and `in` as well."""
    parts = (part for whole in re.findall(r"\w+(?:[-_]\w+)+", text) for part in re.split("[-_]", whole.lower()) if part)
    return [*words(text), *parts]


def names(code: str) -> set[str]:
    """Return the identifiers in a piece of code in lower case, whole and in parts: `max_concurrency`, `max`, …."""
    whole = re.findall(r"[^\W\d]\w*", code)
    parts = (part for name in whole for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name))
    return {name.lower() for name in (*whole, *parts)}


def stem(word: str) -> str:
    """Return a word without its ending: `merging`, `merged` and `merges` have one stem."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeious"
    return word[:-1] if doubled else word


def parts_of(question: str) -> list[list[str]]:
    """Return the content words of each sub-question; a sub-question without any is left out."""
    found: list[list[str]] = []
    for part in _NEW_QUESTION.split(question):
        once = {word.lower(): word for word in _WORD.findall(part)}
        content = [word for lower, word in once.items() if lower not in _FUNCTION_WORDS and len(word) > 1]
        if content:
            found.append(content[:MOST_TERMS])
    return found


def exact(question: str) -> Query:
    """Search for the words as they stand."""
    return _query(question, lambda word: Term(word, frozenset(words(word))))


def stemmed(question: str) -> Query:
    """Search for every word with the same stem."""
    return _query(question, lambda word: Term(word, frozenset(map(stem, words(word)))), by_stem=True)


def with_synonyms(question: str, synonyms: Mapping[str, Iterable[str]]) -> Query:
    """Search for words that mean the same, too.

    Args:
        question: The question.
        synonyms: By the stem of a word, words to search for as well.
    """

    def term(word: str) -> Term:
        stems = frozenset(map(stem, words(word)))
        others = sorted(other for known in stems for other in synonyms.get(known, ()) if stem(other) not in stems)
        return Term(word, stems.union(map(stem, others)), tuple(others))

    return _query(question, term, by_stem=True)


def _query(question: str, term: Callable[[str], Term], *, by_stem: bool = False) -> Query:
    return Query(tuple(tuple(term(word) for word in part) for part in parts_of(question)), by_stem)
