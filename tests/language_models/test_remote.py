"""Remote: clients of the settings that a model has now, copies, and secrets that stay where they are."""

import asyncio
import copy
import pickle
from typing import Any, ClassVar

import pytest
from pydantic import Field, SecretStr

from stepgraph.language_models.loop_clients import LoopClients
from stepgraph.language_models.remote import Remote, first_of_environment, secret_of_environment

made: list[Any] = []


class Client:
    def __init__(self) -> None:
        self.closed = False
        made.append(self)

    def close(self) -> None:
        self.closed = True


class AsyncClient(Client):
    async def close(self) -> None:  # type: ignore[override]
        self.closed = True


class Thing(Remote):
    connecting: ClassVar[tuple[str, ...]] = ("key", "place")
    shared: ClassVar[tuple[str, ...]] = ("theirs",)

    key: SecretStr | None = Field(default_factory=secret_of_environment("THING_KEY", "OLD_KEY"), repr=False)
    place: str = "here"
    colour: list[str] = Field(default_factory=list)
    theirs: Any = None

    def _new_clients(self) -> LoopClients:
        return LoopClients(Client, AsyncClient)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    made.clear()
    monkeypatch.setenv("THING_KEY", "sk-of-the-environment")


def test_clients_are_those_of_the_settings() -> None:
    thing = Thing()
    first = thing._opened.sync()
    assert thing._opened.sync() is first
    assert thing.model_copy(update={"colour": ["red"]})._opened.sync() is first
    assert thing.model_copy(update={"place": "there"})._opened.sync() is not first
    thing.place = "there"
    assert thing._opened.sync() is not first


def test_it_is_closed_and_opened_again() -> None:
    thing = Thing()
    thing.close()
    first = thing._opened.sync()
    thing.close()
    assert first.closed
    assert not thing._opened.sync().closed

    async def main() -> None:
        client = thing._opened.here()
        await thing.aclose()
        assert client.closed
        assert not thing._opened.here().closed

    asyncio.run(main())
    assert all(client.closed for client in made if isinstance(client, AsyncClient))
    thing.close()


def test_copies() -> None:
    lock = object()
    thing = Thing(colour=["red"], theirs=lock)
    shallow, deep = copy.copy(thing), copy.deepcopy(thing)
    assert shallow == deep == thing
    assert shallow.colour is thing.colour
    assert deep.colour is not thing.colour
    assert deep.theirs is lock
    assert deep._opened is not None


def test_no_secret_is_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    thing = Thing(key=SecretStr("sk-given"), theirs=lambda: None)
    thing._opened.sync()
    written = pickle.dumps(thing)
    assert b"sk-given" not in written
    twin = pickle.loads(written)
    assert (twin.key.get_secret_value(), twin.place, twin.theirs) == ("sk-of-the-environment", "here", None)
    assert twin._opened.sync() is not None
    assert b"sk-plain" not in pickle.dumps(thing.model_copy(update={"key": "sk-plain"}))
    monkeypatch.delenv("THING_KEY")
    assert pickle.loads(written).key is None
    monkeypatch.setenv("OLD_KEY", "sk-old")
    assert pickle.loads(written).key.get_secret_value() == "sk-old"


def test_no_input_is_shown_in_errors() -> None:
    with pytest.raises(ValueError, match="place") as failed:
        Thing(key=SecretStr("sk-given"), place=["sk-given"])  # type: ignore[arg-type]
    assert "sk-given" not in str(failed.value)


def test_the_first_variable_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_VARIABLE", "")
    monkeypatch.setenv("ANOTHER", "x")
    assert first_of_environment("NO_SUCH", "A_VARIABLE", "ANOTHER") == "x"
    assert first_of_environment("NO_SUCH") is None


def test_a_subclass_must_say_how_it_connects() -> None:
    with pytest.raises(NotImplementedError, match=r"Remote must define _new_clients\(\)"):
        _ = Remote()._opened
