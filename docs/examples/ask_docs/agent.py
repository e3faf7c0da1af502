"""The agent: plan, search two ways side by side, weigh what was found, search wider if it is thin, then write.

```
START → plan ─┬ Send per file → search_words ┐
          ↑   └ Send per file → search_names ┴ barrier → weigh ─┬→ write → END
          └──────────── too thin, wider ────────────────────────┼
                                                                └→ give_up → END
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict

from ask_docs.library import Library
from ask_docs.model import ExtractiveModel
from ask_docs.terms import Query, Term, exact, stemmed, with_synonyms
from stepgraph.graph import END, START, CompiledStateGraph, StateGraph
from stepgraph.messages import AIMessage
from stepgraph.runtime import Runtime
from stepgraph.types import Send, StreamWriter

ROUNDS = 3
SECTIONS = 8  # how many of the best sections an answer is made of
ENOUGH, JUST_ENOUGH = 0.75, 0.45  # which part of a question must be found: to stop searching, to answer at all

Update = dict[str, object]
"""What nodes return: some of the keys of the state."""

Findings = dict[int, dict[str, float]]
"""Scores of sections: by the section's number, then by the search that found it."""


@dataclass(frozen=True)
class Context:
    """What nodes need besides the state."""

    library: Library
    model: ExtractiveModel


def merged(findings: Findings, found: Findings) -> Findings:
    """The reducer: for each section and search the best score so far."""
    result = dict(findings)
    for number, scores in found.items():
        before = result.get(number, {})
        result[number] = {**before, **{name: max(score, before.get(name, 0)) for name, score in scores.items()}}
    return result


class Question(TypedDict):
    """What callers give."""

    question: str


class Answer(TypedDict):
    """What callers get."""

    answer: AIMessage


class State(Question, Answer):
    """What the nodes share."""

    round: int
    query: Query
    findings: Annotated[Findings, merged]
    coverage: float
    missing: list[str]


class Search(TypedDict):
    """What one search task gets: a file, instead of the state."""

    file: str
    query: Query


def plan(state: State, runtime: Runtime[Context], writer: StreamWriter) -> Update:
    """Turn the question into terms: as they stand, then by their stems, then with words that mean the same."""
    question, number = state["question"], state.get("round", 0) + 1
    if number == 1:
        query, how = exact(question), "words as they stand"
    elif number == 2:
        query, how = stemmed(question), "with any ending"
    else:
        query, how = with_synonyms(question, runtime.context.library.synonyms), "with words for the same"
    writer({"step": "plan", "says": f"round {number} of {ROUNDS}, {how}: {query or 'none'}"})
    return {"round": number, "query": query}


def fan_out(state: State, runtime: Runtime[Context]) -> list[Send | str]:
    """Search every file in both ways at once; a question without content words needs no search."""
    query = state["query"]
    if not query.parts:
        return ["give_up"]
    return [
        Send(search, {"file": file, "query": query})
        for search in ("search_words", "search_names")
        for file in runtime.context.library.files
    ]


def search_words(task: Search, runtime: Runtime[Context], writer: StreamWriter) -> Update:
    """Search one file by its words."""
    found = runtime.context.library.by_words(task["file"], task["query"])
    writer({"step": "search_words", "file": task["file"], "found": len(found)})
    return {"findings": {number: {"words": score} for number, score in found.items()}}


def search_names(task: Search, runtime: Runtime[Context], writer: StreamWriter) -> Update:
    """Search one file by its headings and the names in its code."""
    found = runtime.context.library.by_names(task["file"], task["query"])
    writer({"step": "search_names", "file": task["file"], "found": len(found)})
    return {"findings": {number: {"names": score} for number, score in found.items()}}


def weigh(state: State, runtime: Runtime[Context], writer: StreamWriter) -> Update:
    """Say how much of the question the best sections cover."""
    library, query = runtime.context.library, state["query"]
    counts = [library.entries[number].counts[query.by_stem] for number, _ in ranked(state["findings"])]
    weights = {term: library.rarity(term, by_stem=query.by_stem) for term in query.terms}
    missing = [term for term in query.terms if all(term.forms.isdisjoint(count) for count in counts)]
    coverage = 1 - _total(weights, missing) / _total(weights, query.terms)
    lacking = [term.word for term in missing]
    gap = f", nothing about {', '.join(lacking)}" if lacking else ""
    writer({"step": "weigh", "says": f"{coverage:.0%} of the question covered{gap}"})
    return {"coverage": coverage, "missing": lacking}


def judge(state: State) -> Literal["write", "plan", "give_up"]:
    """Write when enough was found, search wider while there are rounds left, else give up."""
    if state["coverage"] >= ENOUGH:
        return "write"
    if state["round"] < ROUNDS:
        return "plan"
    return "write" if state["coverage"] >= JUST_ENOUGH else "give_up"


async def write(state: State, runtime: Runtime[Context], writer: StreamWriter) -> Update:
    """Let the model answer out of the best sections."""
    writer({"step": "write", "says": "quoting the best sentences"})
    note = _nothing_about(state["missing"])
    return {"answer": await runtime.context.model.answer(state["query"], ranked(state["findings"]), note)}


async def give_up(state: State, runtime: Runtime[Context], writer: StreamWriter) -> Update:
    """Say that the docs have no answer, and what they are about."""
    writer({"step": "give_up", "says": "nothing to quote"})
    reason = _nothing_about(state.get("missing", [])) or "There is no word in that to search for."
    topics = _listed(runtime.context.library.chapters())
    text = f"{reason} Ask with other words, or about something that they are about: {topics}."
    return {"answer": await runtime.context.model.speak(text)}


def ranked(findings: Findings) -> list[tuple[int, float]]:
    """Return the best sections and their scores, the best first."""
    total = {number: sum(scores.values()) for number, scores in findings.items()}
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:SECTIONS]


def build() -> CompiledStateGraph[State, Context, Question, Answer]:
    """Return the graph."""
    builder = StateGraph(State, Context, input_schema=Question, output_schema=Answer)
    for node in (plan, search_words, search_names, weigh, write, give_up):
        builder.add_node(node)
    builder.add_edge(START, "plan")
    builder.add_conditional_edges("plan", fan_out, ["search_words", "search_names", "give_up"])
    builder.add_edge(["search_words", "search_names"], "weigh")
    builder.add_conditional_edges("weigh", judge)
    builder.add_edge("write", END)
    builder.add_edge("give_up", END)
    return builder.compile(name="ask_docs")


def _total(weights: Mapping[Term, float], terms: list[Term]) -> float:
    return sum(weights[term] for term in terms)


def _nothing_about(words: list[str]) -> str:
    return f"The docs say nothing about {_listed(words)}." if words else ""


def _listed(names: list[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
