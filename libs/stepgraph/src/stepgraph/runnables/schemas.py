"""Schemas: what runnables take and give, as types and as pydantic models, found out from what each kind is made of.

Where nobody said what something is, it is `Any`. What a runnable says itself, in a subclass, counts for all around it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias, Union

from stepgraph.errors import listed, nearest
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.binding import Delegating, RunnableBinding
from stepgraph.runnables.branch import RunnableBranch
from stepgraph.runnables.each import RunnableEach
from stepgraph.runnables.fallbacks import RunnableWithFallbacks
from stepgraph.runnables.foreign import ForeignRunnable
from stepgraph.runnables.generator import RunnableGenerator
from stepgraph.runnables.hints import argument_of, item_of, returned, taken
from stepgraph.runnables.lambdas import RunnableLambda
from stepgraph.runnables.models import Keys, field_of, keys_of, model_of, model_of_keys, type_of
from stepgraph.runnables.parallel import RunnableParallel
from stepgraph.runnables.passthrough import RunnableAssign, RunnablePassthrough, RunnablePick
from stepgraph.runnables.retry import RunnableRetry
from stepgraph.runnables.router import RouterInput, RouterRunnable
from stepgraph.runnables.sequence import RunnableSequence

__all__ = ["config_model", "config_specs", "input_model", "input_type", "output_model", "output_type"]

Rules: TypeAlias = "dict[type[Any], Callable[[Any], Any]]"
"""What is said of each kind of runnable; a subclass is what its nearest base is."""


def input_type(runnable: Runnable[Any, Any]) -> Any:
    """Return the type of a runnable's input."""
    return _ruled(_INPUT_TYPES, runnable)


def output_type(runnable: Runnable[Any, Any]) -> Any:
    """Return the type of a runnable's output."""
    return _ruled(_OUTPUT_TYPES, runnable)


def input_model(runnable: Runnable[Any, Any]) -> Any:
    """Return a pydantic model of a runnable's input."""
    return _ruled(_INPUT_MODELS, runnable)


def output_model(runnable: Runnable[Any, Any]) -> Any:
    """Return a pydantic model of a runnable's output."""
    return _ruled(_OUTPUT_MODELS, runnable)


def config_specs(runnable: Runnable[Any, Any]) -> list[Any]:
    """Return what a config can set in a runnable and in those that it is made of, each id once, in the order of ids."""
    found: dict[str, Any] = {}
    parts = _ruled(_PARTS, runnable)
    if not parts and type(runnable).config_specs is not Runnable.config_specs:
        parts = [runnable]
    for part in parts:
        for spec in config_specs(part) if part is not runnable else runnable.config_specs:
            found.setdefault(spec.id, spec)
    return [found[id] for id in sorted(found)]


def config_model(runnable: Runnable[Any, Any], include: Sequence[str] | None = None) -> Any:
    """Return a pydantic model of what a config may hold: `configurable`, and those other keys that are asked for.

    Raises:
        ValueError: A config has no such key.
    """
    from uuid import UUID

    known: dict[str, Any] = {
        "tags": list[str],
        "metadata": dict[str, Any],
        "callbacks": Any,
        "run_name": str,
        "max_concurrency": int | None,
        "recursion_limit": int,
        "configurable": None,
        "run_id": UUID | None,
    }
    keys: Keys = {}
    specs = config_specs(runnable)
    if specs:
        configurable = {
            spec.id: (spec.annotation, field_of(spec.default, title=spec.name, description=spec.description))
            for spec in specs
        }
        keys["configurable"] = (model_of_keys("Configurable", configurable), None)
    for key in include or ():
        if key not in known:
            raise ValueError(f"a config has no key {key!r}{nearest(key, known)}; known are {listed(sorted(known))}")
        if key != "configurable":
            keys[key] = (known[key], None)
    return model_of_keys(runnable.get_name("config"), keys)


def _ruled(rules: Rules, runnable: Any) -> Any:
    return next(rules[cls] for cls in type(runnable).__mro__ if cls in rules)(runnable)


def _lambda_input(runnable: RunnableLambda) -> Any:
    """Describe a function by its annotation, or an `itemgetter` by the keys that it gets."""
    name, func = runnable.get_name("input"), runnable.func
    if runnable.InputType is Any and isinstance(func, operator.itemgetter):
        keys = func.__reduce__()[1]
        if all(isinstance(key, str) for key in keys):
            return model_of_keys(name, dict.fromkeys(keys, (Any, ...)))
        if all(isinstance(key, int) for key in keys):
            return model_of(name, list[Any])
    return model_of(name, runnable.InputType)


def _first_known(annotations: Iterable[Any]) -> Any:
    return next((each for each in annotations if each is not Any), Any)


def _union(annotations: Iterable[Any]) -> Any:
    """Return the type of what is one of these."""
    found = list(annotations)
    return Any if Any in found else Union[tuple(found)]  # noqa: UP007 - of a list


def _hands_on(step: Any) -> bool:
    return type(step) is RunnablePassthrough


