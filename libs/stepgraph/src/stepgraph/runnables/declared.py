"""Declared: what is declared of a runnable that a config chooses, such as the tools that a model may call.

It is done to each runnable that is chosen, when it is: the config of a call counts, although the call comes after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, Generic

from stepgraph.config import RunnableConfig
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.binding import DECLARING, Delegating

__all__ = ["Choosing", "Declared"]

_MOST: Final = 16
"""How many of those that were chosen are kept with what was declared of them."""


class Choosing(Delegating[Input, Output], Generic[Input, Output]):
    """A runnable in whose place the config of a call puts another: subclasses write `_call`.

    Attributes that a runnable does not have in general are those of the one that is there without a config.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "bound":
            raise AttributeError(name)
        found = getattr(self.bound, name)
        return partial(self.declaring, name) if name in DECLARING else found

    def configured(self, config: RunnableConfig | None) -> Any:
        """Return the runnable that a config chooses."""
        return self._call(config, {})[0]

    def keeps(self, chosen: Any) -> bool:
        """Return whether the same object is chosen again for the same config."""
        return True

    def declaring(self, method: str, *args: Any, **kwargs: Any) -> Declared:
        """Return this with a method called on each runnable that is chosen.

        Args:
            method: The name of the method, which returns a runnable.
            args: What it is called with.
            kwargs: What it is called with.
        """
        made = Declared(self, method, args, kwargs)
        default = vars(self).get("bound")
        if default is not None:
            made.done_to(default)  # what is wrong with the arguments is wrong now
        return made


class Declared(Choosing[Any, Any]):
    """A runnable that a config chooses, with a method called on whatever is chosen.

    Args:
        bound: What chooses.
        method: The name of the method.
        args: What it is called with.
        kwargs: What it is called with.
    """

    def __init__(self, bound: Choosing[Any, Any], method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self.bound: Choosing[Any, Any] = bound
        self.method: str = method
        self.args: tuple[Any, ...] = tuple(args)
        self.kwargs: dict[str, Any] = dict(kwargs)
        self._kept: tuple[tuple[Any, Any], ...] = ()

    def __repr__(self) -> str:
        return f"{self.bound!r}.{self.method}(…)"

    def __getattr__(self, name: str) -> Any:
        if name in DECLARING and self.method == "with_structured_output":
            raise AttributeError(f"{self.method}() has been called already, and what it returns has no {name}()")
        return super().__getattr__(name)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_kept": ()}

    @property
    def config_specs(self) -> list[Any]:
        """What can be configured."""
        return self.bound.config_specs

    def declaring(self, method: str, *args: Any, **kwargs: Any) -> Declared:
        """Return this with another method called; see `Choosing.declaring`. What it is called on is not there yet."""
        return Declared(self, method, args, kwargs)

    def keeps(self, chosen: Any) -> bool:
        """Return whether the same object is chosen again for the same config."""
        return any(made is chosen for _, made in self._kept)

    def done_to(self, chosen: Any) -> Any:
        """Return what the method makes of a runnable that was chosen; of the same one it is the same."""
        for known, made in self._kept:
            if known is chosen:
                return made
        made = getattr(chosen, self.method)(*self.args, **self.kwargs)
        if self.bound.keeps(chosen):
            self._kept = ((chosen, made), *self._kept[: _MOST - 1])
        return made

    def _call(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> tuple[Runnable[Any, Any], RunnableConfig | None, dict[str, Any]]:
        chosen, config, kwargs = self.bound._call(config, kwargs)
        return self.done_to(chosen), config, kwargs
