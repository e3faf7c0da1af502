"""Whether a failed attempt is tried again, and after how long. Pure: the driver waits and adds the jitter."""

from __future__ import annotations

from collections.abc import Sequence

from stepgraph.errors import InvalidUpdateError
from stepgraph.types import RetryPolicy

__all__ = ["default_retry_on", "delay_before_retry"]

_PROGRAMMING = (
    ValueError,
    TypeError,
    ArithmeticError,
    ImportError,
    LookupError,
    NameError,
    SyntaxError,
    RuntimeError,
    ReferenceError,
    StopIteration,
    StopAsyncIteration,
    AssertionError,
    AttributeError,
    InvalidUpdateError,
)

_NETWORK = ("requests", "httpx")
"""Libraries whose errors are operating system errors that mean the network."""


def default_retry_on(error: Exception) -> bool:
    """Return whether another attempt may succeed where this one failed.

    Connection errors and timeouts may; an HTTP error may when its status is 408, 425, 429 or 5xx; an error that
    says something about the program may not.
    """
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if isinstance(status, int):
        return status >= 500 or status in (408, 425, 429)
    if isinstance(error, _PROGRAMMING):
        return False
    return not isinstance(error, OSError) or type(error).__module__.partition(".")[0] in _NETWORK


def delay_before_retry(policies: Sequence[RetryPolicy], attempts: int, error: Exception) -> tuple[float, bool] | None:
    """Return seconds to wait and whether to add jitter, or `None` to give up.

    Args:
        policies: The policies of the node, of which the first that matches decides.
        attempts: How often the node has run.
        error: What the last attempt raised.
    """
    for policy in policies:
        if not _matches(policy, error):
            continue
        if attempts >= policy.max_attempts:
            return None
        try:
            wait = policy.initial_interval * policy.backoff_factor ** (attempts - 1)
        except OverflowError:
            wait = policy.max_interval
        return min(wait, policy.max_interval), policy.jitter
    return None


def _matches(policy: RetryPolicy, error: Exception) -> bool:
    rule = policy.retry_on
    if rule is None:
        return default_retry_on(error)
    if isinstance(rule, type):
        return isinstance(error, rule)
    if isinstance(rule, Sequence):
        return isinstance(error, tuple(rule))
    return bool(rule(error))
