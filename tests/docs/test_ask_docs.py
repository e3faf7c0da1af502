"""The example of `make run`: it answers out of real text, streams while it works, and says what it cannot answer."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ask_docs.agent import build
from ask_docs.library import Library
from ask_docs.model import ExtractiveModel
from ask_docs.search import ROUNDS, SEARCH, Context
from ask_docs.tools import read_section

from stepgraph.messages import AIMessage, ToolMessage
from tests.docs.page import ROOT

SCRIPT = ROOT / "docs/examples/ask_docs.py"
DEFAULT = "What is fan-in, and what happens when a node fails?"
GIVES_UP = "Ask with other words, or about something that they are about: “stepgraph”,"


def environment() -> dict[str, str]:
    """Return an environment that knows of no provider."""
    known = ("OPENAI_", "ANTHROPIC_", "STEPGRAPH_")
    return {name: value for name, value in os.environ.items() if not name.startswith(known)}


def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        cwd=ROOT.parent,
        env=environment(),
    )


def without_marks(markdown: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return " ".join(re.sub(r"[*`]", "", text).split())


def quotes_in(answer: str) -> list[tuple[str, str]]:
    """Return pairs of a quoted paragraph and the file that it is said to stand in."""
    sources = dict(re.findall(r"(?m)^\[(\d+)\] (\S+): ", answer))
    return [(said, sources[number]) for said, number in re.findall(r"(?m)^(.+) \[(\d+)\]$", answer)]


def sentences_of(paragraph: str) -> list[str]:
    return re.split(r"(?<=[.!?]) +(?=[A-Z`])", paragraph)


# The command.


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ([], "docs/reference/glossary.md"),
        (["What is a barrier?"], "docs/reference/glossary.md"),
        (["How", "do", "I", "stream", "tokens", "of", "a", "model?"], "docs/how-to/models.md"),
        (["Can I use pydantic models?"], "docs/how-to/state-and-reducers.md"),
        (["What does max_concurrency do?"], "docs/how-to/concurrency.md"),
        (["Why was a task per node rejected?"], "docs/design/engine.md"),
    ],
)
def test_it_quotes_sentences_that_stand_in_the_docs(arguments: list[str], file: str):
    result = ask(*arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(" ".join(arguments) or DEFAULT)
    quotes = quotes_in(result.stdout)
    assert file in {source for _, source in quotes}
    for paragraph, source in quotes:
        text = without_marks((ROOT / source).read_text(encoding="utf-8"))
        for sentence in sentences_of(paragraph):
            assert without_marks(sentence) in text


def test_the_default_question_takes_all_rounds():
    output = ask().stdout
    assert [f"round {number} of {ROUNDS}" in output for number in range(1, 5)] == [True, True, True, False]
    assert "fan-in = barrier" in output


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_an_empty_question_is_refused(question: str):
    result = ask(question)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == f"ask_docs: the question is empty; ask one, such as: {DEFAULT}\n"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("asdf qwer", "The docs say nothing about “asdf” and “qwer”."),
        ("what is the capital of France", "The docs say nothing about “capital” and “France”."),
        ("Wie spät ist es? 今天天气怎么样", "The docs say nothing about "),
        ("what is it", "There is no word in that to search for."),
        ("?!? … 🤷", "There is no word in that to search for."),
        ("[bold]asdf[/nonsense] {0} %s", "The docs say nothing about "),
        ("qwer " * 5_000, "The docs say nothing about “qwer”."),
    ],
)
def test_a_question_without_an_answer_is_told_so(question: str, reason: str):
    result = ask(question)
    assert (result.returncode, result.stderr) == (0, "")
    assert reason in result.stdout
    assert GIVES_UP in result.stdout
    assert "[1]" not in result.stdout


def test_a_part_without_an_answer_is_named():
    output = ask("What is a barrier, and what is a reducer, and what is a zebra?").stdout
    assert "The docs say nothing about “zebra”." in output
    assert "A barrier is a channel that waits for all of its named writers." in output
    assert "A reducer is the function of a channel" in output


def empty(folder: Path) -> Path:
    return folder


def without_text(folder: Path) -> Path:
    (folder / "page.md").write_text("# A title\n\n```python\nprint('code')\n```\n", encoding="utf-8")
    return folder


def missing(folder: Path) -> Path:
    return folder / "nowhere"


def a_file(folder: Path) -> Path:
    (folder / "page.txt").write_text("A page of some words.", encoding="utf-8")
    return folder / "page.txt"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (empty, "there is no Markdown file (*.md) in {path}; name a folder that has some: --docs DIR"),
        (without_text, "there is no text in the Markdown files of {path}; name another folder: --docs DIR"),
        (missing, "{path} is not a folder; name one that has Markdown files: --docs DIR"),
        (a_file, "{path} is not a folder; name one that has Markdown files: --docs DIR"),
    ],
)
def test_without_docs_it_says_what_to_do(tmp_path: Path, make, message: str):
    path = make(tmp_path)
    result = ask("What is a barrier?", "--docs", str(path))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"ask_docs: {message.format(path=path)}\n"


def test_it_reads_another_folder(tmp_path: Path):
    docs = tmp_path / "birds"
    docs.mkdir()
    (docs / "owl.md").write_text(
        "# Owls\n\nAn owl hunts **at night**. It hears [very well](ears.md).\n", encoding="utf-8"
    )
    result = ask("When do owls hunt?", "--docs", str(docs))
    assert result.returncode == 0
    assert "An owl hunts at night. It hears very well. [1]\n\n[1] birds/owl.md: Owls\n" in result.stdout


def test_removing_a_paragraph_changes_the_answer(tmp_path: Path):
    for path in (ROOT / "docs").rglob("*.md"):
        copy = tmp_path / "docs" / path.relative_to(ROOT / "docs")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    question = ["What is a barrier?", "--docs", str(tmp_path / "docs")]
    before = ask(*question).stdout
    quoted, source = quotes_in(before)[0]
    page = tmp_path / source
    paragraphs = page.read_text(encoding="utf-8").split("\n\n")
    start = without_marks(sentences_of(quoted)[0])
    kept = [paragraph for paragraph in paragraphs if not without_marks(paragraph).startswith(start)]
    assert len(kept) == len(paragraphs) - 1
    page.write_text("\n\n".join(kept), encoding="utf-8")
    after = ask(*question)
    assert after.returncode == 0
    assert quoted in before
    assert quoted not in after.stdout


def test_a_reader_may_stop_reading():
    process = subprocess.Popen(
        [sys.executable, SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0


# The agent, with the model that needs no provider.


@pytest.fixture(scope="module")
def context() -> Context:
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return Context(Library.read(files, ROOT))


def asked(question: str) -> dict[str, list[tuple[str, str]]]:
    return {"messages": [("user", question)]}


async def test_tokens_arrive_while_the_run_goes_on(context: Context):
    modes = ["messages", "updates", "custom"]
    agent = build(ExtractiveModel())
    chunks = [chunk async for chunk in agent.astream(asked(DEFAULT), context=context, stream_mode=modes)]
    spoken = [
        chunk for mode, (chunk, _) in ((m, c) for m, c in chunks if m == "messages") if isinstance(chunk, AIMessage)
    ]
    tokens = [chunk for chunk in spoken if chunk.content]
    assert len(tokens) > 50
    assert [mode for mode, _ in chunks[-60:-1]] == ["messages"] * 59
    assert chunks[-1][0] == "updates"
    answer = chunks[-1][1]["agent"]["messages"][-1]
    assert "".join(token.content for token in tokens) == answer.content
    assert {token.id for token in tokens} == {answer.id}
    assert answer.additional_kwargs["sources"]


async def test_the_model_asks_the_tool_and_the_tool_answers(context: Context):
    result = await build(ExtractiveModel()).ainvoke(asked("What is a barrier?"), context=context)
    _, call, found, answer = result["messages"]
    assert [(c["name"], c["args"]) for c in call.tool_calls] == [("search_docs", {"question": "What is a barrier?"})]
    assert isinstance(found, ToolMessage)
    assert found.content.startswith("docs/reference/glossary.md: Barrier\nA barrier is a channel")
    assert found.artifact.sections[0][0].place == "docs/reference/glossary.md: Barrier"
    assert answer.content.startswith("A barrier is a channel")


def test_the_model_works_without_a_loop():
    model = ExtractiveModel().bind_tools([{"name": "search_docs", "description": "", "parameters": {}}])
    assert model.invoke("What is a barrier?").tool_calls[0]["args"] == {"question": "What is a barrier?"}
    assert "I was not given that tool" in ExtractiveModel().invoke("What is a barrier?").content
    failed = ToolMessage("Error: it is dark.", tool_call_id="1", status="error")
    assert model.invoke(["Why?", failed]).content == "Error: it is dark."


async def test_both_searches_meet_once_a_round(context: Context):
    updates = SEARCH.astream({"question": DEFAULT}, context=context, stream_mode="updates")
    nodes = [node async for update in updates for node in update]
    files = len(context.library.files)
    assert {node: nodes.count(node) for node in nodes} == {
        "plan": ROUNDS,
        "search_words": ROUNDS * files,
        "search_names": ROUNDS * files,
        "weigh": ROUNDS,
    }


async def test_progress_is_shown_file_by_file(context: Context):
    chunks = build(ExtractiveModel()).astream(asked("barrier"), context=context, stream_mode=["custom"], subgraphs=True)
    searched = [chunk["file"] async for _, _, chunk in chunks if chunk["step"] == "search_words"]
    assert sorted(searched) == sorted(context.library.files)


async def test_the_answer_does_not_depend_on_who_is_faster(context: Context):
    agent = build(ExtractiveModel())
    results = [
        await agent.ainvoke(asked(DEFAULT), {"max_concurrency": limit}, context=context) for limit in (1, 2, 7, None)
    ]
    assert len({result["messages"][-1].content for result in results}) == 1


@pytest.mark.parametrize(
    ("place", "begins"),
    [
        ("docs/reference/glossary.md: Barrier", "A barrier is a channel"),
        (
            "docs/reference/glossary.md: Barier",
            "There is no section 'docs/reference/glossary.md: Barier'. There are:\n",
        ),
        ("?", "There is no section '?'. There are:"),
    ],
)
def test_a_section_is_read_whole(context: Context, place: str, begins: str):
    class Runtime:
        stream_writer = staticmethod(lambda chunk: None)

    runtime = Runtime()
    runtime.context = context
    assert read_section.func(place, runtime).startswith(begins)
