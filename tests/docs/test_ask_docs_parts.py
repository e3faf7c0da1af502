"""The parts of the example: terms, Markdown, the reducer, the picture on the screen."""

import io

import pytest
from ask_docs.library import Library
from ask_docs.markdown import plain, sections_of
from ask_docs.picture import Picture
from ask_docs.screen import show_live, show_plain
from ask_docs.search import merged
from ask_docs.terms import exact, parts_of, stem, stemmed, with_synonyms, words, words_and_parts
from rich.console import Console

from stepgraph.messages import AIMessage, AIMessageChunk, ToolMessage

PAGE = """# Birds

Birds *can* fly. See [owls](owl.md), e.g. at night.
A line that goes on.

- The **kiwi** cannot fly. It walks instead.
- Example:

| bird | flies |
|---|---|
| emu | no |

## Owls

<!-- a remark for authors that nobody should read -->
```python
# Not a heading
max_height = 3
```

An owl hunts at `night_time`.

Also called: night bird, tyto.
"""


def test_words_keep_compounds_together():
    assert words("Fan-in by max_size") == ["fanin", "by", "max_size"]
    assert words_and_parts("Fan-in by max_size") == ["fanin", "by", "max_size", "fan", "in", "max", "size"]


@pytest.mark.parametrize("group", ["merge merged merges merging", "plan plans planned planning", "key keys", "class"])
def test_words_of_one_kind_have_one_stem(group: str):
    assert len({stem(word) for word in group.split()}) == 1


def test_a_question_is_split_into_its_parts():
    assert parts_of("What is a barrier, and what happens when a node fails?") == [["barrier"], ["node", "fails"]]
    assert parts_of("How do I mix nodes and edges") == [["mix", "nodes", "edges"]]
    assert parts_of("what is it?") == []


def test_queries_widen():
    question, synonyms = "joined owls", {"join": {"barrier"}}
    (joined, owls) = exact(question).terms
    assert (joined.forms, owls.forms) == ({"joined"}, {"owls"})
    (joined, owls) = stemmed(question).terms
    assert (joined.forms, owls.forms) == ({stem("join")}, {stem("owl")})
    (joined, owls) = with_synonyms(question, synonyms).terms
    assert (joined.forms, owls.forms) == ({stem("join"), stem("barrier")}, {stem("owl")})
    assert str(joined) == "joined = barrier"


def test_a_page_is_split_into_sections_and_sentences():
    birds, owls = sections_of(PAGE, "birds.md")
    assert (birds.place, owls.place, owls.chapter) == ("birds.md: Birds", "birds.md: Owls", "Birds")
    assert birds.sentences == [
        "See owls, e.g. at night.",
        "A line that goes on.",
        "The kiwi cannot fly.",
    ]
    assert owls.sentences == ["An owl hunts at `night_time`."]
    assert owls.code == ["# Not a heading\nmax_height = 3"]
    assert owls.synonyms == ["night bird", "tyto"]


def test_marks_are_removed_and_names_kept():
    assert plain("**Plan.** `a * b` and *c*, max_size, [d](e.md)") == "Plan. `a * b` and c, max_size, d"


def test_sections_are_found_by_words_and_by_names():
    library = Library(sections_of(PAGE, "birds.md"))
    assert list(library.by_words("birds.md", exact("kiwi"))) == [0]
    assert list(library.by_names("birds.md", exact("kiwi"))) == []
    assert list(library.by_names("birds.md", exact("owls"))) == [1]
    assert list(library.by_names("birds.md", exact("max_height"))) == [1]
    assert library.by_words("birds.md", exact("zebra")) == {}
    assert library.synonyms == {stem("night"): {"owls"}, stem("bird"): {"owls"}, stem("tyto"): {"owls"}}


def test_findings_keep_the_best_score_of_each_search():
    before = {1: {"words": 2.0}}
    found = {1: {"words": 1.0, "names": 3.0}, 2: {"names": 1.0}}
    assert merged(before, found) == {1: {"words": 2.0, "names": 3.0}, 2: {"names": 1.0}}
    assert before == {1: {"words": 2.0}}


