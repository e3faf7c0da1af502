"""RunnableSerializable: runnables whose attributes are pydantic fields."""

import warnings
from typing import TypeVar

import pytest
from pydantic import ValidationError

from stepgraph.runnables import ConfigurableField, RunnableLambda, RunnableSerializable

T = TypeVar("T")


class Times(RunnableSerializable[int, int]):
    factor: int = 2

    def invoke(self, input, config=None, **kwargs):
        return input * self.factor


class Boxed(RunnableSerializable[T, list[T]]):
    def invoke(self, input, config=None, **kwargs):
        return [input]


def test_fields_are_checked():
    assert Times(factor="3").invoke(2) == 6
    with pytest.raises(ValidationError, match="factor"):
        Times(factor="many")


async def test_it_is_composed_as_others_are():
    chain = Times() | Times(factor=3) | RunnableLambda(str)
    assert chain.invoke(1) == await chain.ainvoke(1) == "6"
    assert list(chain.stream(1)) == ["6"]
    assert await chain.abatch([1, 2]) == ["6", "12"]


def test_only_its_fields_are_dumped_and_compared():
    assert Times().model_dump() == {"name": None, "factor": 2}
    assert Times() == Times()
    assert Times() != Times(factor=3)
    assert repr(Times(factor=3)) == "Times(factor=3)"


def test_its_name_and_types_are_known():
    assert Times().get_name() == "Times"
    assert Times(name="twice").get_name() == "twice"
    assert (Times().InputType, Times().OutputType) == (int, int)


def test_a_config_sets_its_fields():
    open_ = Times().configurable_fields(factor=ConfigurableField(id="factor"))
    assert open_.invoke(1) == 2
    assert open_.invoke(1, {"configurable": {"factor": 10}}) == 10


def test_subclassing_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        class Plus(RunnableSerializable[int, int]):
            more: int

            def invoke(self, input, config=None, **kwargs):
                return input + self.more

        class PlusTwo(Plus):
            more: int = 2

    assert PlusTwo().invoke(1) == 3


def test_names_that_others_look_for():
    assert not Times.is_lc_serializable()
    assert Times.lc_id() == [*__name__.split("."), "Times"]
    assert Boxed[int].lc_id() == [*__name__.split("."), "Boxed"]
