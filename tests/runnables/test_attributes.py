"""Attributes: what a runnable was made of can be read, shown, and set by a config."""

import functools
from operator import itemgetter

import pytest

from stepgraph.runnables import (
    ConfigurableField,
    ConfigurableFieldMultiOption,
    ConfigurableFieldSingleOption,
    RunnableBranch,
    RunnableEach,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnableRetry,
)


def configured(runnable, attribute, value, input):
    """Return the output as it is, and with an attribute set by a config."""
    open_ = runnable.configurable_fields(**{attribute: ConfigurableField(id="it")})
    return open_.invoke(input), open_.invoke(input, {"configurable": {"it": value}})


def attempts(config):
    tried = []

    def fail(input):
        tried.append(input)
        raise ValueError("no")

    retried = RunnableLambda(fail).with_retry(wait_exponential_jitter=False, stop_after_attempt=2)
    with pytest.raises(ValueError, match="no"):
        retried.configurable_fields(max_attempt_number=ConfigurableField(id="n")).invoke(1, config)
    return len(tried)


def test_how_often_something_is_tried_can_be_configured():
    assert attempts(None) == 2
    assert attempts({"configurable": {"n": 5}}) == 5
    open_ = RunnableLambda(len).with_retry().configurable_fields(max_attempt_number=ConfigurableField(id="n"))
    with pytest.raises(ValueError, match="at least 1 attempt"):
        open_.invoke("a", {"configurable": {"n": 0}})


@pytest.mark.parametrize(
    ("runnable", "attribute", "value", "input", "outputs"),
    [
        (RunnableLambda(str.upper), "func", str.lower, "Ab", ("AB", "ab")),
        (RunnableLambda(str.upper) | list, "last", len, "ab", (["A", "B"], 2)),
        (RunnableLambda(str.upper) | list, "first", str.lower, "AB", (["A", "B"], ["a", "b"])),
        (RunnableLambda(str.upper) | str.lower | list, "middle", [], "ab", (["a", "b"], ["A", "B"])),
        (RunnableBranch((len, str.upper), str.lower), "default", list, "", ("", [])),
        (RunnableParallel(a=len), "steps__", {"b": str}, "a", ({"a": 1}, {"b": "a"})),
        (
            RunnableLambda(int).with_fallbacks([RunnableLambda(len)]),
            "fallbacks",
            [RunnableLambda(list)],
            "x",
            (1, ["x"]),
        ),
        (RunnablePassthrough.assign(a=len), "mapper", RunnableParallel(b=len), {}, ({"a": 0}, {"b": 0})),
        (RunnableLambda(len).map(), "bound", RunnableLambda(str), ["a"], ([1], ["a"])),
    ],
    ids=["func", "last", "first", "middle", "default", "steps", "fallbacks", "mapper", "bound"],
)
def test_what_follows_from_an_attribute_follows_it(runnable, attribute, value, input, outputs):
    assert configured(runnable, attribute, value, input) == outputs


def test_what_cannot_be_set_is_refused_when_it_is_said():
    sequence = RunnableLambda(len) | str
    for attribute in ("invoke", "config_specs"):
        with pytest.raises(ValueError, match=f"{attribute!r} of 'RunnableSequence' cannot be set"):
            sequence.configurable_fields(**{attribute: ConfigurableField(id="x")})


def test_the_default_of_an_option_counts_where_the_config_does_not_say():
    def joined(input, sep=",", ends=()):
        return sep.join(input) + "".join(ends)

    bound = RunnableLambda(joined).bind()
    one = ConfigurableFieldSingleOption(id="k", options={"dash": {"sep": "-"}, "dot": {"sep": "."}}, default="dash")
    chosen = bound.configurable_fields(kwargs=one)
    assert chosen.invoke("ab") == "a-b"
    assert chosen.invoke("ab", {"configurable": {"k": "dot"}}) == "a.b"

    class Ended(RunnableLambda):
        def __init__(self):
            super().__init__(lambda input: input + "".join(self.ends))
            self.ends = []

    several = ConfigurableFieldMultiOption(id="e", options={"a": "!", "b": "?"}, default=["a", "b"])
    assert hash(several) == hash(several._replace(default=["a"]))
    made = Ended().configurable_fields(ends=several).prepare()[0]
    assert made.ends == ["!", "?"]


