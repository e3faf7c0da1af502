"""The messages of langchain_core are kept where a program has imported that package, which is never done for it."""

import sys
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from stepgraph.errors import DeserializationError, SerializationError
from stepgraph.serde import MsgpackSerializer

PACKAGE = "langchain_core.messages"


class Message(BaseModel):
    content: str
    additional_kwargs: dict[str, Any] = {}


class Human(Message):
    type: str = "human"


class Custom(Message):
    """Of a user's own, so not of the package."""


Message.__module__, Message.__qualname__ = f"{PACKAGE}.base", "BaseMessage"
Human.__module__, Human.__qualname__ = f"{PACKAGE}.human", "HumanMessage"


@pytest.fixture
def langchain(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module: Any = ModuleType(PACKAGE)
    module.BaseMessage = Message
    monkeypatch.setitem(sys.modules, PACKAGE, module)
    return module  # type: ignore[no-any-return]


@pytest.mark.usefixtures("langchain")
def test_messages_of_the_package():
    message = Human(content="hi", additional_kwargs={"x": (1,)})
    data = MsgpackSerializer().dumps([message])
    assert MsgpackSerializer().loads(data) == [message]
    assert type(MsgpackSerializer().loads(data)[0]) is Human


@pytest.mark.usefixtures("langchain")
def test_subclasses_elsewhere_must_be_allowed():
    with pytest.raises(SerializationError, match="allowed=\\[Custom\\]"):
        MsgpackSerializer().dumps(Custom(content="x"))
    serializer = MsgpackSerializer(allowed=[Custom])
    assert serializer.loads(serializer.dumps(Custom(content="x"))) == Custom(content="x")


def test_it_is_not_imported(monkeypatch: pytest.MonkeyPatch, langchain: ModuleType):
    data = MsgpackSerializer().dumps(Human(content="x"))
    monkeypatch.delitem(sys.modules, PACKAGE)
    with pytest.raises(DeserializationError, match="its module is imported"):
        MsgpackSerializer().loads(data)
    with pytest.raises(SerializationError):
        MsgpackSerializer().dumps(Human(content="x"))
    assert PACKAGE not in sys.modules
