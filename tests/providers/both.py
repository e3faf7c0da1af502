"""Both providers at once: the models that tests of both ask, found as users' programs find them, in the environment."""

from __future__ import annotations

import pytest

from tests.providers.standin import Standin

NAMES = {"openai": "openai:gpt-4o-mini", "anthropic": "anthropic:claude-sonnet-5"}

both_providers = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


def found_in_the_environment(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the variables of the environment lead the providers' SDKs to the stand-in, and to its key."""
    for variable, value in standin.environment().items():
        monkeypatch.setenv(variable, value)
