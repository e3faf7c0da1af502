"""Formats: how text with variables in it is read, once, and then filled in again and again.

No format lets a template reach into the attributes of a value, but jinja2's sandbox, where that is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from string import Formatter
from typing import Any, Final, Literal, TypeAlias

from stepgraph.errors import MissingVariablesError, listed

__all__ = ["FORMATS", "Compiled", "PromptTemplateFormat", "compiled", "filled", "missing_variables"]

PromptTemplateFormat: TypeAlias = Literal["f-string", "mustache", "jinja2"]
"""How variables are written: `{x}`, `{{x}}`, or `{{ x }}` with jinja2's statements."""

FORMATS: Final[tuple[PromptTemplateFormat, ...]] = ("f-string", "mustache", "jinja2")

_LONG: Final = 4096
"""How many characters make a template long: one with a document in it, written anew for each call, perhaps."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template that has been read.

    Attributes:
        variables: The names of its variables, sorted.
        fill: Returns the text, with values put in for the variables.
        sections: The variables of each section of a mustache template, for its schema.
    """

    variables: tuple[str, ...]
    fill: Callable[[Mapping[str, Any]], str]
    sections: Mapping[str, Any] | None = None


def compiled(template: str, template_format: str = "f-string") -> Compiled:
    """Read a template, once: those that were used last are kept, fewer of those that are long.

    Raises:
        ValueError: The format does not exist, or the template cannot be read in it.
        ImportError: The format is jinja2's, which is not installed.
    """
    return (_kept if len(template) <= _LONG else _long_kept)(template, template_format)


def _compiled(template: str, template_format: str) -> Compiled:
    if template_format == "f-string":
        return _f_string(template)
    if template_format == "mustache":
        mustache = import_module("stepgraph.prompts.mustache").Mustache(template)
        return Compiled(tuple(sorted(mustache.sections)), mustache.fill, mustache.sections)
    if template_format == "jinja2":
        jinja = import_module("stepgraph.prompts.jinja")
        return Compiled(tuple(sorted(jinja.variables_in(template))), jinja.reader_of(template))
    raise ValueError(f"template_format is one of {listed(FORMATS)}, got {template_format!r}")


_kept = lru_cache(maxsize=2048)(_compiled)
_long_kept = lru_cache(maxsize=64)(_compiled)


def filled(prompt: Any, text: str, values: Mapping[str, Any]) -> str:
    """Return one of the texts of a prompt, with values put in for its variables, none of which may be missing.

    Raises:
        MissingVariablesError: One is; it is a `KeyError`.
    """
    template = compiled(text, prompt.template_format)
    missing = [name for name in template.variables if name not in values]
    if missing:
        raise missing_variables(prompt.get_name(), missing, prompt.input_variables, values, prompt.template_format)
    return template.fill(values)


def missing_variables(
    whose: str, missing: Iterable[str], expected: Iterable[str], given: Iterable[Any], template_format: str = "f-string"
) -> MissingVariablesError:
    """Return the error of a prompt that was not given all of its variables."""
    names = sorted(missing)
    name = names[0]
    advice = f"give {'it' if len(names) == 1 else 'them'} a value"
    if template_format == "f-string":
        advice += f"; if {{{name}}} is meant as text, write it as {{{{{name}}}}}"
    return MissingVariablesError(
        f"{whose} lacks {'variable' if len(names) == 1 else 'variables'} {listed(names)}: it takes "
        f"{listed(sorted(expected))} and was given {listed(given)}; {advice}",
        names,
    )


def _f_string(template: str) -> Compiled:
    try:
        fields = list(Formatter().parse(template))
    except ValueError as error:
        raise ValueError(
            f"the template cannot be read: {error}; write braces that are meant as text twice, as {{{{ and }}}}: "
            f"{_shortened(template)}"
        ) from None
    names = set()
    for _, name, spec, conversion in fields:
        if name is not None:
            _check_field(name, spec or "", conversion, template)
            names.add(name)
    if not names:
        text = "".join(literal for literal, _, _, _ in fields)
        return Compiled((), lambda _: text)
    return Compiled(tuple(sorted(names)), template.format_map)


def _check_field(name: str, spec: str, conversion: str | None, template: str) -> None:
    """Refuse what could reach into a value, or could never be filled in."""
    wrong = None
    if "." in name or "[" in name or "]" in name:
        wrong = (
            f"invalid variable name {name!r}: it may reach into no attribute (.) and no item ([]); give the value a "
            "name of its own"
        )
    elif name == "" or name.isdigit():
        wrong = (
            f"invalid variable name {name!r}: variables are given by name; write {{{{{name}}}}} if it is meant as text"
        )
    elif "{" in spec or "}" in spec:
        wrong = f"the format of {name!r} holds a variable, {spec!r}; nested replacement fields are not allowed"
    elif conversion and conversion not in ("r", "s", "a"):
        wrong = f"{name!r} has the conversion {conversion!r}; there are !r, !s and !a"
    if wrong:
        raise ValueError(f"{wrong} (in the template {_shortened(template)})")


def _shortened(template: str) -> str:
    return repr(template if len(template) <= 200 else template[:200] + "…")
