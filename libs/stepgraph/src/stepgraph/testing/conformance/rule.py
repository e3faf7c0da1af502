"""Rules: one sentence of a contract with the check of it, as a test that pytest collects.

A check is written once, as a coroutine function of a door. The test that `rule` makes of it runs it in either colour,
in an event loop of its own, so that it needs no pytest plugin. Whatever goes wrong in a check ends as one
`BrokenRuleError` whose message begins with the rule.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

__all__ = ["BrokenRuleError", "Rule", "refusal", "rule"]

E = TypeVar("E", bound=BaseException)


class BrokenRuleError(AssertionError):
    """An implementation does not keep to a rule of its contract.

    Attributes:
        rule: The rule.
        detail: What was seen instead.
    """

    def __init__(self, rule: str, detail: str) -> None:
        self.rule: str = rule
        self.detail: str = detail
        super().__init__(f"broken rule: {rule}\n  {detail}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.rule, self.detail)


class Rule:
    """What a test checks.

    Attributes:
        text: The rule, a sentence or two.
        needs: The capability that an implementation may lack; `None` where every one must keep to the rule.
        settings: What the implementation is opened with; classes are called first, so that each test has its own.
        check: The coroutine function that checks it.
    """

    def __init__(self, text: str, needs: str | None, settings: dict[str, Any], check: Any) -> None:
        self.text: str = text
        self.needs: str | None = needs
        self.settings: dict[str, Any] = settings
        self.check: Callable[[Any, Any], Awaitable[None]] = check


def rule(
    *, needs: str | None = None, **settings: Any
) -> Callable[[Callable[[Any, Any], Awaitable[None]]], Callable[[Any, str], None]]:
    """Make a test of a check whose docstring is the rule.

    Args:
        needs: The capability that the rule is about, where an implementation may lack it.
        **settings: What the implementation is opened with; functions are called first.
    """

    def decorate(check: Callable[[Any, Any], Awaitable[None]]) -> Callable[[Any, str], None]:
        each = Rule((check.__doc__ or check.__name__).strip(), needs, settings, check)

        def test(self: Any, colour: str) -> None:
            _run(self, each, colour)

        test.__name__, test.__qualname__, test.__module__ = check.__name__, check.__qualname__, check.__module__
        test.__doc__ = check.__doc__
        test.rule = each  # type: ignore[attr-defined]
        return test

    return decorate


def _run(suite: Any, each: Rule, colour: str) -> None:
    for needed in (colour, each.needs):
        if needed in suite.lacks:
            pytest.skip(f"does not claim {needed!r}: {each.text}")
    try:
        suite.run(_checked(suite, each, colour))
    except BrokenRuleError:
        raise
    except asyncio.TimeoutError as error:
        raise BrokenRuleError(each.text, f"not done after {suite.patience} s; a deadlock?") from error
    except AssertionError as error:
        raise BrokenRuleError(each.text, str(error)) from error
    except (Exception, pytest.fail.Exception) as error:
        raise BrokenRuleError(each.text, f"unexpected {type(error).__name__}: {error}") from error


async def _checked(suite: Any, each: Rule, colour: str) -> None:
    settings = {name: value() if callable(value) else value for name, value in each.settings.items()}

    async def check() -> None:
        async with suite.opened(colour, **settings) as door:
            await each.check(suite, door)

    await asyncio.wait_for(check(), suite.patience)


async def refusal(attempt: Awaitable[Any], kind: type[E] | tuple[type[E], ...], what: str) -> E:
    """Return the error that `attempt` ends with.

    Raises:
        AssertionError: It succeeds, or ends with an error of another kind.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(each.__name__ for each in kinds)
    try:
        result = await attempt
    except kinds as error:
        return error
    except Exception as error:
        raise AssertionError(f"{what}: expected {names}, got {type(error).__name__}: {error}") from error
    raise AssertionError(f"{what}: expected {names}, but it succeeded and returned {result!r:.200}")
