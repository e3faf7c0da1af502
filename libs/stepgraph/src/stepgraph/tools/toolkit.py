"""BaseToolkit: tools that belong together."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import BaseModel

from stepgraph.tools.base import BaseTool

__all__ = ["BaseToolkit"]


class BaseToolkit(BaseModel, ABC):
    """Tools that belong together; its attributes are pydantic fields."""

    @abstractmethod
    def get_tools(self) -> list[BaseTool]:
        """Return the tools."""