def _ways(runnable: RunnableBranch) -> list[Runnable[Any, Any]]:
    return [runnable.default, *(way for _, way in runnable.branches)]


def _conditions(runnable: RunnableBranch) -> list[Runnable[Any, Any]]:
    return [condition for condition, _ in runnable.branches]


def _not_handed_on(steps: Sequence[Runnable[Any, Any]]) -> Runnable[Any, Any]:
    return next((step for step in steps if not _hands_on(step)), steps[0])


def _list_of(name: str, model: Any) -> Any:
    return model_of(name, list[type_of(model)])  # type: ignore[misc]


def _one_of(runnable: Runnable[Any, Any], ways: Sequence[Runnable[Any, Any]]) -> Any:
    return model_of(runnable.get_name("output"), _union(type_of(way.get_output_schema()) for way in ways))


def _branch_input(runnable: RunnableBranch) -> Any:
    """Describe the first input that is known; the conditions get it as well."""
    found = [each.get_input_schema() for each in _ways(runnable) + _conditions(runnable)]
    return next((model for model in found if type_of(model) is not Any), found[0])


def _parallel_input(runnable: RunnableParallel) -> Any:
    """Describe all keys that the steps want, or the first input that is known."""
    known = [model for step in runnable.steps.values() if type_of(model := step.get_input_schema()) is not Any]
    found = [keys_of(model) for model in known]
    if not known or None in found:
        return model_of(runnable.get_name("input"), _first_known(map(type_of, known)))
    merged = {key: field for keys in found for key, field in (keys or {}).items()}
    return model_of_keys(runnable.get_name("input"), merged)


def _parallel_output(runnable: RunnableParallel) -> Any:
    keys = {key: (type_of(step.get_output_schema()), ...) for key, step in runnable.steps.items()}
    return model_of_keys(runnable.get_name("output"), keys)


def _assign_input(runnable: RunnableAssign) -> Any:
    keys = keys_of(runnable.mapper.get_input_schema())
    name = runnable.get_name("input")
    return model_of_keys(name, keys) if keys else model_of(name, dict[str, Any])


def _assign_output(runnable: RunnableAssign) -> Any:
    taken = keys_of(runnable.mapper.get_input_schema()) or {}
    made = keys_of(runnable.mapper.get_output_schema()) or {}
    return model_of_keys(runnable.get_name("output"), {**taken, **made})


def _sequence_input(whole: RunnableSequence, steps: Sequence[Runnable[Any, Any]]) -> Any:
    """Describe what steps take: keys that the first one adds need not be given."""
    first, *others = steps
    if others and _hands_on(first):
        return _sequence_input(whole, others)
    if others and isinstance(first, RunnableAssign):
        later = keys_of(_sequence_input(whole, others)) or {}
        left = {key: field for key, field in later.items() if key not in first.mapper.steps}
        if left:
            return model_of_keys(whole.get_name("input"), {**left, **(keys_of(first.get_input_schema()) or {})})
    return first.get_input_schema()


def _sequence_output(whole: RunnableSequence, steps: Sequence[Runnable[Any, Any]]) -> Any:
    """Describe what steps give: the last one may add keys to what came before, or take some out of it."""
    *others, last = steps
    if others and _hands_on(last):
        return _sequence_output(whole, others)
    if not others or not isinstance(last, (RunnableAssign, RunnablePick)):
        return last.get_output_schema()
    name, before = whole.get_name("output"), keys_of(_sequence_output(whole, others)) or {}
    if not before:
        return last.get_output_schema()
    if isinstance(last, RunnableAssign):
        return model_of_keys(name, {**before, **(keys_of(last.mapper.get_output_schema()) or {})})
    if isinstance(last.keys, str):
        return model_of(name, before.get(last.keys, (Any, None))[0])
    return model_of_keys(name, {key: before.get(key, (Any, None)) for key in last.keys})


def _streaming(runnable: RunnableGenerator) -> Any:
    return runnable._sync or runnable._async


def _binding_input(runnable: RunnableBinding) -> Any:
    if runnable.custom_input_type is None:
        return runnable.bound.get_input_schema()
    return model_of(runnable.get_name("input"), runnable.custom_input_type)


def _binding_output(runnable: RunnableBinding) -> Any:
    if runnable.custom_output_type is None:
        return runnable.bound.get_output_schema()
    return model_of(runnable.get_name("output"), runnable.custom_output_type)


def _model_of_foreign(runnable: ForeignRunnable, side: str, annotation: Any) -> Any:
    try:
        return getattr(runnable.bound, f"get_{side}_schema")()
    except (AttributeError, TypeError):  # it does not say
        return model_of(runnable.get_name(side), annotation)


def _type_of_foreign(bound: Any, which: str) -> Any:
    try:
        return getattr(bound, which)
    except (AttributeError, TypeError):  # it does not say
        return Any


