"""Jinja: templates of jinja2, in its sandbox, where it is installed.

The sandbox keeps templates from what is private and from changing values. It is no wall: take no templates from people
whom you do not trust.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

__all__ = ["reader_of", "variables_in"]


def variables_in(template: str) -> set[str]:
    """Return the names of the variables of a template.

    Raises:
        ImportError: jinja2 is not installed.
        ValueError: The template cannot be read.
    """
    environment = _environment()
    try:
        found: set[str] = import_module("jinja2.meta").find_undeclared_variables(environment.parse(template))
    except import_module("jinja2").TemplateSyntaxError as error:
        raise ValueError(f"the template cannot be read: {error}, line {error.lineno}") from error
    return found


def reader_of(template: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what fills a template in.

    Raises:
        ImportError: jinja2 is not installed.
    """
    render: Callable[[Mapping[str, Any]], str] = _environment().from_string(template).render
    return render


@lru_cache(maxsize=1)
def _environment() -> Any:
    try:
        sandbox = import_module("jinja2.sandbox")
    except ImportError:
        raise ImportError(
            "template_format='jinja2' needs jinja2, which is not installed; install it with `pip install jinja2`, or "
            "write the template as an f-string or in mustache"
        ) from None
    return sandbox.ImmutableSandboxedEnvironment()
