"""What is asked of pydantic's classes, where others keep it, and their names for pydantic's own."""

from typing import TypeAlias, TypeVar

from pydantic import BaseModel as PydanticBaseModel  # noqa: TID253 - who imports this module wants it
from pydantic import create_model  # noqa: TID253

from stepgraph.pydantic_models import (
    get_fields,
    get_pydantic_major_version,
    is_basemodel_instance,
    is_basemodel_subclass,
)

__all__ = [
    "PYDANTIC_MAJOR_VERSION",
    "PydanticBaseModel",
    "TBaseModel",
    "TypeBaseModel",
    "create_model",
    "get_fields",
    "get_pydantic_major_version",
    "is_basemodel_instance",
    "is_basemodel_subclass",
]

PYDANTIC_MAJOR_VERSION: int = get_pydantic_major_version()
"""The first number of pydantic's version."""

TypeBaseModel: TypeAlias = type[PydanticBaseModel]
"""A class of models."""

TBaseModel = TypeVar("TBaseModel", bound=PydanticBaseModel)
"""Models of one class."""