_INPUT_TYPES: Final[Rules] = {
    Runnable: lambda runnable: argument_of(runnable, 0),
    RunnableLambda: lambda runnable: _first_known((taken(runnable.func), argument_of(runnable, 0))),
    RunnableGenerator: lambda runnable: item_of(taken(_streaming(runnable))),
    RunnableSequence: lambda runnable: _not_handed_on(runnable.steps).InputType,
    RunnableParallel: lambda runnable: _first_known(step.InputType for step in runnable.steps.values()),
    RunnableAssign: lambda _: dict[str, Any],
    RunnablePick: lambda _: dict[str, Any],
    RunnableBranch: lambda runnable: _first_known(each.InputType for each in _ways(runnable) + _conditions(runnable)),
    RouterRunnable: lambda _: RouterInput,
    RunnableEach: lambda runnable: list[runnable.bound.InputType],  # type: ignore[name-defined]
    Delegating: lambda runnable: runnable.bound.InputType,
    RunnableBinding: lambda runnable: runnable.custom_input_type or runnable.bound.InputType,
    RunnableRetry: lambda runnable: runnable.bound.InputType,
    RunnableWithFallbacks: lambda runnable: runnable.runnable.InputType,
    ForeignRunnable: lambda runnable: _type_of_foreign(runnable.bound, "InputType"),
}

_OUTPUT_TYPES: Final[Rules] = {
    Runnable: lambda runnable: argument_of(runnable, 1),
    RunnableLambda: lambda runnable: _first_known((returned(runnable.func), argument_of(runnable, 1))),
    RunnableGenerator: lambda runnable: returned(_streaming(runnable)),
    RunnableSequence: lambda runnable: _not_handed_on(runnable.steps[::-1]).OutputType,
    RunnableParallel: lambda _: dict[str, Any],
    RunnableAssign: lambda _: dict[str, Any],
    RunnablePick: lambda _: Any,
    RunnableBranch: lambda runnable: _union(way.OutputType for way in _ways(runnable)),
    RouterRunnable: lambda runnable: _union(each.OutputType for each in runnable.runnables.values()),
    RunnableEach: lambda runnable: list[runnable.bound.OutputType],  # type: ignore[name-defined]
    Delegating: lambda runnable: runnable.bound.OutputType,
    RunnableBinding: lambda runnable: runnable.custom_output_type or runnable.bound.OutputType,
    RunnableRetry: lambda runnable: runnable.bound.OutputType,
    RunnableWithFallbacks: lambda runnable: runnable.runnable.OutputType,
    ForeignRunnable: lambda runnable: _type_of_foreign(runnable.bound, "OutputType"),
}

_INPUT_MODELS: Final[Rules] = {
    Runnable: lambda runnable: model_of(runnable.get_name("input"), runnable.InputType),
    RunnableLambda: _lambda_input,
    RunnableSequence: lambda runnable: _sequence_input(runnable, runnable.steps),
    RunnableParallel: _parallel_input,
    RunnableAssign: _assign_input,
    RunnableBranch: _branch_input,
    RunnableEach: lambda runnable: _list_of(runnable.get_name("input"), runnable.bound.get_input_schema()),
    Delegating: lambda runnable: runnable.bound.get_input_schema(),
    RunnableBinding: _binding_input,
    RunnableRetry: lambda runnable: runnable.bound.get_input_schema(),
    RunnableWithFallbacks: lambda runnable: runnable.runnable.get_input_schema(),
    ForeignRunnable: lambda runnable: _model_of_foreign(runnable, "input", runnable.InputType),
}

_OUTPUT_MODELS: Final[Rules] = {
    Runnable: lambda runnable: model_of(runnable.get_name("output"), runnable.OutputType),
    RunnableSequence: lambda runnable: _sequence_output(runnable, runnable.steps),
    RunnableParallel: _parallel_output,
    RunnableAssign: _assign_output,
    RunnableBranch: lambda runnable: _one_of(runnable, _ways(runnable)),
    RouterRunnable: lambda runnable: _one_of(runnable, list(runnable.runnables.values())),
    RunnableEach: lambda runnable: _list_of(runnable.get_name("output"), runnable.bound.get_output_schema()),
    Delegating: lambda runnable: runnable.bound.get_output_schema(),
    RunnableBinding: _binding_output,
    RunnableRetry: lambda runnable: runnable.bound.get_output_schema(),
    RunnableWithFallbacks: lambda runnable: runnable.runnable.get_output_schema(),
    ForeignRunnable: lambda runnable: _model_of_foreign(runnable, "output", runnable.OutputType),
}

_PARTS: Final[Rules] = {
    Runnable: lambda _: [],
    RunnableSequence: lambda runnable: runnable.steps,
    RunnableParallel: lambda runnable: list(runnable.steps.values()),
    RunnableAssign: lambda runnable: [runnable.mapper],
    RunnableBranch: lambda runnable: [*_conditions(runnable), *_ways(runnable)],
    RouterRunnable: lambda runnable: list(runnable.runnables.values()),
    RunnableEach: lambda runnable: [runnable.bound],
    RunnableBinding: lambda runnable: [runnable.bound],
    RunnableRetry: lambda runnable: [runnable.bound],
    RunnableWithFallbacks: lambda runnable: runnable.runnables,
}
