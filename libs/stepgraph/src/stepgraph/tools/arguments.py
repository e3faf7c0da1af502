"""Arguments: pydantic models of what tools take, made from functions and from other models.

A model that was made from a function knows its parameters. Fields that no model fills are in it too, unchecked where
the engine fills them: a state or a store is handed on as it is.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from typing import Annotated, Any, Final, TypeAlias, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from stepgraph.runnables.models import readable
from stepgraph.tools.docstrings import described, text_of
from stepgraph.tools.injection import demands_of_model
from stepgraph.tools.parameters import NAMED, Parameter, Parameters, parameters_of

__all__ = [
    "ArgsSchema",
    "absent_from",
    "create_schema_from_function",
    "let_be_absent",
    "model_of",
    "parameters_behind",
    "visible_model",
]

ArgsSchema: TypeAlias = type[BaseModel] | dict[str, Any]
"""What says which arguments a tool takes: a pydantic model, or a JSON schema."""

_PARAMETERS: Final = "__tool_parameters__"
_ABSENT: Final = "__tool_absent__"


def create_schema_from_function(
    model_name: str,
    func: Callable[..., Any],
    *,
    filter_args: Sequence[str] | None = None,
    parse_docstring: bool = False,
    error_on_invalid_docstring: bool = False,
    include_injected: bool = True,
) -> type[BaseModel]:
    """Return a pydantic model of a function's parameters.

    Args:
        model_name: What the model is called.
        func: The function.
        filter_args: Parameters to leave out, besides those that are never among the arguments.
        parse_docstring: Whether a Google-style docstring describes the parameters.
        error_on_invalid_docstring: Whether a docstring that does not is an error.
        include_injected: Whether parameters that the model does not see are in it.

    Raises:
        ValueError: The docstring is not as it should be.
        TypeError: The function's signature cannot be read, or a parameter has a type that cannot be checked.
    """
    parameters = parameters_of(func)
    hidden = set(parameters.demands) if not include_injected else set()
    hidden.update(filter_args or ())
    fields = {name: each for name, each in parameters.fields.items() if name not in hidden}
    text = text_of(func)
    descriptions: dict[str, str] = {}
    if parse_docstring:
        text, descriptions = described(
            text,
            [name for name, each in parameters.fields.items() if each.demand is None],
            hidden={*parameters.demands, *(name for name, _ in parameters.fills), *NAMED},
            strict=error_on_invalid_docstring,
            name=model_name,
        )
    made = {name: _field(each, descriptions.get(name)) for name, each in fields.items()}
    config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())
    if parameters.keywords is not None:
        config["extra"] = "allow"
    model = model_of(model_name, made, config, text)
    _describe_again(model, descriptions)
    setattr(model, _PARAMETERS, parameters)
    return model


def parameters_behind(model: Any) -> Parameters | None:
    """Return the parameters that a model was made from, `None` for a model of the user's own."""
    found: Parameters | None = vars(model).get(_PARAMETERS) if isinstance(model, type) else None
    return found


def let_be_absent(model: Any, fields: Collection[str]) -> None:
    """Say which fields of a model have no default but may be left out."""
    setattr(model, _ABSENT, frozenset(fields))


def absent_from(model: Any) -> frozenset[str]:
    """Return which fields of a model have no default but may be left out."""
    found: frozenset[str] = vars(model).get(_ABSENT, frozenset()) if isinstance(model, type) else frozenset()
    return found


def visible_model(name: str, model: type[BaseModel], description: str, hidden: Collection[str] = ()) -> type[BaseModel]:
    """Return a model of those fields that a model is told of, with a description of its own."""
    if not model.__pydantic_complete__:
        model.model_rebuild()
    left_out = {*hidden, *demands_of_model(model)}
    shown = {key: each for key, each in model.model_fields.items() if (each.alias or key) not in left_out}
    fields = {key: (each.annotation, copy(each)) for key, each in shown.items()}
    return model_of(name, fields, ConfigDict(arbitrary_types_allowed=True, protected_namespaces=()), description)


def model_of(name: str, fields: Mapping[str, tuple[Any, Any]], config: ConfigDict, description: str) -> type[BaseModel]:
    """Make a model; names that cannot be those of fields are their aliases."""
    made: dict[str, Any] = {}
    for number, (key, (annotation, default)) in enumerate(fields.items()):
        if key.startswith("_") or (hasattr(BaseModel, key) and key not in made):
            field = default if isinstance(default, FieldInfo) else Field(default)
            made[f"field_{number}"] = (Annotated[annotation, Field(alias=key, title=_title(key))], field)
        else:
            made[key] = (annotation, default)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names of fields and defaults are the user's
        model: Any = create_model(name, __config__=config, **made)
    model.__doc__ = description
    return model  # type: ignore[no-any-return]


def _field(parameter: Parameter, description: str | None) -> tuple[Any, Any]:
    """Return type and default of a field; what is injected by the engine is not checked."""
    annotation, default = parameter.annotation, parameter.default
    if parameter.demand is not None and parameter.demand.kind != "given":
        return Annotated[Any, parameter.demand], default
    found = description or _said(annotation)
    annotation = readable(annotation)
    if found and not (isinstance(default, FieldInfo) and default.description):
        annotation = Annotated[annotation, Field(description=found)]
    return annotation, default


def _describe_again(model: type[BaseModel], descriptions: Mapping[str, str]) -> None:
    """Let what a docstring says count more than what a field says itself."""
    found = {name: each for name, each in descriptions.items() if name in model.model_fields}
    changed = {name: each for name, each in found.items() if model.model_fields[name].description != each}
    for name, description in changed.items():
        model.model_fields[name].description = description
    if changed:
        model.model_rebuild(force=True)


def _said(annotation: Any) -> str | None:
    """Return the text that an annotation carries, where it is to describe the argument."""
    if get_origin(annotation) is not Annotated:
        return None
    for each in annotation.__metadata__:
        if isinstance(each, str):
            return each
        if isinstance(each, FieldInfo) and each.description:
            return each.description
    return None


def _title(key: str) -> str:
    return key.replace("_", " ").strip().title()
