"""Every Python block of the pages runs and prints what its page says."""

import pkgutil
import re
from pathlib import Path

import pytest

from tests.docs.page import ROOT, Block, WrongBlockError, blocks_of, pages, run_page


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", pages(), ids=relative)
def test_page(page: Path):
    run_page(blocks_of(page.read_text(encoding="utf-8")), relative(page))


def test_the_pages_that_teach_have_code():
    taught = ["README.md", "libs/stepgraph/README.md", "docs/tutorials/ask-the-docs.md"]
    taught += [relative(path) for path in sorted((ROOT / "docs/how-to").glob("*.md"))]
    for name in taught:
        found = [block for block in blocks_of((ROOT / name).read_text(encoding="utf-8")) if block.language == "python"]
        assert found, name


@pytest.mark.parametrize("page", pages(), ids=relative)
def test_blocks_name_their_language(page: Path):
    nameless = [block.line for block in blocks_of(page.read_text(encoding="utf-8")) if not block.language]
    assert nameless == [], "a block without a language could hide Python that nobody runs"


@pytest.mark.parametrize("page", pages(), ids=relative)
def test_names_of_the_engine_exist(page: Path):
    """A name such as `stepgraph.graph.StateGraph` in the prose of a page can be imported."""
    prose = re.sub(r"(?s)```.*?```", "", page.read_text(encoding="utf-8"))
    for name in re.findall(r"`(stepgraph(?:\.\w+)+)", prose):
        assert pkgutil.resolve_name(name) is not None


# The collector and the runner themselves.

FENCE = "`" * 3


def page_of(*blocks: tuple[str, str]) -> str:
    return "\n\n".join(f"Some words.\n\n{FENCE}{language}\n{content}\n{FENCE}" for language, content in blocks)


def run(*blocks: tuple[str, str]) -> int:
    return run_page(blocks_of(page_of(*blocks)), "made_up.md")


def test_blocks_are_found_with_language_content_and_line():
    markdown = f"# T\n\n{FENCE}python\na = 1\n{FENCE}\n\n- item\n\n    {FENCE}text x\n    b\n      c\n    {FENCE}\n"
    assert blocks_of(markdown) == [Block("python", "a = 1", 4), Block("text", "b\n  c", 10)]


def test_a_fence_inside_a_longer_fence_is_content():
    markdown = f"{FENCE}`markdown\n{FENCE}python\n1 / 0\n{FENCE}\n{FENCE}`\n"
    assert [block.language for block in blocks_of(markdown)] == ["markdown"]


def test_a_block_without_an_end_is_refused():
    with pytest.raises(WrongBlockError, match="line 1: the block that starts here has no end"):
        blocks_of(f"{FENCE}python\nprint(1)\n")


def test_blocks_share_a_namespace_in_order():
    assert run(("python", "a = 1"), ("console", "$ not run"), ("python", "assert a == 1")) == 2


def test_pages_do_not_share_a_namespace():
    run(("python", "seen = 1"))
    with pytest.raises(WrongBlockError, match="NameError"):
        run(("python", "seen"))


def test_await_stands_alone_at_the_top():
    assert run(("python", "import asyncio\nawait asyncio.sleep(0)\nprint('woken')"), ("text", "woken")) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("assert False", "AssertionError"),
        ("def", "SyntaxError"),
        ("import asyncio\nawait asyncio.sleep(0)\n[][0]", "IndexError"),
        ("import warnings\nwarnings.warn('old')", "UserWarning"),
    ],
)
def test_a_wrong_block_fails(content: str, message: str):
    with pytest.raises(WrongBlockError, match=rf"made_up.md, line 4: {message}"):
        run(("python", content))


def test_a_wrong_output_fails():
    with pytest.raises(WrongBlockError, match=r"(?s)expected\n2\n.*printed\n1"):
        run(("python", "print(1)"), ("text", "2"))


def test_a_missing_output_fails():
    with pytest.raises(WrongBlockError):
        run(("python", "pass"), ("text", "something"))


def test_an_output_may_leave_parts_of_a_line_open():
    run(("python", "print('task 7f3a done')\nprint('end')"), ("text", "task … done\nend"))
    with pytest.raises(WrongBlockError):
        run(("python", "print('task 7f3a')\nprint('done')"), ("text", "task … done"))


def test_an_expected_error_is_compared():
    run(("python", "print(1)\nraise ValueError('no')"), ("text", "1\nValueError: no"))
    with pytest.raises(WrongBlockError):
        run(("python", "raise ValueError('yes')"), ("text", "ValueError: no"))
    with pytest.raises(WrongBlockError):
        run(("python", "pass"), ("text", "ValueError: no"))


def test_annotations_that_are_strings_are_resolved_in_the_page():
    run(
        ("python", "from dataclasses import dataclass, fields\nfrom typing import get_type_hints"),
        ("python", "@dataclass\nclass A:\n    other: 'B'\n\nclass B: ..."),
        ("python", "assert get_type_hints(A) == {'other': B}"),
    )


def test_tracebacks_name_the_line_of_the_page():
    with pytest.raises(WrongBlockError) as caught:
        run(("python", "a = 1"), ("python", "b = 2\n1 / 0"))
    traceback = caught.value.__cause__.__traceback__
    while traceback.tb_next:
        traceback = traceback.tb_next
    page = page_of(("python", "a = 1"), ("python", "b = 2\n1 / 0"))
    assert page.splitlines()[traceback.tb_lineno - 1] == "1 / 0"


def test_every_link_between_pages_leads_somewhere():
    """`make docs` checks the site; this holds the pages that are not part of it too."""
    lost = []
    for page in [*pages(), ROOT / "CONTRIBUTING.md"]:
        text = re.sub(r"(?s)```.*?```", "", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if "://" not in target and not (page.parent / target).exists():
                lost.append(f"{relative(page)}: {target}")
    assert lost == []
