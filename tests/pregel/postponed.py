"""Nodes in a module whose annotations are strings, some of names that exist for type checkers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from stepgraph.config import RunnableConfig
from stepgraph.config import RunnableConfig as Config
from stepgraph.runtime import Runtime
from stepgraph.types import StreamWriter

if TYPE_CHECKING:
    from decimal import Decimal

    from stepgraph.config import RunnableConfig as CheckersConfig  # noqa: F401
    from stepgraph.types import Command


async def annotated(state: Any, config: RunnableConfig, writer: StreamWriter, runtime: Runtime[str], store: Any):
    return locals()


async def with_a_bar(
    state: dict, config: RunnableConfig | None = None, writer: StreamWriter | None = None, store: dict | None = None
):
    return locals()


async def optional(state: dict, config: Optional[RunnableConfig] = None, runtime: Optional[Runtime] = None):  # noqa: UP045
    return locals()


async def for_checkers_only(state: dict[str, Decimal], config: RunnableConfig, runtime: Runtime[Decimal]) -> Decimal:
    return locals()


async def by_annotation(state: dict, cfg: RunnableConfig, put: StreamWriter, rt: Runtime[str]):
    return {"config": cfg, "writer": put, "runtime": rt}


async def by_annotation_with_a_bar(state: dict, cfg: RunnableConfig | None = None, rt: Runtime[str] | None = None):
    return {"config": cfg, "runtime": rt}


async def by_annotation_for_checkers_only(state: Decimal, cfg: RunnableConfig, rt: Runtime[Decimal]) -> Command[Any]:
    return {"config": cfg, "runtime": rt}


async def by_another_name(state: Decimal, cfg: Config):
    return {"config": cfg}
