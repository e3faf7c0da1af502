"""Retry decisions: which policy counts, how long to wait, when to give up."""

from types import SimpleNamespace
from typing import Any

import pytest

from stepgraph.errors import InvalidUpdateError
from stepgraph.kernel.retry import default_retry_on, delay_before_retry
from stepgraph.types import RetryPolicy


class HttpError(Exception):
    """As the OpenAI and Anthropic SDKs raise: with the status on the error."""

    def __init__(self, status_code: Any) -> None:
        self.status_code = status_code


class ResponseError(Exception):
    """As httpx and requests raise: with the status on the response."""

    def __init__(self, status_code: Any) -> None:
        self.response = SimpleNamespace(status_code=status_code)


class NetworkProblem(OSError):
    """As requests raises: an OSError of a module of its own."""


class InvalidURL(OSError, ValueError):
    """As requests raises for a mistake of the program."""


NetworkProblem.__module__ = InvalidURL.__module__ = "requests.exceptions"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionError(),
        ConnectionResetError(),
        TimeoutError(),
        Exception("who knows"),
        MemoryError(),
        NetworkProblem(),
        HttpError(500),
        HttpError(503),
        HttpError(429),
        HttpError(408),
        HttpError(425),
        HttpError("unknown"),
        ResponseError(502),
        ResponseError(429),
        ResponseError(None),
    ],
    ids=repr,
)
def test_what_another_attempt_may_mend(error: Exception):
    assert default_retry_on(error) is True


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        TypeError(),
        ZeroDivisionError(),
        ImportError(),
        KeyError(),
        NameError(),
        SyntaxError(),
        RuntimeError(),
        NotImplementedError(),
        RecursionError(),
        ReferenceError(),
        StopIteration(),
        StopAsyncIteration(),
        AssertionError(),
        AttributeError(),
        InvalidUpdateError(),
        OSError(),
        FileNotFoundError(),
        InvalidURL(),
        HttpError(400),
        HttpError(404),
        ResponseError(401),
        ResponseError(200),
    ],
    ids=repr,
)
def test_what_no_attempt_can_mend(error: Exception):
    assert default_retry_on(error) is False


FIXED = RetryPolicy(jitter=False)


@pytest.mark.parametrize(
    ("policies", "attempts", "error", "decision"),
    [
        pytest.param((), 1, ConnectionError(), None, id="no policy"),
        pytest.param((FIXED,), 1, ConnectionError(), (0.5, False), id="first wait"),
        pytest.param((FIXED,), 2, ConnectionError(), (1.0, False), id="longer wait"),
        pytest.param((FIXED,), 3, ConnectionError(), None, id="attempts used up"),
        pytest.param((FIXED,), 1, ValueError(), None, id="no match"),
        pytest.param((RetryPolicy(),), 1, ConnectionError(), (0.5, True), id="jitter"),
        pytest.param((RetryPolicy(max_attempts=1),), 1, ConnectionError(), None, id="one attempt"),
        pytest.param(
            (RetryPolicy(initial_interval=1, backoff_factor=10, max_interval=50, max_attempts=9, jitter=False),),
            3,
            ConnectionError(),
            (50, False),
            id="longest wait",
        ),
        pytest.param(
            (RetryPolicy(max_attempts=10**6),),
            5000,
            ConnectionError(),
            (128.0, True),
            id="a wait that no number can hold",
        ),
        pytest.param((RetryPolicy(retry_on=KeyError),), 1, KeyError(), (0.5, True), id="a class"),
        pytest.param((RetryPolicy(retry_on=LookupError),), 1, KeyError(), (0.5, True), id="a base class"),
        pytest.param((RetryPolicy(retry_on=KeyError),), 1, ConnectionError(), None, id="another class"),
        pytest.param((RetryPolicy(retry_on=[KeyError, OSError]),), 1, OSError(), (0.5, True), id="a list"),
        pytest.param((RetryPolicy(retry_on=(KeyError, OSError)),), 1, ValueError(), None, id="a tuple"),
        pytest.param((RetryPolicy(retry_on=()),), 1, ConnectionError(), None, id="no class at all"),
        pytest.param(
            (RetryPolicy(retry_on=lambda e: "go" in str(e)),), 1, ValueError("go"), (0.5, True), id="predicate"
        ),
        pytest.param((RetryPolicy(retry_on=lambda e: 0),), 1, ValueError(), None, id="predicate that says no"),
        pytest.param(
            (RetryPolicy(retry_on=KeyError), RetryPolicy(initial_interval=7, retry_on=ValueError)),
            1,
            ValueError(),
            (7, True),
            id="the policy that matches",
        ),
        pytest.param(
            (RetryPolicy(retry_on=ValueError, max_attempts=1), RetryPolicy(retry_on=ValueError, max_attempts=9)),
            1,
            ValueError(),
            None,
            id="the first that matches decides",
        ),
    ],
)
def test_decisions(policies: Any, attempts: int, error: Exception, decision: Any):
    assert delay_before_retry(policies, attempts, error) == decision
