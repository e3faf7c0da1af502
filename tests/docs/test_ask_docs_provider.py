"""The example of `make run` with a model of a provider: a stand-in on loopback, asked by a process of its own."""

import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest
from ask_docs.provider import ProviderError, model_name, provider_model

from tests.docs.page import ROOT
from tests.docs.test_ask_docs import SCRIPT, environment
from tests.providers.standin import Answer, Cut, Drop, Failure, Standin, ToolCall
from tests.providers.standin.fixtures import standin, standin_of_session

__all__ = ["standin", "standin_of_session"]

QUESTION = "What is a barrier?"
PLACE = "docs/reference/glossary.md: Barrier"
ANSWER = f"It waits for all that are named. [1]\n\n[1] {PLACE}"
WRONG = "sk-wrong-0123456789abcdef"


@dataclass
class Provider:
    """A provider that the environment names.

    Attributes:
        name: What it is called.
        model: The model that answers where none is named.
        standin: What stands in for it.
    """

    name: str
    model: str
    standin: Standin

    def ask(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the example with its key and its address in the environment."""
        prefix = self.name.upper()
        known = {f"{prefix}_{each}" for each in ("API_KEY", "BASE_URL")} | {"NO_PROXY", "no_proxy"}
        own = {key: value for key, value in self.standin.environment().items() if key in known}
        return subprocess.run(
            [sys.executable, SCRIPT, *(arguments or [QUESTION])],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            cwd=ROOT.parent,
            env={**environment(), **own, **more},
        )

    def named(self, **values: str) -> dict[str, str]:
        """Return variables of this provider."""
        return {f"{self.name.upper()}_{key}": value for key, value in values.items()}


@pytest.fixture(params=[("openai", "gpt-4o-mini"), ("anthropic", "claude-sonnet-5")], ids=lambda pair: pair[0])
def provider(request: pytest.FixtureRequest, standin: Standin) -> Provider:
    pytest.importorskip(f"stepgraph_{request.param[0]}")
    return Provider(*request.param, standin)


def texts(body: object) -> list[str]:
    """Return every text in the JSON of a request."""
    if isinstance(body, dict):
        return [text for value in body.values() for text in texts(value)]
    if isinstance(body, list):
        return [text for value in body for text in texts(value)]
    return [body] if isinstance(body, str) else []


def test_the_model_calls_the_tool_and_answers(provider: Provider):
    asks = ToolCall("search_docs", {"question": QUESTION})
    provider.standin.answers += [Answer("Let me look.", tool_calls=[asks]), Answer(ANSWER)]
    result = provider.ask()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{QUESTION}\n\nmodel        {provider.name}:{provider.model}\n")
    assert f"Let me look.\n\nagent        search_docs: {QUESTION}\nplan         round 1" in result.stdout
    assert result.stdout.endswith(f"agent        answers\n\n{ANSWER}\n")
    first, second = provider.standin.requests
    assert QUESTION in texts(first.body["messages"])
    assert first.body["stream"]
    assert any(f"{PLACE}\nA barrier is a channel" in text for text in texts(second.body["messages"]))


def test_several_calls_are_made_side_by_side(provider: Provider):
    questions = ["barrier", "reducer"]
    calls = [ToolCall("search_docs", {"question": question}) for question in questions]
    provider.standin.answers += [
        Answer(tool_calls=[*calls, ToolCall("read_section", {"place": PLACE})]),
        Answer("Done."),
    ]
    result = provider.ask()
    assert (result.returncode, result.stderr) == (0, "")
    for question in questions:
        assert f"agent        search_docs: {question}\n" in result.stdout
        assert f"words as they stand: {question}\n" in result.stdout
    assert f"read_section {PLACE}\n" in result.stdout


def test_the_environment_names_another_model(provider: Provider):
    provider.standin.rules.models.add("another")
    provider.standin.answers += [Answer("Hello.")]
    result = provider.ask(STEPGRAPH_MODEL=f"{provider.name}:another")
    assert (result.returncode, result.stderr) == (0, "")
    assert provider.standin.last.body["model"] == "another"


def test_offline_asks_nobody(provider: Provider):
    result = provider.ask("--offline", QUESTION)
    assert (result.returncode, result.stderr) == (0, "")
    assert "model        extractive, offline\n" in result.stdout
    assert provider.standin.requests == []


def test_an_empty_key_is_none(provider: Provider):
    result = provider.ask(**provider.named(API_KEY=""))
    assert (result.returncode, result.stderr) == (0, "")
    assert "model        extractive, offline\n" in result.stdout


def refused(result: subprocess.CompletedProcess[str], message: str) -> None:
    """Hold that the run ended with one line that says why."""
    assert result.returncode == 1
    assert result.stderr == f"ask_docs: {message} (--offline answers without a provider)\n"


def test_a_wrong_key_is_said_in_one_line_and_never_shown(provider: Provider):
    result = provider.ask(**provider.named(API_KEY=WRONG))
    key = f"{provider.name.upper()}_API_KEY"
    refused(result, f"{provider.name}:{provider.model}: the key is refused; check {key}")
    assert WRONG not in result.stdout + result.stderr
    assert "cdef" not in result.stdout + result.stderr


def test_an_unknown_model_is_said_in_one_line(provider: Provider):
    name = f"{provider.name}:nobody"
    result = provider.ask(STEPGRAPH_MODEL=name)
    refused(
        result, f"{name}: there is no such model, or not for this key; name another one: STEPGRAPH_MODEL=provider:model"
    )


def test_an_address_where_nobody_is_is_said_in_one_line(provider: Provider):
    result = provider.ask(**provider.named(BASE_URL="http://me:secret@127.0.0.1:9/v1"))
    refused(result, f"{provider.name}:{provider.model}: 127.0.0.1:9 cannot be reached")
    assert "secret" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([Answer("one two three", ends=Cut(after=4))], "the answer broke off"),
        ([Answer("")], "the answer is empty"),
        ([Drop()] * 9, "{place} cannot be reached"),
    ],
    ids=["cut", "empty", "dropped"],
)
def test_what_goes_wrong_on_the_way_is_said_in_one_line(provider: Provider, answers: list[object], reason: str):
    provider.standin.answers += answers
    place = provider.standin.url.removeprefix("http://")
    refused(provider.ask(), f"{provider.name}:{provider.model}: {reason.format(place=place)}")


def test_what_the_provider_says_is_shown_without_the_key(provider: Provider):
    provider.standin.answers += [Failure(400, f"no\nsuch {provider.standin.key} thing " + "and so on " * 99)]
    result = provider.ask()
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "such ********** thing and so on" in result.stderr
    assert provider.standin.key not in result.stderr
    assert len(result.stderr) < 400


def test_a_model_that_never_answers_is_stopped(provider: Provider):
    provider.standin.answer_with(lambda ask: Answer(tool_calls=[ToolCall("search_docs", {"question": "barrier"})]))
    result = provider.ask()
    assert "Sorry, need more steps" in result.stdout
    assert len(provider.standin.requests) <= 13


def test_an_unknown_provider_is_said_in_one_line(standin: Standin):
    result = Provider("openai", "", standin).ask(STEPGRAPH_MODEL="nobody:model")
    assert result.returncode == 1
    assert result.stderr.startswith("ask_docs: provider 'nobody' is not supported; there are ")
    assert result.stderr.count("\n") == 1


def test_which_model_answers():
    openai, anthropic = {"OPENAI_API_KEY": "a"}, {"ANTHROPIC_API_KEY": "b"}
    assert model_name({}) is None
    assert model_name(openai) == "openai:gpt-4o-mini"
    assert model_name(anthropic) == "anthropic:claude-sonnet-5"
    assert model_name({**anthropic, **openai}) == "openai:gpt-4o-mini"
    assert model_name({**openai, "STEPGRAPH_MODEL": "anthropic:claude-opus-5"}) == "anthropic:claude-opus-5"
    assert model_name({"OPENAI_API_KEY": "", "STEPGRAPH_MODEL": ""}) is None


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "stepgraph_openai", None)
    with pytest.raises(ProviderError, match="need the package stepgraph-openai; install it with"):
        provider_model("openai:gpt-4o-mini", {})


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize(
    ("variables", "package"),
    [
        ({}, None),
        ({"OPENAI_API_KEY": "a"}, "openai"),
        ({"ANTHROPIC_API_KEY": "b"}, "anthropic"),
        ({"OPENAI_API_KEY": "a", "ANTHROPIC_API_KEY": "b"}, "openai"),
        ({"OPENAI_API_KEY": "a", "STEPGRAPH_MODEL": "anthropic:claude-sonnet-5"}, "anthropic"),
        ({"STEPGRAPH_MODEL": "claude-sonnet-5"}, "anthropic"),
        ({"STEPGRAPH_MODEL": "groq:some-model"}, "openai"),
        ({"OPENAI_API_KEY": "a", "ARGS": "--offline"}, None),
    ],
)
def test_make_installs_the_package_of_the_provider(tmp_path: object, variables: dict[str, str], package: str | None):
    own = {name: value for name, value in environment().items() if name not in ("MAKEFLAGS", "MAKELEVEL", "ARGS", "Q")}
    done = subprocess.run(
        ["make", "--dry-run", "run", f"VENV={tmp_path}/venv"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**own, **variables},
    )
    assert done.returncode == 0, done.stderr
    installed = [each for each in ("openai", "anthropic") if f"-e libs/stepgraph-{each}\n" in done.stdout]
    assert installed == ([package] if package else [])