async def test_a_bound_limit_holds_for_batches_of_what_can_be_configured(most_at_once):
    work, most = most_at_once
    limited = RunnableLambda(work).with_config(max_concurrency=2)
    for runnable in (
        limited.configurable_fields(name=ConfigurableField(id="n")),
        limited.configurable_alternatives(ConfigurableField(id="n"), other=RunnableLambda(len)),
    ):
        assert await runnable.abatch([1] * 6) == [1] * 6
        assert most() == 2
        assert await runnable.abatch([1] * 6, [{"tags": [str(number)]} for number in range(6)]) == [1] * 6
        assert most() == 2


def test_each_alternative_of_a_batch_is_its_own():
    runnable = RunnableLambda(len).configurable_alternatives(ConfigurableField(id="n"), other=RunnableLambda(str))
    configs = [{"configurable": {"n": name}} for name in ("default", "other")]
    assert runnable.batch(["a", "b"], configs) == [1, "b"]
    assert sorted(runnable.batch_as_completed(["a", "b"], configs)) == [(0, 1), (1, "b")]


def test_attributes_have_the_names_that_others_know():
    retry = RunnableRetry(bound=RunnableLambda(len), retry_exception_types=(KeyError,), max_attempt_number=2)
    assert (retry.retry_exception_types, retry.wait_exponential_jitter) == ((KeyError,), True)
    assert retry.exponential_jitter_params is None
    assert retry.invoke("ab") == 2

    async def f(input):
        return input

    assert RunnableLambda(f).afunc is f
    assert RunnablePassthrough(input_type=int).OutputType is int
    assert RunnablePassthrough[dict]().invoke({}) == {}
    assert RunnableEach[str, int](bound=RunnableLambda(len)).invoke(["a"]) == [1]
    assert RunnableLambda(len).bind().with_types(str, int).OutputType is int
    assert ConfigurableField("a")._replace(name="b") == ConfigurableField(id="a", name="b")


def test_what_has_fallbacks_calls_methods_of_the_first():
    class Model(RunnableLambda):
        def __init__(self, name):
            super().__init__(lambda input: name)
            self.called = []

        def count(self, text):
            self.called.append(text)
            return len(text)

        def bind_tools(self, tools):
            return self.bind(tools=tools)

    first, second = Model("first"), Model("second")
    both = first.with_fallbacks([second])
    assert both.count("abc") == 3
    assert (first.called, second.called) == (["abc"], [])
    assert both.func is first.func
    assert [each.kwargs for each in both.bind_tools([1]).runnables] == [{"tools": [1]}] * 2


@pytest.mark.parametrize(
    ("runnable", "shown"),
    [
        (RunnablePassthrough(), "RunnablePassthrough()"),
        (RunnableLambda(itemgetter("a")), "RunnableLambda(operator.itemgetter('a'))"),
        (RunnableLambda(functools.partial(len)), "RunnableLambda(len)"),
        (RunnableLambda(len).with_config(tags=["a"]), "RunnableLambda(len).with_config({'tags': ['a']})"),
        (RunnableLambda(len).bind(a=1), "RunnableLambda(len).bind(a=1)"),
        (RunnableLambda(len).with_types(str), "RunnableLambda(len).with_types(<class 'str'>, None)"),
        (RunnableLambda(len).with_listeners(on_end=print), "RunnableLambda(len).with_listeners()"),
    ],
    ids=["passthrough", "itemgetter", "partial", "config", "bind", "types", "listeners"],
)
def test_what_is_shown_says_what_it_is(runnable, shown):
    assert repr(runnable) == shown


def test_a_lambda_is_shown_by_its_place():
    assert repr(RunnableLambda(lambda x: x)).startswith("RunnableLambda(<lambda> at test_attributes.py:")
