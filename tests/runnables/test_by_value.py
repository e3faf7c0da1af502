"""Runnables of one class are equal where what they were made of is."""

import copy

import pytest

from stepgraph.runnables import (
    ConfigurableField,
    RouterRunnable,
    RunnableBranch,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
)

step = RunnableLambda(len)

MAKE = {
    "sequence": lambda: step | str,
    "parallel": lambda: RunnableParallel(a=len, b=str),
    "passthrough": lambda: RunnablePassthrough(print),
    "assign": lambda: RunnablePassthrough.assign(a=len),
    "pick": lambda: RunnablePick(["a"]),
    "branch": lambda: RunnableBranch((len, str), repr),
    "router": lambda: RouterRunnable({"a": len}),
    "each": lambda: step.map(),
    "binding": lambda: step.bind(a=1).with_config(tags=["t"]),
    "retry": lambda: step.with_retry(stop_after_attempt=2),
    "fallbacks": lambda: step.with_fallbacks([RunnableLambda(str)]),
    "fields": lambda: step.configurable_fields(name=ConfigurableField(id="n")),
    "alternatives": lambda: step.configurable_alternatives(ConfigurableField(id="n"), other=RunnableLambda(str)),
}


@pytest.mark.parametrize("name", MAKE)
def test_what_is_made_of_the_same_is_equal(name):
    one, other = MAKE[name](), MAKE[name]()
    assert one == other
    assert hash(one) == hash(other)
    assert copy.copy(one) == one
    assert all(one != made() for kind, made in MAKE.items() if kind != name)


def test_what_is_made_of_something_else_is_not():
    assert step | str != step | repr
    assert RunnablePick("a") != RunnablePick("b")
    assert step.bind(a=1) != step.bind(a=2)
    assert step.with_retry() != step.with_retry(stop_after_attempt=7)
