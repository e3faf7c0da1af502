"""Found: what a search gives, as text for any model, and as data for one that quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ask_docs.markdown import Section
from ask_docs.terms import Query, Term


@dataclass(frozen=True, eq=False)
class Found:
    """What a search gives.

    Attributes:
        query: What was searched for.
        sections: The best sections and their scores, the best first; none where too little was found.
        weights: How much each term says: more where fewer sections have it.
        missing: The words that no section has.
        topics: What the files are about.
    """

    query: Query
    sections: Sequence[tuple[Section, float]]
    weights: Mapping[Term, float]
    missing: Sequence[str]
    topics: Sequence[str]

    @property
    def note(self) -> str:
        """What to say of what is missing."""
        return f"The docs say nothing about {_listed(self.missing)}." if self.missing else ""

    @property
    def regrets(self) -> str:
        """What to say where there is no answer."""
        reason = self.note or "There is no word in that to search for."
        return f"{reason} Ask with other words, or about something that they are about: {_listed(self.topics)}."

    @property
    def as_text(self) -> str:
        """What a model reads: the prose of the sections, below their places."""
        if not self.sections:
            return self.regrets
        told = [f"{section.place}\n{' '.join(section.sentences)}".strip() for section, _ in self.sections]
        return "\n\n".join([*told, self.note] if self.note else told)


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
