"""Reading a tool into its plan: once, and again when something about it has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stepgraph.signatures import kind_of
from stepgraph.tools.arguments import absent_from, parameters_behind
from stepgraph.tools.injection import Demand, demands_of_model
from stepgraph.tools.parameters import Parameter, parameters_of
from stepgraph.tools.plan import Door, Plan

__all__ = ["default_body", "described_by", "forget", "plan_of"]

_KEPT_AS: Final = "_plan"


def default_body(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a method that stands in where a subclass has none of its own."""
    method.__is_default__ = True  # type: ignore[attr-defined]
    return method


def plan_of(tool: Any) -> Plan:
    """Return the plan of a tool, made when it is first asked for."""
    plan: Plan | None = tool.__dict__.get(_KEPT_AS)
    if plan is None:
        plan = tool.__dict__[_KEPT_AS] = _read(tool)
    return plan


def forget(tool: Any) -> None:
    """Read a tool anew when it is next called: something about it has changed."""
    tool.__dict__.pop(_KEPT_AS, None)


def _read(tool: Any) -> Plan:
    function = described_by(tool)
    schema = tool.args_schema
    model = schema if isinstance(schema, type) and issubclass(schema, BaseModel) else None
    if model is not None and not model.__pydantic_complete__:
        model.model_rebuild()
    behind, parameters = parameters_behind(model), parameters_of(function)
    is_inferred = behind is not None and behind.stands_for(parameters)
    demands = {} if model is None else demands_of_model(model)
    loose = {name: each for name, each in parameters.demands.items() if name not in demands}
    fields = {} if model is None else model.model_fields
    known = parameters.fields
    aliases = {name: each.alias for name, each in fields.items() if each.alias}
    names = {alias: name for name, alias in aliases.items()}
    must = {name for name in demands if fields[names.get(name, name)].is_required()}
    must.update(name for name in loose if known.get(name) is None or known[name].default is ...)
    visible = (aliases.get(name, name) for name in fields)
    dropped = absent_from(model)
    if is_inferred:
        dropped = frozenset(name for name in fields if not isinstance(_default(known.get(name)), FieldInfo))
    return Plan(
        check=None if model is None else model.__pydantic_validator__.validate_python,
        is_inferred=is_inferred,
        demands=demands,
        loose=loose,
        must=frozenset(must),
        parameters=parameters,
        first=next((name for name in visible if name not in demands), None),
        has_fields=model is None or bool(fields),
        aliased=aliases if behind is not None else {},
        fields=names,
        dropped=dropped,
        sync=_sync_door(tool, {**demands, **loose}),
        async_=_async_door(tool, {**demands, **loose}),
    )


def _default(parameter: Parameter | None) -> Any:
    return None if parameter is None else parameter.default


def described_by(tool: Any) -> Callable[..., Any]:
    """Return the function that says what a tool takes."""
    func, coroutine = tool._functions()
    if _is_own(tool, "_run") or (func is None and coroutine is None and not _is_own(tool, "_arun")):
        return tool._run  # type: ignore[no-any-return]
    return func or coroutine or tool._arun  # type: ignore[no-any-return]


def _is_own(tool: Any, method: str) -> bool:
    return not getattr(getattr(type(tool), method), "__is_default__", False)


def _sync_door(tool: Any, demands: Mapping[str, Demand]) -> Door | None:
    func, _ = tool._functions()
    if _is_own(tool, "_run"):
        return _door(None, tool._run, False, demands)
    if func is not None and kind_of(func) != "coroutine":
        return _door(func, func, False, demands)
    return None


def _async_door(tool: Any, demands: Mapping[str, Demand]) -> Door:
    func, coroutine = tool._functions()
    if _is_own(tool, "_arun"):
        return _door(None, tool._arun, True, demands)
    if coroutine is None and func is not None and kind_of(func) == "coroutine":
        coroutine = func
    if coroutine is not None:
        return _door(coroutine, coroutine, True, demands)
    door = _sync_door(tool, demands)
    if door is None:
        raise TypeError(
            f"tool {tool.name!r} has nothing to call: define _run or _arun in {type(tool).__name__}, or give it a func "
            "or a coroutine"
        )
    return door


def _door(function: Callable[..., Any] | None, signed: Any, is_async: bool, demands: Mapping[str, Demand]) -> Door:
    parameters = parameters_of(signed)
    takes_all = parameters.keywords is not None
    unknown = () if takes_all else tuple(name for name in demands if name not in parameters.fields)
    return Door(function, is_async, parameters.fills, unknown)
