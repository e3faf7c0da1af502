"""Remote: what models that are asked over a network have in common, whatever they are asked for.

It holds clients of the provider's SDK, one for each event loop, and secrets. The invariants: clients are those of the
settings that the model has now, and copies that have the same settings share them; clients are never pickled; no secret
leaves the process with the model, nor is one shown. What is shown has asterisks in the place of what may be a key; what
is dumped is without headers and queries, and its addresses are without users and keys; a pickle is without keys,
without the headers and parameters of queries that look like keys (`authorization`, `cookie`, `…key…`, `…token…`,
`…secret…`, a value with the key in it), and without the users and keys of addresses. A model that comes out of a pickle
looks for its key, and for its address, in the environment there; headers it must be given anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from threading import Lock
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, PlainSerializer, PrivateAttr, SecretStr

from stepgraph.language_models.loop_clients import LoopClients
from stepgraph.language_models.secrets import Secrets
from stepgraph.runnables.discreet import (
    HEADERS_AND_QUERIES,
    basic,
    discreet,
    portable,
    secrets_in,
    without_keys,
    without_user,
)

__all__ = [
    "Address",
    "Options",
    "Remote",
    "address_of_environment",
    "first_of_environment",
    "parted",
    "secret_of_environment",
]


_OPENING: Final = Lock()
"""Held while clients are made, so that threads that need the first get the same: others would be closed at once."""


def _untold(options: Mapping[str, Any]) -> dict[str, Any]:
    inner = portable({"model_kwargs": options})["model_kwargs"]  # as deep as options in options go
    return {name: value for name, value in inner.items() if name not in HEADERS_AND_QUERIES}


Address: TypeAlias = Annotated[str, PlainSerializer(without_keys, return_type=str)]
"""The address of a server; dumped without the user, the password and the keys in it."""

Options: TypeAlias = Annotated[dict[str, Any], PlainSerializer(_untold, return_type=dict[str, Any])]
"""Options of requests; dumped without headers, queries and keys."""


class Remote(BaseModel):
    """A base for models, and for other things, that a provider answers for over a network.

    Subclasses write `_new_clients`, and name the fields that it reads in `connecting`. Fields that hold a secret are
    `SecretStr`, read by `secret_of_environment` where they are not given, and neither shown nor dumped; such that hold
    headers or queries have the names of `stepgraph.runnables.discreet`; addresses are of the type `Address`, more
    options of requests are `model_kwargs` of the type `Options`. Fields named in `shared` hold what cannot be copied:
    copies share it, and it is not pickled.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(hide_input_in_errors=True)

    connecting: ClassVar[tuple[str, ...]] = ()
    shared: ClassVar[tuple[str, ...]] = ()

    _clients: tuple[list[Any], LoopClients] | None = PrivateAttr(default=None)

    def _new_clients(self) -> LoopClients:
        """Return what makes clients; it must not hold the model."""
        raise NotImplementedError(f"{type(self).__name__} must define _new_clients()")

    @property
    def _opened(self) -> LoopClients:
        """The clients of this model, made when they are first needed, and again when its settings have changed."""
        values = vars(self)
        settings = [values[name] for name in self.connecting]
        held = self._clients
        if held is None or held[0] != settings:
            with _OPENING:
                held = self._clients
                if held is None or held[0] != settings:
                    held = self._clients = settings, self._new_clients()
        return held[1]

    def _secrets(self, options: Mapping[str, Any] | None = None) -> Secrets:
        """Return what must not be seen of a request.

        Args:
            options: What it is made with besides the fields.
        """
        return Secrets(vars(self), options or {})

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Show fields, with asterisks where there may be a key."""
        for name, value in super().__repr_args__():
            yield name, value if name is None else discreet({name: value})[name]

    def close(self) -> None:
        """Close all connections, those of its copies too. It can still be used: it then opens new ones."""
        held, self._clients = self._clients, None
        if held is not None:
            held[1].close()

    async def aclose(self) -> None:
        """Close all connections, and wait until those of this event loop are closed; see `close`."""
        held, self._clients = self._clients, None
        if held is not None:
            await held[1].aclose()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Any:
        twin = self.__copy__()
        for name, value in vars(self).items():
            vars(twin)[name] = value if name in self.shared else deepcopy(value, memo)
        return twin

    def __getstate__(self) -> dict[Any, Any]:
        state = {**super().__getstate__(), "__pydantic_private__": None}
        secrets = {
            name: value for name, value in vars(self).items() if isinstance(value, SecretStr) or self._is_secret(name)
        }
        keys = [key for key in secrets_in(secrets) if key]
        left_out = dict.fromkeys([*secrets, *self.shared])
        state["__dict__"] = {**dict.fromkeys(vars(self)), **portable(vars(self), keys), **left_out}
        return state

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__({**state, "__pydantic_private__": {"_clients": None}})
        values = vars(self)
        for name, field in type(self).model_fields.items():
            factory = field.default_factory
            if isinstance(factory, _KeyOfEnvironment) and values.get(name) is None:
                values[name] = factory()
            elif isinstance(factory, _AddressOfEnvironment) and values.get(name) is not None:
                known = factory()
                if known is not None and without_keys(known) == values[name]:
                    values[name] = known

    @classmethod
    def _is_secret(cls, name: str) -> bool:
        """Return whether a field holds a secret, even if somebody put it there as plain text or as a function."""
        field = cls.model_fields.get(name)
        return field is not None and isinstance(field.default_factory, _KeyOfEnvironment)


class _KeyOfEnvironment:
    """Reads a secret, where a model is made without one, and where it comes out of a pickle."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def __call__(self) -> SecretStr | None:
        found = first_of_environment(*self._names)
        return None if found is None else SecretStr(found)


class _AddressOfEnvironment:
    """Reads an address, where a model is made without one, and where one comes out of a pickle without its user."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def __call__(self) -> str | None:
        return first_of_environment(*self._names)


def secret_of_environment(*names: str) -> Callable[[], SecretStr | None]:
    """Return a default factory for a field that holds a secret: the first of some variables that is set."""
    return _KeyOfEnvironment(names)


def address_of_environment(*names: str) -> Callable[[], str | None]:
    """Return a default factory for a field that holds an address: the first of some variables that is set."""
    return _AddressOfEnvironment(names)


def parted(address: str | None, headers: Mapping[str, str] | None) -> tuple[str | None, Mapping[str, str] | None]:
    """Return an address without its user, and headers with it: so it is sent, and so it is in no log and no error.

    Args:
        address: The address of a server, `None` for the SDK's own.
        headers: Headers of each request.
    """
    said = None if address is None else basic(address)
    if address is None or said is None:
        return address, headers
    rest = {name: value for name, value in (headers or {}).items() if name.lower() != "authorization"}
    return without_user(address), {**rest, "Authorization": said}


def first_of_environment(*names: str) -> str | None:
    """Return the first of some environment variables that is set and not empty."""
    environment: Mapping[str, str] = os.environ
    return next((environment[name] for name in names if environment.get(name)), None)
