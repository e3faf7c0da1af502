"""Remote: clients of the settings that a model has now, copies, and secrets that stay where they are."""

import asyncio
import copy
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from pydantic import Field, SecretStr

from stepgraph.language_models.loop_clients import LoopClients
from stepgraph.language_models.remote import (
    Address,
    Options,
    Remote,
    address_of_environment,
    first_of_environment,
    parted,
    secret_of_environment,
)

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


def test_threads_that_need_the_first_clients_get_the_same() -> None:
    class Slow(Thing):
        def _new_clients(self) -> LoopClients:
            time.sleep(0.01)  # while it is made, the others ask for one
            return super()._new_clients()

    thing, together = Slow(), threading.Barrier(4)

    def ask(_: int) -> Client:
        together.wait()
        return thing._opened.sync()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ask, range(4)))
    assert len(made) == 1
    assert not any(each.closed for each in found)


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


def test_users_of_addresses_are_sent_as_headers() -> None:
    assert parted(None, None) == (None, None)
    assert parted("http://host/v1", {"a": "b"}) == ("http://host/v1", {"a": "b"})
    address, headers = parted("http://joe:p%40w@host/v1", {"a": "b", "authorization": "c"})
    assert (address, headers) == ("http://host/v1", {"a": "b", "Authorization": "Basic am9lOnBAdw=="})


class Place(Remote):
    address: Address | None = Field(default_factory=address_of_environment("PLACE"))
    model_kwargs: Options = Field(default_factory=dict)
    headers: dict[str, str] | None = Field(default=None, exclude=True, repr=False)


def test_what_is_shown_dumped_and_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"extra_headers": {"X-Title": "app", "Cookie": "c"}, "user": "me"}
    place = Place(address="http://joe:pw@host", model_kwargs=options, headers={"X-Title": "app", "X-Key": "k"})
    assert "joe" not in repr(place)
    assert "'user': 'me'" in repr(place)
    assert place.model_dump() == {"address": "http://host", "model_kwargs": {"user": "me"}}
    assert (place.address, place.model_kwargs) == ("http://joe:pw@host", options)
    twin = pickle.loads(pickle.dumps(place))
    assert vars(twin) == {
        "address": "http://host",
        "model_kwargs": {"extra_headers": {"X-Title": "app"}, "user": "me"},
        "headers": {"X-Title": "app"},
    }
    assert copy.deepcopy(place) == copy.copy(place) == place
    monkeypatch.setenv("PLACE", "http://joe:pw@host")
    assert pickle.loads(pickle.dumps(place)).address == Place().address == "http://joe:pw@host"
    assert pickle.loads(pickle.dumps(Place(address=None))).address is None
