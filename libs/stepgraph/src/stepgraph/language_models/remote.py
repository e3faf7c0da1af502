"""Remote: what models that are asked over a network have in common, whatever they are asked for.

It holds clients of the provider's SDK, one for each event loop, and secrets. The invariants: clients are those of the
settings that the model has now, and copies that have the same settings share them; clients are never pickled; no secret
leaves the process with the model (a pickled one looks for its key in the environment where it is read back).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, PrivateAttr, SecretStr

from stepgraph.language_models.loop_clients import LoopClients

__all__ = ["Remote", "first_of_environment", "secret_of_environment"]


class Remote(BaseModel):
    """A base for models, and for other things, that a provider answers for over a network.

    Subclasses write `_new_clients`, and name the fields that it reads in `connecting`. Fields that hold a secret are
    `SecretStr`, read by `secret_of_environment` where they are not given, and neither shown nor dumped. Fields named in
    `shared` hold what cannot be copied: copies share it, and it is not pickled.
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
        if self._clients is None or self._clients[0] != settings:
            self._clients = settings, self._new_clients()
        return self._clients[1]

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
        secrets = [name for name, value in vars(self).items() if isinstance(value, SecretStr) or self._is_secret(name)]
        state["__dict__"] = {**vars(self), **dict.fromkeys(secrets), **dict.fromkeys(self.shared)}
        return state

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__({**state, "__pydantic_private__": {"_clients": None}})
        for name, field in type(self).model_fields.items():
            if vars(self).get(name) is None and isinstance(field.default_factory, _OfEnvironment):
                vars(self)[name] = field.default_factory()

    @classmethod
    def _is_secret(cls, name: str) -> bool:
        """Return whether a field holds a secret, even if somebody put it there as plain text or as a function."""
        field = cls.model_fields.get(name)
        return field is not None and isinstance(field.default_factory, _OfEnvironment)


class _OfEnvironment:
    """Reads a secret, where a model is made without one, and where it comes out of a pickle."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def __call__(self) -> SecretStr | None:
        found = first_of_environment(*self._names)
        return None if found is None else SecretStr(found)


def secret_of_environment(*names: str) -> Callable[[], SecretStr | None]:
    """Return a default factory for a field that holds a secret: the first of some variables that is set."""
    return _OfEnvironment(names)


def first_of_environment(*names: str) -> str | None:
    """Return the first of some environment variables that is set and not empty."""
    environment: Mapping[str, str] = os.environ
    return next((environment[name] for name in names if environment.get(name)), None)
