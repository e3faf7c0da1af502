"""DictPromptTemplate: a dict with variables in its texts, such as a content block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import model_validator
from typing_extensions import Self

from stepgraph.prompts.formats import PromptTemplateFormat, compiled, filled
from stepgraph.prompts.message import titled
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.call import Call
from stepgraph.runnables.serializable import TracedSerializable

__all__ = ["DictPromptTemplate"]


class DictPromptTemplate(TracedSerializable[Any, Any]):
    """A dict with variables in its texts, at any depth; its keys are left as they are.

    Attributes:
        template: The dict.
        template_format: How variables are written in it.
    """

    run_type: ClassVar[str] = "prompt"

    template: dict[str, Any]
    template_format: PromptTemplateFormat = "f-string"

    @model_validator(mode="after")
    def validate_template(self) -> Self:
        """Read all texts.

        Raises:
            ValueError: One cannot be read.
        """
        for text in _texts(self.template):
            compiled(text, self.template_format)
        return self

    @property
    def input_variables(self) -> list[str]:
        """The variables, in the order in which they stand."""
        found = (name for text in _texts(self.template) for name in compiled(text, self.template_format).variables)
        return list(dict.fromkeys(found))

    def format(self, **kwargs: Any) -> dict[str, Any]:
        """Return the dict with values put in for its variables.

        Raises:
            MissingVariablesError: A variable has no value; it is a `KeyError`.
        """
        made: dict[str, Any] = _mapped(self.template, lambda text: filled(self, text, kwargs))
        return made

    async def aformat(self, **kwargs: Any) -> dict[str, Any]:
        """See `format`."""
        return self.format(**kwargs)

    def pretty_repr(self, *, html: bool = False) -> str:
        """Return the dict as titled text, with the names of variables in their places."""
        return titled("Dict", repr(self.template))

    if not TYPE_CHECKING:  # these are inherited, for those who read types
        stream = Runnable.stream
        astream = Runnable.astream
        transform = Runnable.transform
        atransform = Runnable.atransform

    def _invoke(self, input: Any, call: Call | None, **_: Any) -> Any:
        return self.format(**input)

    async def _ainvoke(self, input: Any, call: Call | None, **_: Any) -> Any:
        return await self.aformat(**input)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(each, change) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_mapped(each, change) for each in value)
    return value
