"""Configurable runnables: attributes that a config sets, and alternatives that a config chooses.

What a config holds is found under `configurable`, by the id of a `ConfigurableField`; what is around a call counts too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig, check_config
from stepgraph.errors import listed, nearest
from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.config import ensure_config
from stepgraph.runnables.declared import Choosing
from stepgraph.runnables.discreet import discreet
from stepgraph.runnables.making import MAKERS

__all__ = [
    "ConfigurableField",
    "ConfigurableFieldMultiOption",
    "ConfigurableFieldSingleOption",
    "ConfigurableFieldSpec",
    "RunnableConfigurableAlternatives",
    "RunnableConfigurableFields",
]


class ConfigurableField(NamedTuple):
    """A value that a config can set.

    Attributes:
        id: Its key under `configurable`.
        name: What people call it.
        description: What it is for.
        annotation: Its type.
        is_shared: Whether alternatives share it, whatever their prefix.
    """

    id: str
    name: str | None = None
    description: str | None = None
    annotation: Any = None
    is_shared: bool = False


class ConfigurableFieldSingleOption(NamedTuple):
    """A value that a config chooses by name.

    Attributes:
        id: Its key under `configurable`.
        options: The values by name.
        default: The name of the one that is taken when the config does not say.
        name: What people call it.
        description: What it is for.
        is_shared: Whether alternatives share it.
    """

    id: str
    options: Mapping[str, Any]
    default: str
    name: str | None = None
    description: str | None = None
    is_shared: bool = False

    def __hash__(self) -> int:
        return hash((self.id, tuple(self.options), self.name))


class ConfigurableFieldMultiOption(NamedTuple):
    """A list of values that a config chooses by their names.

    Attributes:
        id: Its key under `configurable`.
        options: The values by name.
        default: The names of those that are taken when the config does not say.
        name: What people call it.
        description: What it is for.
        is_shared: Whether alternatives share it.
    """

    id: str
    options: Mapping[str, Any]
    default: Sequence[str]
    name: str | None = None
    description: str | None = None
    is_shared: bool = False

    def __hash__(self) -> int:
        return hash((self.id, tuple(self.options), self.name))


AnyConfigurableField: TypeAlias = ConfigurableField | ConfigurableFieldSingleOption | ConfigurableFieldMultiOption


class ConfigurableFieldSpec(NamedTuple):
    """What can be configured, as a caller sees it.

    Attributes:
        id: The key under `configurable`.
        annotation: The type.
        name: What people call it.
        description: What it is for.
        default: What holds when the config does not say.
        is_shared: Whether alternatives share it.
        dependencies: Other keys that it needs.
    """

    id: str
    annotation: Any = Any
    name: str | None = None
    description: str | None = None
    default: Any = None
    is_shared: bool = False
    dependencies: list[str] | None = None


class RunnableConfigurableFields(Choosing[Input, Output]):
    """A runnable whose attributes a config can set; each call is made on a copy that has them.

    Values of pydantic fields are checked as they are where the runnable is made: one that does not fit is a
    `ValueError` that names the field, before anything is run.

    Args:
        default: The runnable.
        fields: What can be set, by the name of the attribute.

    Raises:
        ValueError: The runnable has no such attribute.
        TypeError: A field is none.
    """

    def __init__(self, default: Runnable[Any, Any], fields: Mapping[str, Any]) -> None:
        for name, each in fields.items():
            if not isinstance(each, AnyConfigurableField):
                raise TypeError(f"field {name!r} is described by a ConfigurableField(id=…), got {each!r}")
            if not hasattr(default, name):
                raise ValueError(f"{default.get_name()!r} has no attribute {name!r}{_those_of(default, name)}")
            own = getattr(type(default), name, None)
            if callable(own) or (isinstance(own, property) and own.fset is None):
                raise ValueError(f"{name!r} of {default.get_name()!r} cannot be set{_those_of(default, name)}")
        self.bound: Runnable[Any, Any] = default
        self.fields: dict[str, AnyConfigurableField] = dict(fields)

    def __repr__(self) -> str:
        return f"{self.bound!r}.configurable_fields({', '.join(self.fields)})"

    @property
    def default(self) -> Runnable[Any, Any]:
        """The runnable as it is when a config does not say otherwise."""
        return self.bound

    @property
    def config_specs(self) -> list[ConfigurableFieldSpec]:
        """What can be configured."""
        own = [_spec(each, getattr(self.bound, name)) for name, each in self.fields.items()]
        return [*own, *self.bound.config_specs]

    def _call(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> tuple[Runnable[Any, Any], RunnableConfig | None, dict[str, Any]]:
        return self.configured(config), config, kwargs

    def prepare(self, config: RunnableConfig | None = None) -> tuple[Runnable[Any, Any], RunnableConfig]:
        """Return the runnable as a config wants it, and the config whole."""
        return self.configured(config), ensure_config(config)

    def keeps(self, chosen: Any) -> bool:
        """Return whether it is the runnable itself, and no copy for one call."""
        return chosen is self.bound

    def configured(self, config: RunnableConfig | None) -> Runnable[Any, Any]:
        """Return the runnable as a config wants it.

        Raises:
            ValueError: A value does not fit its field.
        """
        chosen = _configurable(config)
        values = {
            name: _value(each, chosen.get(each.id, getattr(each, "default", None)))
            for name, each in self.fields.items()
            if each.id in chosen or not isinstance(each, ConfigurableField)
        }
        changed = {name: value for name, value in values.items() if getattr(self.bound, name) is not value}
        return _with(self.bound, changed, self.fields) if changed else self.bound


class RunnableConfigurableAlternatives(Choosing[Input, Output]):
    """A runnable in whose place a config can put another.

    Args:
        which: The field whose value names the alternative.
        default: The runnable itself.
        alternatives: The others by name; functions are called when one is needed, once.
        default_key: The name of the runnable itself.
        prefix_keys: Whether fields of an alternative are configured as `which==alternative/field`.
    """

    def __init__(
        self,
        which: ConfigurableField,
        default: Runnable[Any, Any],
        alternatives: Mapping[str, Any],
        default_key: str = "default",
        prefix_keys: bool = False,
    ) -> None:
        if not isinstance(which, ConfigurableField):
            raise TypeError(f"alternatives are chosen by a ConfigurableField(id=…), got {which!r}")
        self.which: ConfigurableField = which
        self.bound: Runnable[Any, Any] = default
        self.alternatives: dict[str, Any] = dict(alternatives)
        self.default_key: str = default_key
        self.prefix_keys: bool = prefix_keys

    def __repr__(self) -> str:
        return f"{self.bound!r}.configurable_alternatives({', '.join(self.alternatives)})"

    @property
    def default(self) -> Runnable[Any, Any]:
        """The runnable that is taken when a config does not say."""
        return self.bound

    @property
    def config_specs(self) -> list[ConfigurableFieldSpec]:
        """What can be configured: which alternative, and what of the runnables that are there."""
        names = (self.default_key, *self.alternatives)
        own = ConfigurableFieldSpec(
            self.which.id, Literal[names], self.which.name, self.which.description, self.default_key
        )
        found = {own.id: own}
        for name in names:
            each = self._alternative(name)
            for spec in each.config_specs:
                shown = spec._replace(id=self._prefixed(name, spec.id)) if not spec.is_shared else spec
                found.setdefault(shown.id, shown)
        return list(found.values())

    def _call(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> tuple[Runnable[Any, Any], RunnableConfig | None, dict[str, Any]]:
        chosen = _configurable(config)
        name = chosen.get(self.which.id, self.default_key)
        bound = self._alternative(name)
        if self.prefix_keys:
            prefix = self._prefixed(name, "")
            own = {key.removeprefix(prefix): value for key, value in chosen.items() if key.startswith(prefix)}
            if own:
                given: RunnableConfig = {**(config or {})}
                given["configurable"] = {**(given.get("configurable") or {}), **own}
                config = given
        return bound, config, kwargs

    def prepare(self, config: RunnableConfig | None = None) -> tuple[Runnable[Any, Any], RunnableConfig]:
        """Return the runnable that a config chooses, and the config whole."""
        bound, given, _ = self._call(config, {})
        return bound, ensure_config(given)

    def get_input_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return the input of the runnable that a config chooses as a pydantic model."""
        return self._call(config, {})[0].get_input_schema(config)

    def get_output_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return the output of the runnable that a config chooses as a pydantic model."""
        return self._call(config, {})[0].get_output_schema(config)

    def _prefixed(self, name: str, key: str) -> str:
        return f"{self.which.id}=={name}/{key}" if self.prefix_keys else key

    def _alternative(self, name: Any) -> Runnable[Any, Any]:
        if name == self.default_key:
            return self.bound
        found = self.alternatives.get(name)
        if found is None:
            names = [self.default_key, *self.alternatives]
            raise ValueError(
                f"config['configurable'][{self.which.id!r}] is {name!r}{nearest(str(name), names)}; it may be "
                f"{listed(names)}"
            )
        if not isinstance(found, Runnable):
            made = found() if callable(found) else found
            found = self.alternatives[name] = made if isinstance(made, Runnable) else MAKERS.coerce(found)
        return found


def _those_of(runnable: Runnable[Any, Any], name: str) -> str:
    """Return what to say of the attributes that can be set."""
    known = [key for key in vars(runnable) if not key.startswith("_")]
    return f"{nearest(name, known)}; it has {listed(known)}"


def _configurable(config: RunnableConfig | None) -> Mapping[str, Any]:
    """Return what is configured here: around us, and by the caller."""
    given = {} if config is None else check_config(config).get("configurable") or {}
    scope = SCOPE.get()
    around = None if scope is None else scope.config.get("configurable")
    return {**around, **given} if around else given


def _value(described: AnyConfigurableField, given: Any) -> Any:
    """Return the value that a config stands for.

    Raises:
        ValueError: It names an option that does not exist.
    """
    if isinstance(described, ConfigurableField):
        return given
    names = given if isinstance(described, ConfigurableFieldMultiOption) else [given]
    for name in names:
        if name not in described.options:
            known = listed(described.options)
            raise ValueError(
                f"config['configurable'][{described.id!r}] names the option {name!r}"
                f"{nearest(str(name), described.options)}; there are {known}"
            )
    if isinstance(described, ConfigurableFieldMultiOption):
        return [described.options[name] for name in names]
    return described.options[given]


def _spec(described: AnyConfigurableField, default: Any) -> ConfigurableFieldSpec:
    if isinstance(described, ConfigurableField):
        annotation = described.annotation or (type(default) if default is not None else Any)
    else:
        annotation, default = Literal[tuple(described.options)], described.default
        if isinstance(described, ConfigurableFieldMultiOption):
            annotation, default = list[annotation], list(described.default)  # type: ignore[valid-type]
    name, description = described.name, described.description
    return ConfigurableFieldSpec(described.id, annotation, name, description, default, described.is_shared)


def _with(
    runnable: Runnable[Any, Any], values: Mapping[str, Any], fields: Mapping[str, AnyConfigurableField]
) -> Runnable[Any, Any]:
    """Return a copy of a runnable with other attributes."""
    copied: Callable[..., Any] | None = getattr(runnable, "model_copy", None)
    if copied is not None:
        twin: Any = copied(update=dict(values))
        for name, value in values.items():
            if name in type(twin).model_fields:
                _check(twin, name, value, fields[name].id)
        return twin  # type: ignore[no-any-return]
    twin = copy.copy(runnable)
    for name, value in values.items():
        setattr(twin, name, value)
    if hasattr(twin, "_derive"):  # what is worked out from its attributes, once
        twin._derive()
    return twin  # type: ignore[no-any-return]


def _check(twin: Any, name: str, value: Any, id: str) -> None:
    """Set a field of a pydantic model to what the model makes of a value.

    Raises:
        ValueError: It makes nothing of it.
    """
    from pydantic import ValidationError

    try:
        type(twin).__pydantic_validator__.validate_assignment(twin, name, value)
    except ValidationError as error:
        problems = [each for each in error.errors(include_url=False) if not each["type"].startswith("frozen")]
        if not problems:
            return  # who has the model may not set it; a copy has the value already
        shown = f" {discreet({name: value})[name]!r:.200}" if type(twin).model_fields[name].repr else ""
        told = "; ".join(each["msg"] for each in problems)
        raise ValueError(
            f"config['configurable'][{id!r}] sets {name!r} of {twin.get_name()!r}, which cannot be "
            f"{type(value).__name__}{shown}: {told}"
        ) from None
    except (AttributeError, KeyError, TypeError):  # a validator that knows models only as they are made
        return
