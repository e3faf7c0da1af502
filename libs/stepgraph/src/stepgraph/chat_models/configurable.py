"""ConfigurableModel: a chat model that a config chooses, when it is called.

What is declared of it meanwhile, such as the tools that it may call, is done to each model that is chosen.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from threading import RLock
from typing import Any, Final, Literal

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig, check_config
from stepgraph.runnables import ConfigurableField, Runnable
from stepgraph.runnables.binding import DECLARING
from stepgraph.runnables.declared import Choosing
from stepgraph.runnables.discreet import portable

__all__ = ["ConfigurableModel"]

_MOST: Final = 16
"""How many models are kept, for a model keeps its connections."""


_MAKING: Final = RLock()
"""Held while a model is looked for or made, so that threads that want the same one get the same."""


class ConfigurableModel(Choosing[Any, Any]):
    """A chat model that a config chooses. A pickle of it is without keys, and without the models that were made.

    Args:
        make: Makes a model of the arguments of `init_chat_model`.
        defaults: The arguments that hold where a config does not say.
        fields: Which of them a config may set; `"any"` for all, the address and the key of the provider included.
        prefix: What their names in a config begin with.
    """

    def __init__(
        self,
        make: Callable[..., Any],
        defaults: dict[str, Any],
        fields: Literal["any"] | Sequence[str],
        prefix: str,
    ) -> None:
        self.default_config: dict[str, Any] = defaults
        self.fields: Literal["any"] | tuple[str, ...] = "any" if fields == "any" else tuple(fields)
        self.prefix: str = f"{prefix}_" if prefix and not prefix.endswith("_") else prefix
        self._make = make
        self._made: OrderedDict[str, Any] = OrderedDict()

    def __repr__(self) -> str:
        return f"ConfigurableModel({self.default_config.get('model')!r}, fields={self.fields!r})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("fields", "prefix", "default_config", "bound"):
            raise AttributeError(name)
        if name in DECLARING:
            return partial(self.declaring, name)
        if "model" not in self.default_config:
            raise AttributeError(f"{name!r}: which model it is a config says; give init_chat_model() a default one")
        return getattr(self.configured(None), name)

    @property
    def config_specs(self) -> list[Any]:
        """What can be configured, where it was said one by one."""
        names = [] if self.fields == "any" else self.fields
        return [
            ConfigurableField(f"{self.prefix}{name}", name=name, annotation=str if name in _NAMES else Any)
            for name in names
        ]

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "default_config": portable(self.default_config), "_made": OrderedDict()}

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        """Return what messages and handlers call it."""
        own = name or self.name or "ConfigurableModel"
        return own if suffix is None else own + suffix.title()

    def configured(self, config: RunnableConfig | None) -> Any:
        """Return the model that a config chooses.

        Raises:
            ValueError: Neither the config nor a default says which.
        """
        arguments = {**self.default_config, **self._chosen(config)}
        if not arguments.get("model"):
            raise ValueError(
                f"no model was chosen: set config['configurable'][{self.prefix + 'model'!r}], or give "
                "init_chat_model() a default one"
            )
        key = json.dumps(arguments, sort_keys=True, default=_shown)
        with _MAKING:
            found = self._made.get(key)
            if found is None:
                found = self._made[key] = self._make(**arguments)
                if len(self._made) > _MOST:
                    self._made.popitem(last=False)  # the one that has not been used for longest
            self._made.move_to_end(key)
        return found

    def _chosen(self, config: RunnableConfig | None) -> dict[str, Any]:
        """Return what a config, or the one around us, says of the model."""
        scope = SCOPE.get()
        around = {} if scope is None else scope.config.get("configurable") or {}
        given = {} if config is None else check_config(config).get("configurable") or {}
        found = {}
        for key, value in {**around, **given}.items():
            name = key.removeprefix(self.prefix)
            if key.startswith(self.prefix) and self._may_be_set(name):
                found[name] = value
        return found

    def _may_be_set(self, name: str) -> bool:
        if self.fields == "any":
            return not name.startswith(("__", "checkpoint_")) and name not in ("thread_id", "checkpoint_ns")
        return name in self.fields

    def _call(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> tuple[Runnable[Any, Any], RunnableConfig | None, dict[str, Any]]:
        return self.configured(config), config, kwargs


def _shown(value: Any) -> str:
    """Return what tells an argument from others: of a key that shows itself to nobody, the key."""
    secret = getattr(value, "get_secret_value", None)
    return repr(value) if secret is None else str(secret())


_NAMES: Final = ("model", "model_provider")
