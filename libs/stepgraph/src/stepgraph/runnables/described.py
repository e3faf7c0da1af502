"""Described: what a runnable says of itself: its name, its types, its schemas, and a drawing of what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stepgraph.config import RunnableConfig
from stepgraph.runnables.making import MAKERS

__all__ = ["Described"]


class _Unnamed:
    """`None` for a runnable that nobody named; no attribute of a class, where pydantic would take it for a default."""

    def __get__(self, instance: Any, owner: Any = None) -> None:
        if instance is None:
            raise AttributeError("name")


class Described:
    """What a runnable says of itself; all but its name is worked out when somebody asks."""

    name: Any = _Unnamed()

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:
        """Return what messages and handlers call this runnable."""
        own = name or self.name or type(self).__name__
        if not suffix:
            return own
        return own + suffix.title() if own[:1].isupper() else f"{own}_{suffix.lower()}"

    def get_prompts(self, config: RunnableConfig | None = None) -> list[Any]:
        """Return the prompts that this runnable is made of."""
        nodes = self.get_graph(config).nodes.values()
        return [node.data for node in nodes if getattr(node.data, "run_type", None) == "prompt"]

    def get_graph(self, config: RunnableConfig | None = None) -> Any:
        """Return a drawing of what this runnable is made of; see `stepgraph.runnables.graph`."""
        return MAKERS.drawing(self, config)

    @property
    def InputType(self) -> Any:  # noqa: N802 - a type
        """The type of the input, `Any` where nobody said."""
        return MAKERS.schemas.input_type(self)

    @property
    def OutputType(self) -> Any:  # noqa: N802 - a type
        """The type of the output, `Any` where nobody said."""
        return MAKERS.schemas.output_type(self)

    @property
    def input_schema(self) -> Any:
        """The input as a pydantic model."""
        return self.get_input_schema()

    @property
    def output_schema(self) -> Any:
        """The output as a pydantic model."""
        return self.get_output_schema()

    def get_input_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return the input as a pydantic model."""
        return MAKERS.schemas.input_model(self)

    def get_output_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return the output as a pydantic model."""
        return MAKERS.schemas.output_model(self)

    def get_input_jsonschema(self, config: RunnableConfig | None = None) -> dict[str, Any]:
        """Return a JSON schema of the input."""
        return self.get_input_schema(config).model_json_schema()  # type: ignore[no-any-return]

    def get_output_jsonschema(self, config: RunnableConfig | None = None) -> dict[str, Any]:
        """Return a JSON schema of the output."""
        return self.get_output_schema(config).model_json_schema()  # type: ignore[no-any-return]

    @property
    def config_specs(self) -> list[Any]:
        """What can be configured, in this runnable and in what it is made of, as `ConfigurableFieldSpec`s."""
        return MAKERS.schemas.config_specs(self)  # type: ignore[no-any-return]

    def config_schema(self, *, include: Sequence[str] | None = None) -> Any:
        """Return what a config may hold as a pydantic model."""
        return MAKERS.schemas.config_model(self, include)

    def get_config_jsonschema(self, *, include: Sequence[str] | None = None) -> dict[str, Any]:
        """Return a JSON schema of what a config may hold."""
        return self.config_schema(include=include).model_json_schema()  # type: ignore[no-any-return]
