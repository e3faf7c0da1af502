"""Example selectors: by room, by nearness, by variety."""

import threading

import pytest

from stepgraph.example_selectors import (
    BaseExampleSelector,
    LengthBasedExampleSelector,
    MaxMarginalRelevanceExampleSelector,
    SemanticSimilarityExampleSelector,
    sorted_values,
)
from stepgraph.vectorstores import InMemoryVectorStore
from tests.vectorstores.models import Letters

EXAMPLES = [{"in": "aab", "out": "1"}, {"in": "ccd", "out": "2"}, {"in": "aaa", "out": "3"}]


class Prompt:
    def format(self, **kwargs):
        return "{in} {out}".format(**kwargs)


async def test_async_twins_run_in_threads():
    class All(BaseExampleSelector):
        def __init__(self):
            self.examples, self.in_main = [], []

        def add_example(self, example):
            self.in_main.append(threading.current_thread() is threading.main_thread())
            self.examples.append(example)

        def select_examples(self, input_variables):
            return self.examples

    selector = All()
    await selector.aadd_example({"a": "b"})
    assert await selector.aselect_examples({}) == [{"a": "b"}]
    assert selector.in_main == [False]


@pytest.mark.parametrize(("words", "count"), [("one", 2), ("a b", 1), ("a b c d", 0), ("a b c d e f", 0)])
async def test_as_many_as_there_is_room_for(words, count):
    selector = LengthBasedExampleSelector(examples=EXAMPLES, example_prompt=Prompt(), max_length=5)
    assert selector.select_examples({"question": words}) == EXAMPLES[:count]
    assert await selector.aselect_examples({"question": words}) == EXAMPLES[:count]


async def test_examples_are_added_behind():
    given = EXAMPLES[:1]
    selector = LengthBasedExampleSelector(examples=given, example_prompt=Prompt(), get_text_length=len)
    selector.add_example({"in": "x y\nz", "out": ""})
    await selector.aadd_example({"in": "", "out": ""})
    assert selector.example_text_lengths == [5, 6, 1]
    assert len(given) == 1


async def test_the_nearest():
    selector = SemanticSimilarityExampleSelector.from_examples(
        EXAMPLES, Letters(), InMemoryVectorStore, k=1, input_keys=["in"]
    )
    assert selector.select_examples({"in": "d"}) == [EXAMPLES[1]]
    assert await selector.aselect_examples({"in": "a", "more": "c"}) == [EXAMPLES[2]]
    assert isinstance(selector.add_example({"in": "dd", "out": "4"}), str)
    await selector.aadd_example({"in": "b", "out": "5"})
    assert [selector.select_examples({"in": text})[0]["out"] for text in "db"] == ["4", "5"]


async def test_what_is_handed_out_and_what_is_searched():
    selector = await SemanticSimilarityExampleSelector.afrom_examples(
        EXAMPLES,
        Letters(),
        InMemoryVectorStore,
        input_keys=["in"],
        example_keys=["out"],
        vectorstore_kwargs={"filter": {"out": "2"}},
    )
    assert selector.select_examples({"in": "a"}) == [{"out": "2"}]


async def test_variety():
    made_of = (EXAMPLES, Letters(), InMemoryVectorStore)
    selector = MaxMarginalRelevanceExampleSelector.from_examples(*made_of, k=2, input_keys=["in"])
    assert [example["out"] for example in selector.select_examples({"in": "aaac"})] == ["3", "2"]
    selector = await MaxMarginalRelevanceExampleSelector.afrom_examples(*made_of, k=2, fetch_k=2, input_keys=["in"])
    assert [example["out"] for example in await selector.aselect_examples({"in": "aaac"})] == ["3", "1"]


def test_values_in_the_order_of_their_keys():
    assert sorted_values({"b": "2", "a": "1"}) == ["1", "2"]
