"""Questions about pydantic's classes, of both versions."""

import sys

import pytest
from pydantic import BaseModel, Field

from stepgraph.pydantic_models import (
    get_fields,
    get_pydantic_field_names,
    get_pydantic_major_version,
    is_basemodel_instance,
    is_basemodel_subclass,
)


class Model(BaseModel):
    a: int = Field(default=1, alias="b")
    c: int = 2


class Empty(BaseModel):
    pass


def test_what_is_a_model_and_what_is_not():
    assert is_basemodel_subclass(Model)
    assert is_basemodel_instance(Model())
    assert not any(is_basemodel_subclass(each) for each in (int, list[int], Model(), None))
    assert not any(is_basemodel_instance(each) for each in (1, Model))


def test_the_fields_of_a_model():
    assert list(get_fields(Model)) == list(get_fields(Model())) == ["a", "c"]
    assert get_pydantic_field_names(Model) == {"a", "b", "c"}
    assert get_pydantic_field_names(Empty) == set()
    with pytest.raises(TypeError, match="expected a pydantic model"):
        get_fields(int)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="pydantic's first version ends there")
def test_models_of_the_first_version():
    from pydantic.v1 import BaseModel as First  # noqa: PLC0415 - not there on every version

    class Old(First):
        a: int = 1

    assert is_basemodel_subclass(Old)
    assert is_basemodel_instance(Old())
    assert get_pydantic_field_names(Old) == {"a"}


def test_the_version():
    assert get_pydantic_major_version() == 2
