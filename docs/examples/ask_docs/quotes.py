"""Quotes: the sentences that cover a question best, and the answer that they make."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ask_docs.found import Found
from ask_docs.markdown import Section
from ask_docs.terms import Term, stem, words, words_and_parts

MOST_SENTENCES, MOST_OF_A_PART, LONGEST = 6, 3, 45
NEARLY_AS_GOOD = 0.7  # how good a sentence must be beside the best one to be quoted as well
OPENING = (0.7, 0.5)  # how far a heading speaks for the first sentences below it
_LEANS_ON_THE_ONE_BEFORE = re.compile(r"(?:It|They|This|That|These|Those|Then|There|Both|Such|So|Here|Each of)\b")
_GOES_ON = re.compile(r"(?:It|They)\b")


@dataclass(frozen=True)
class Quote:
    """A sentence and where it stands."""

    section: Section
    position: int

    @property
    def text(self) -> str:
        """The sentence."""
        return self.section.sentences[self.position]


def quoted(found: Found) -> tuple[str, list[str]]:
    """Return an answer made of sentences of the sections, and the places where they stand."""
    chosen = list(dict.fromkeys(quote for part in found.query.parts for quote in _choose(part, found)))
    chosen = chosen[:MOST_SENTENCES]
    order = {quote.section: rank for rank, quote in reversed(list(enumerate(chosen)))}
    chosen = list(dict.fromkeys(earlier for quote in chosen for earlier in _with_its_neighbours(quote)))
    text, sources = _with_citations(sorted(chosen, key=lambda quote: (order[quote.section], quote.position)))
    return (f"{found.note}\n\n{text}" if found.note else text), sources


def _choose(part: Sequence[Term], found: Found) -> list[Quote]:
    """Return the best sentences for one part of the question."""
    weights = {term: found.weights[term] for term in part}
    by_stem, best = found.query.by_stem, found.sections[0][1]
    scored: list[tuple[float, Quote]] = []
    for section, score in found.sections:
        in_title = _covered(section.title, weights, by_stem=by_stem)
        for position, sentence in enumerate(section.sentences):
            covered = _covered(sentence, weights, by_stem=by_stem)
            covered = max(covered, in_title * OPENING[position]) if position < len(OPENING) else covered
            if covered:
                around = 0.4 * in_title + 0.3 * score / best + 0.15 * (position == 0)
                scored.append((covered + around - _awkward(sentence), Quote(section, position)))
    scored.sort(key=lambda pair: -pair[0])
    return _without_repetition(scored)


def _awkward(sentence: str) -> float:
    """Return how badly a sentence reads on its own: it is long, or more code than words."""
    length = len(sentence.split())
    code = len(re.findall(r"`[^`]+`", sentence))
    return 0.02 * max(0, length - LONGEST) + (0.4 if code > 0.3 * length else 0)


def _covered(text: str, weights: Mapping[Term, float], *, by_stem: bool) -> float:
    """Return which part of the terms, by weight, a text has."""
    found = set(words_and_parts(text))
    if by_stem:
        found = {stem(word) for word in found}
    return sum(w for term, w in weights.items() if not term.forms.isdisjoint(found)) / (sum(weights.values()) or 1)


def _without_repetition(scored: Sequence[tuple[float, Quote]]) -> list[Quote]:
    """Return the best quotes that are not much worse than the first and do not say the same."""
    chosen: list[Quote] = []
    for worth, quote in scored:
        if len(chosen) == MOST_OF_A_PART or worth < NEARLY_AS_GOOD * scored[0][0]:
            break
        said = set(words(quote.text))
        if all(len(said & set(words(other.text))) < 0.6 * len(said) for other in chosen):
            chosen.append(quote)
    return chosen


def _with_its_neighbours(quote: Quote) -> list[Quote]:
    """Return a quote between the sentences that its "it" or "this" speaks of and one that goes on with "it"."""
    sentences, opens = quote.section.sentences, quote.section.opens
    first = last = quote.position
    while first not in opens and _LEANS_ON_THE_ONE_BEFORE.match(sentences[first]):
        first -= 1
    if last + 1 < len(sentences) and last + 1 not in opens and _GOES_ON.match(sentences[last + 1]):
        last += 1
    return [Quote(quote.section, position) for position in range(first, last + 1)]


def _with_citations(quotes: Sequence[Quote]) -> tuple[str, list[str]]:
    """Return the text of an answer, with a list of sources below, and the sources."""
    sources = list(dict.fromkeys(quote.section.place for quote in quotes))
    paragraphs: list[str] = []
    for place, group in itertools.groupby(quotes, key=lambda quote: quote.section.place):
        said = " ".join(quote.text for quote in group)
        paragraphs.append(f"{said} [{sources.index(place) + 1}]")
    listing = "\n".join(f"[{number}] {place}" for number, place in enumerate(sources, 1))
    return "\n\n".join([*paragraphs, listing]), sources
