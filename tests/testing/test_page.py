"""The saver that docs/how-to/write-a-saver.md writes is one that keeps to the contract."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from stepgraph.testing.conformance import broken_rules, rules_of
from tests.docs.page import ROOT, blocks_of

PAGE = ROOT / "docs" / "how-to" / "write-a-saver.md"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("page_of_a_saver")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    saver, suite, *_ = (block for block in blocks_of(PAGE.read_text(encoding="utf-8")) if block.language == "python")
    for block in (saver, suite):
        exec(compile(block.content, Path(PAGE).name, "exec"), module.__dict__)
    return module


def test_the_saver_of_the_page(page: ModuleType):
    rules = [name for name in rules_of(page.TestListSaver) if "scale" not in name and name != "test_list_pages"]
    assert broken_rules(page.TestListSaver(), only=rules) == {}