def call(name: str, **args: str) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": "1", "type": "tool_call"}])


SEARCH, OTHER = ("tools:1",), ("tools:2",)
CHUNKS = [
    ((), "updates", {"agent": {"messages": [call("search_docs", question="Why?")]}}),
    (SEARCH, "custom", {"step": "plan", "says": "round 1"}),
    (SEARCH, "updates", {"plan": {"round": 1}}),
    (SEARCH, "custom", {"step": "search_words", "file": "a.md", "found": 2}),
    (SEARCH, "updates", {"search_words": {"findings": {}}}),
    (SEARCH, "custom", {"step": "search_words", "file": "b.md", "found": 1}),
    (SEARCH, "updates", {"search_words": {"findings": {}}}),
    (SEARCH, "custom", {"step": "weigh", "says": "enough"}),
    (SEARCH, "updates", {"weigh": {"coverage": 1.0}}),
    ((), "messages", (ToolMessage("what was found", tool_call_id="1"), {})),
    ((), "updates", {"tools": {"messages": [ToolMessage("what was found", tool_call_id="1")]}}),
    *(((), "messages", (AIMessageChunk(f" word{number}", id="1"), {})) for number in range(200)),
    ((), "updates", {"agent": {"messages": [AIMessage("all of it")]}}),
]


def test_the_picture_follows_the_chunks():
    picture = Picture()
    ended = [step.node for chunk in CHUNKS for step in picture.take(*chunk)]
    assert ended == ["agent", "plan", "search_words", "weigh", "agent"]
    assert [step.summary for step in picture.steps] == [
        "search_docs: Why?",
        "round 1",
        "3 sections in 2 files",
        "enough",
        "answers",
    ]
    assert picture.answer.endswith(" word199")


def test_the_picture_knows_when_the_model_is_waited_for():
    picture, thinks = Picture(), []
    for chunk in CHUNKS[:12]:
        thinks.append(picture.thinks)
        picture.take(*chunk)
    assert thinks == [True, True, False, True, False, False, False, False, False, True, True, True]
    assert not picture.thinks


def test_searches_side_by_side_are_told_apart():
    picture = Picture()
    for place, found in ((SEARCH, 1), (OTHER, 2), (SEARCH, 3), (OTHER, 4)):
        picture.take(place, "custom", {"step": "search_words", "file": "a.md", "found": found})
    ended = picture.take(OTHER, "custom", {"step": "weigh", "says": "enough"})
    assert [step.summary for step in ended] == ["6 sections in 2 files"]
    assert [step.done for step in picture.steps] == [False, True, False]


def test_what_is_said_before_a_call_is_a_remark():
    picture = Picture()
    picture.take((), "messages", (AIMessageChunk("Let me\nlook."), {}))
    picture.take((), "updates", {"agent": {"messages": [call("read_section", place="a.md: A")]}})
    assert picture.answer == ""
    assert [step.summary for step in picture.steps] == ["Let me look.", "read_section: a.md: A"]


def test_an_answer_that_is_not_streamed_is_shown():
    picture = Picture()
    picture.take((), "updates", {"agent": {"messages": [AIMessage("At night.")]}})
    assert picture.answer == "At night."


async def chunks():
    for chunk in CHUNKS:
        yield chunk


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (200, 60)])
async def test_a_terminal_of_any_size_shows_the_whole_in_the_end(size: tuple[int, int]):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=size[0], height=size[1], color_system=None)
    answer = await show_live("[red]Why?[/nothing]", "some:model", chunks(), console)
    assert answer.endswith(" word199")
    last = screen.getvalue().rpartition("Why?")[2]
    assert "word0" in last
    assert "word199" in last
    assert "some:model" in last
    assert "[red]" in screen.getvalue()


async def test_plain_lines_show_the_steps_and_the_answer(capsys: pytest.CaptureFixture[str]):
    await show_plain("Why?", "some:model", chunks())
    output = capsys.readouterr().out
    assert output.startswith("Why?\n\nmodel        some:model\nagent        search_docs: Why?\nplan         round 1\n")
    assert "weigh        enough\nagent        answers\n\n word0 word1" in output
    assert output.endswith("word199\n")
