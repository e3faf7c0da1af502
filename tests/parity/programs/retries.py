"""Retry policies: how often, on which errors, what a retried node leaves behind."""

from typing import Any

from tests.parity.building import Trail, one_node
from tests.parity.running import invoked_async, outcome, streamed


def _flaky(lg, failures, error, policies, mode=("custom", "updates")):
    calls: list[int] = []

    def node(state: Trail, runtime) -> dict[str, Any]:
        calls.append(1)
        runtime.stream_writer(["attempt", runtime.execution_info.node_attempt])
        if len(calls) <= failures:
            raise error
        return {"trail": ["done"]}

    graph = one_node(lg, node, retry_policy=policies)
    return [outcome(lambda: list(graph.stream({"trail": []}, stream_mode=list(mode)))), len(calls)]


def _policy(lg, **options):
    return lg.types.RetryPolicy(initial_interval=0.001, jitter=False, **options)


def until_it_works(lg):
    return _flaky(lg, 2, LookupError("x"), _policy(lg, retry_on=LookupError))


def until_the_attempts_are_used_up(lg):
    return [
        _flaky(lg, 9, LookupError("x"), _policy(lg, retry_on=LookupError)),
        _flaky(lg, 9, LookupError("x"), _policy(lg, retry_on=LookupError, max_attempts=1)),
        _flaky(lg, 9, LookupError("x"), _policy(lg, retry_on=LookupError, max_attempts=5)),
    ]


def kinds_of_retry_on(lg):
    kinds: list[Any] = [
        ValueError,
        (ValueError, LookupError),
        [ValueError],
        lambda error: "x" in str(error),
        KeyError,
    ]
    return [_flaky(lg, 1, ValueError("x"), _policy(lg, retry_on=kind)) for kind in kinds]


def the_first_policy_that_matches(lg):
    return [
        _flaky(
            lg,
            4,
            ValueError("x"),
            [_policy(lg, retry_on=ValueError, max_attempts=2), _policy(lg, retry_on=ValueError, max_attempts=9)],
        ),
        _flaky(
            lg,
            2,
            KeyError("x"),
            [_policy(lg, retry_on=ValueError, max_attempts=1), _policy(lg, retry_on=LookupError)],
        ),
    ]


def by_default_connection_errors_only(lg):
    errors: list[Exception] = [ConnectionError("x"), ValueError("x"), TypeError("x"), KeyError("x")]
    return [_flaky(lg, 1, error, _policy(lg))[1] for error in errors]


def tasks_show_one_attempt(lg):
    chunks, _ = _flaky(lg, 1, ValueError("x"), _policy(lg, retry_on=ValueError), mode=("tasks",))
    return [len(chunks), [sorted(chunk["tuple"][1]) for chunk in chunks]]


def asynchronously(lg):
    calls: list[int] = []

    async def node(state: Trail) -> dict[str, Any]:
        calls.append(1)
        if len(calls) < 3:
            raise LookupError("x")
        return {"trail": ["done"]}

    graph = one_node(lg, node, retry_policy=_policy(lg, retry_on=LookupError))
    return [invoked_async(graph, {"trail": []}), len(calls)]


def writes_of_a_failed_attempt_are_gone(lg):
    calls: list[int] = []

    def node(state: Trail):
        calls.append(1)
        yield {"trail": ["half"]}
        if len(calls) == 1:
            raise LookupError("x")
        yield {"trail": ["whole"]}

    graph = one_node(lg, node, retry_policy=_policy(lg, retry_on=LookupError))
    return streamed(graph, {"trail": []}, ["updates"])
