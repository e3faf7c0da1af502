"""The search: plan, search two ways side by side, weigh what was found, search wider if it is thin.

```
START → plan ─┬ Send per file → search_words ┐
          ↑   └ Send per file → search_names ┴ barrier → weigh ── END
          └──────────── too thin, wider ───────────────────┘
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict

from ask_docs.found import Found
from ask_docs.library import Library
from ask_docs.terms import Query, Term, exact, stemmed, with_synonyms
from stepgraph.graph import END, START, CompiledStateGraph, StateGraph
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
    """What nodes and tools need besides the state."""

    library: Library


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


class Result(TypedDict):
    """What callers get."""

    query: Query
    findings: Annotated[Findings, merged]
    coverage: float
    missing: list[str]


class State(Question, Result):
    """What the nodes share."""

    round: int


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
        return [END]
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
    weights = weights_of(library, query)
    missing = [term for term in query.terms if all(term.forms.isdisjoint(count) for count in counts)]
    coverage = 1 - sum(weights[term] for term in missing) / sum(weights.values())
    lacking = [term.word for term in missing]
    gap = f", nothing about {', '.join(lacking)}" if lacking else ""
    writer({"step": "weigh", "says": f"{coverage:.0%} of the question covered{gap}"})
    return {"coverage": coverage, "missing": lacking}


def judge(state: State) -> Literal["plan", "__end__"]:
    """Search wider while too little was found and there are rounds left."""
    return "plan" if state["coverage"] < ENOUGH and state["round"] < ROUNDS else "__end__"


def ranked(findings: Findings) -> list[tuple[int, float]]:
    """Return the best sections and their scores, the best first."""
    total = {number: sum(scores.values()) for number, scores in findings.items()}
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:SECTIONS]


def weights_of(library: Library, query: Query) -> Mapping[Term, float]:
    """Return how much each term of a query says."""
    return {term: library.rarity(term, by_stem=query.by_stem) for term in query.terms}


def build() -> CompiledStateGraph[State, Context, Question, Result]:
    """Return the graph."""
    builder = StateGraph(State, Context, input_schema=Question, output_schema=Result)
    for node in (plan, search_words, search_names, weigh):
        builder.add_node(node)
    builder.add_edge(START, "plan")
    builder.add_conditional_edges("plan", fan_out, ["search_words", "search_names", END])
    builder.add_edge(["search_words", "search_names"], "weigh")
    builder.add_conditional_edges("weigh", judge)
    return builder.compile(name="search")


SEARCH = build()


async def searched(question: str, context: Context) -> Found:
    """Run the graph, within the run around where there is one, and return what it found."""
    result = await SEARCH.ainvoke({"question": question}, context=context)
    library, query = context.library, result["query"]
    enough = result.get("coverage", 0) >= JUST_ENOUGH
    best = ranked(result["findings"]) if enough else []
    return Found(
        query,
        [(library.entries[number].section, score) for number, score in best],
        weights_of(library, query),
        result.get("missing", []),
        library.chapters(),
    )
