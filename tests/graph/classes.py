"""States of every kind of class: `a` keeps the last, `b` collects."""

import operator
import typing
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, ClassVar

import typing_extensions
from pydantic import BaseModel, Field, PrivateAttr
from typing_extensions import NotRequired, ReadOnly, Required, TypedDict

from stepgraph.channels import BinaryOperatorAggregate, LastValue

# The channels of `a` and of `b`.
LAST, ADD = LastValue(Any), BinaryOperatorAggregate(list, operator.add)


class Base(TypedDict):
    a: int


class Derived(Base, total=False):
    b: Annotated[list, operator.add]


class Wrapped(TypedDict, total=False):
    required: Required[int]
    optional: NotRequired[Annotated[list, operator.add]]
    inside: Annotated[NotRequired[list], operator.add]
    readonly: ReadOnly[str]


if hasattr(typing, "NotRequired"):

    class FromTyping(typing.TypedDict, total=False):
        required: typing.Required[int]
        optional: typing.NotRequired[Annotated[list, operator.add]]

else:

    class FromTyping(typing_extensions.TypedDict, total=False):  # type: ignore[no-redef]
        required: Required[int]
        optional: NotRequired[Annotated[list, operator.add]]


@dataclass
class Data:
    a: int
    b: Annotated[list, operator.add] = field(default_factory=list)
    shared: ClassVar[int] = 3
    seed: InitVar[int] = 0


@dataclass
class DerivedData(Data):
    c: str = "default"


class Model(BaseModel):
    a: int
    b: Annotated[list, operator.add] = []
    bounded: Annotated[int, Field(ge=0)] = 0
    shared: ClassVar[int] = 3
    _private: int = PrivateAttr(0)


class DerivedModel(Model):
    c: str = "default"


class Plain:
    a: int
    b: Annotated[list, operator.add]
