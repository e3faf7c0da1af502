"""Suite: what the suites for savers, stores and caches have in common: colours, capabilities, an event loop each."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

import pytest

from stepgraph.testing.conformance.rule import BrokenRuleError, Rule

__all__ = ["Suite", "broken_rules", "rules_of"]


class Suite:
    """A test class that pytest collects once it is subclassed under a name that begins with `Test`.

    Attributes:
        lacks: What the implementation does not claim; the rules about it are skipped, visibly. `capabilities` lists
            what may stand here.
        capabilities: What an implementation may lack.
        patience: How many seconds one rule may take before it counts as a deadlock.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"async", "sync"})
    lacks: ClassVar[Collection[str]] = frozenset()
    patience: ClassVar[float] = 100.0

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        unknown = sorted(set(cls.lacks) - cls.capabilities)
        if unknown:
            raise ValueError(f"{cls.__name__}.lacks may hold {sorted(cls.capabilities)}, got {unknown}")
        _check_names(cls)

    @pytest.fixture(params=["async", "sync"])
    def colour(self, request: pytest.FixtureRequest) -> str:
        """Whether a rule is checked with the async or the sync methods."""
        return str(request.param)

    def run(self, check: Coroutine[Any, Any, None]) -> None:
        """Run a check in an event loop of its own; override it where the implementation needs a special loop."""
        asyncio.run(check)

    def opened(self, colour: str, **settings: Any) -> AbstractAsyncContextManager[Any]:
        """Open the implementation behind a door of one colour."""
        raise NotImplementedError


def _check_names(suite: type[Suite]) -> None:
    """Refuse rules of two parts of a suite under one name, of which only one would be checked."""
    owners: dict[str, str] = {}
    for part in suite.__bases__:
        for name in dir(part):
            if isinstance(getattr(getattr(part, name), "rule", None), Rule):
                owner = getattr(part, name).__qualname__
                if owners.setdefault(name, owner) != owner:
                    raise TypeError(f"{suite.__name__} would lose a rule: {owner} is hidden by {owners[name]}")


def rules_of(suite: type[Suite]) -> dict[str, Rule]:
    """Return the rules that a suite checks, by the name of the test."""
    found = ((name, getattr(getattr(suite, name), "rule", None)) for name in dir(suite) if name.startswith("test_"))
    return {name: each for name, each in found if isinstance(each, Rule)}


def broken_rules(
    suite: Suite, *, colours: Collection[str] = ("async", "sync"), only: Collection[str] | None = None
) -> dict[str, BrokenRuleError]:
    """Check rules without pytest's runner.

    Args:
        suite: An instance of the subclass.
        colours: Which methods to check.
        only: The rules, by the names of their tests; all by default.

    Returns:
        What is broken, by the name of the test and the colour, as in `test_round_trip[async]`. Skipped rules count as
        kept.
    """
    broken: dict[str, BrokenRuleError] = {}
    for name in rules_of(type(suite)) if only is None else only:
        for colour in colours:
            try:
                getattr(suite, name)(colour)
            except pytest.skip.Exception:
                continue
            except BrokenRuleError as error:
                broken[f"{name}[{colour}]"] = error
    return broken
