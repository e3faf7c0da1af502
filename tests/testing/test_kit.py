"""The kit itself: how rules fail, skip and are collected, and how values are compared."""

import os
import pickle
import subprocess
import sys
from collections import OrderedDict
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import stepgraph.testing
from stepgraph.testing.conformance import (
    BrokenRuleError,
    CacheConformance,
    SaverConformance,
    StoreConformance,
    Suite,
    broken_rules,
    rules_of,
)
from stepgraph.testing.conformance.door import Door
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import difference, expect
from tests.docs.page import ROOT


@pytest.mark.parametrize(
    ("found", "expected", "where"),
    [
        (1, True, ": expected bool"),
        (1.0, 1, ": expected int"),
        ([1], (1,), ": expected tuple"),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "['a'][1]['b']: expected int 3"),
        ({"a": 1}, {"a": 1, "b": 2}, "keys missing ['b']"),
        ({"a": 1, "c": 1}, {"a": 1}, "should not be there ['c']"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "in the order"),
        ([1, 2], [1, 2, 3], ": expected 3 items, found 2"),
        (OrderedDict(a=1), {"a": 1}, ": expected dict"),
        (float("nan"), 1.0, ": expected float 1.0"),
    ],
)
def test_differences(found, expected, where):
    assert where in difference(found, expected)


@pytest.mark.parametrize("value", [None, float("nan"), [float("nan")], {"a": ({1}, b"")}, OrderedDict(b=1, a=2)])
def test_sameness(value):
    assert difference(value, pickle.loads(pickle.dumps(value))) is None


class Example(Suite):
    capabilities = Suite.capabilities | {"flying"}
    patience = 0.05

    @asynccontextmanager
    async def opened(self, colour, **settings):
        yield Door(object(), colour, settings)

    @rule()
    async def test_kept(self, door):
        """It is kept."""

    @rule()
    async def test_broken(self, door):
        """It is broken."""
        expect(False, "as one can see")

    @rule(needs="flying")
    async def test_raises(self, door):
        """It raises."""
        raise KeyError("key")

    @rule()
    async def test_hangs(self, door):
        """It hangs."""
        await stepgraph.testing.Flag().await_set()

    @rule()
    async def test_fails(self, door):
        """It fails as pytest does."""
        with pytest.raises(KeyError):
            pass

    @rule(made=dict, given=3)
    async def test_settings(self, door):
        """Functions among the settings are called."""
        expect(door.settings == {"made": {}, "given": 3}, f"got {door.settings}")


def test_every_failure_names_the_rule():
    broken = {name: str(error) for name, error in broken_rules(Example(), colours=["async"]).items()}
    assert broken == {
        "test_broken[async]": "broken rule: It is broken.\n  as one can see",
        "test_raises[async]": "broken rule: It raises.\n  unexpected KeyError: 'key'",
        "test_hangs[async]": "broken rule: It hangs.\n  not done after 0.05 s; a deadlock?",
        "test_fails[async]": "broken rule: It fails as pytest does.\n  unexpected Failed: DID NOT RAISE KeyError",
    }


def test_what_is_lacking_is_skipped():
    class Lacking(Example):
        lacks = ("flying", "sync")

    with pytest.raises(pytest.skip.Exception, match="does not claim 'flying': It raises"):
        Lacking().test_raises("async")
    with pytest.raises(pytest.skip.Exception, match="does not claim 'sync'"):
        Lacking().test_kept("sync")


def test_an_unknown_capability_is_refused():
    with pytest.raises(ValueError, match=r"may hold .*'flying'.*got \['swimming'\]"):
        type("Wrong", (Example,), {"lacks": ("swimming",)})


def test_two_rules_of_one_name_are_refused():
    class Other(Suite):
        @rule()
        async def test_kept(self, door):
            """It is kept, too."""

    with pytest.raises(TypeError, match=r"Other\.test_kept is hidden by Example\.test_kept"):
        type("Both", (Example, Other), {})


def test_broken_rules_survive_pickling():
    error = pickle.loads(pickle.dumps(BrokenRuleError("It holds.", "it does not")))
    assert (error.rule, error.detail, str(error)) == (
        "It holds.",
        "it does not",
        "broken rule: It holds.\n  it does not",
    )


@pytest.mark.parametrize("suite", [SaverConformance, StoreConformance, CacheConformance])
def test_every_rule_is_a_sentence(suite):
    rules = rules_of(suite)
    assert rules
    texts = [each.text for each in rules.values()]
    assert all(text.endswith(".") and "\n" not in text for text in texts)
    assert len(set(texts)) == len(texts)
    needed = {each.needs for each in rules.values()} - {None}
    assert needed <= suite.capabilities
    assert needed >= suite.capabilities - {"async", "sync"}
    assert {name for name in dir(suite) if name.startswith("test_")} == set(rules)


def test_testing_does_not_import_pytest():
    code = "import sys, stepgraph.testing; assert not {'pytest', 'sqlite3', 'msgpack'} & set(sys.modules), sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


FILE = """
from contextlib import asynccontextmanager
from stepgraph.cache.memory import InMemoryCache
from stepgraph.testing.conformance import CacheConformance

class TestGood(CacheConformance):
    lacks = {"clock"}

    @asynccontextmanager
    async def cache(self, **settings):
        yield InMemoryCache(**settings)

class Forgetful(InMemoryCache):
    def set(self, pairs):
        super().set({key: pair for key, pair in pairs.items() if pair[0] is not None})

class TestForgetful(CacheConformance):
    @asynccontextmanager
    async def cache(self, **settings):
        yield Forgetful(**settings)
"""


def test_in_a_file_of_a_user(tmp_path: Path):
    """A few lines suffice, without plugins and without configuration."""
    (tmp_path / "test_mine.py").write_text(FILE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rfs",
        "-p",
        "no:asyncio",
        "-p",
        "no:cacheprovider",
        "test_mine.py",
    ]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "FAILED test_mine.py::TestForgetful::test_misses[sync]" in done.stdout
    assert (
        "broken rule: A key that was not set is missing from the result; one whose value is `None` is not."
        in done.stdout
    )
    assert "does not claim 'clock'" in done.stdout
    assert "FAILED test_mine.py::TestGood" not in done.stdout


def test_rules_are_tests_of_their_own_files():
    sources = "".join(path.read_text() for path in (ROOT / "libs/stepgraph/src/stepgraph/testing").rglob("*.py"))
    assert sources.count("@rule(") == sum(
        len(rules_of(each)) for each in (SaverConformance, StoreConformance, CacheConformance)
    )
