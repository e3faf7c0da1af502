"""Values whose classes have changed since they were saved."""

import enum
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from stepgraph.errors import DeserializationError
from stepgraph.serde import MsgpackSerializer


@dataclass
class OldRecord:
    kept: int
    gone: str = "g"
    method: str = "data"


@dataclass
class NewRecord:
    kept: int
    added: int = 5
    listed: list[int] = field(default_factory=lambda: [1])
    late: int = field(init=False)

    def method(self) -> str:
        return "code"


@dataclass(slots=True)
class SlottedRecord:
    kept: int
    added: int = 5


@dataclass
class Demanding:
    kept: int
    needed: str


class OldModel(BaseModel):
    kept: int
    gone: str = "g"


class NewModel(BaseModel):
    model_config = ConfigDict(validate_default=True)

    kept: int
    added: list[int] = Field(default_factory=lambda: [7])
    _private: int = PrivateAttr(default=3)
    _made: list[int] = PrivateAttr(default_factory=lambda: [4])
    _unset: int = PrivateAttr()


class DemandingModel(BaseModel):
    needed: int


class OldTuple(NamedTuple):
    kept: int
    gone: int = 0


class NewTuple(NamedTuple):
    added: int = 5
    kept: int = 0


class DemandingTuple(NamedTuple):
    needed: int


class OldEnum(enum.Enum):
    KEPT = 1
    GONE = 2


class NewEnum(enum.Enum):
    KEPT = "one"


def as_saved_by(value: Any, cls: type[Any]) -> Any:
    """Save a value and load it where `cls` has its class's name."""
    saved = MsgpackSerializer(allowed=[type(value)]).dumps(value)
    name, module = type(value).__qualname__, type(value).__module__
    before = cls.__qualname__, cls.__module__
    cls.__qualname__, cls.__module__ = name, module
    try:
        return MsgpackSerializer(allowed=[cls]).loads(saved)
    finally:
        cls.__qualname__, cls.__module__ = before


def test_a_record_with_other_fields():
    back = as_saved_by(OldRecord(1), NewRecord)
    assert type(back) is NewRecord
    assert (back.kept, back.added, back.listed) == (1, 5, [1])
    assert not hasattr(back, "late")
    assert back.method() == "code"  # what was a field does not hide what is a method now
    assert back.gone == "g"
    assert as_saved_by(OldRecord(2), SlottedRecord) == SlottedRecord(2)


def test_a_model_with_other_fields():
    back = as_saved_by(OldModel(kept=1, gone="x"), NewModel)
    assert back == NewModel(kept=1)
    assert back.model_fields_set == {"kept"}
    assert (back._private, back._made) == (3, [4])
    assert not hasattr(back, "_unset")


def test_a_named_tuple_with_other_fields():
    assert as_saved_by(OldTuple(1), NewTuple) == NewTuple(5, 1)


def test_an_enum_with_other_values():
    assert as_saved_by(OldEnum.KEPT, NewEnum) is NewEnum.KEPT
    with pytest.raises(DeserializationError, match="OldEnum has no member 'GONE'; it has KEPT"):
        as_saved_by(OldEnum.GONE, NewEnum)


@pytest.mark.parametrize(
    ("value", "cls"), [(OldRecord(1), Demanding), (OldModel(kept=1), DemandingModel), (OldTuple(1), DemandingTuple)]
)
def test_a_field_without_a_default(value: Any, cls: type[Any]):
    with pytest.raises(DeserializationError, match=r"has no field 'needed'.*default"):
        as_saved_by(value, cls)


@pytest.mark.parametrize("cls", [NewModel, NewTuple, NewEnum, SlottedRecord, DemandingModel])
def test_a_class_of_another_kind(cls: type[Any]):
    try:
        back = as_saved_by(OldRecord(1), cls)
    except DeserializationError:
        return
    assert type(back) is cls
