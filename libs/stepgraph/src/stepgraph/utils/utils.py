"""The settings of `stepgraph.environment` and the like, where others keep them."""

from stepgraph.environment import convert_to_secret_str, from_env, secret_from_env
from stepgraph.pydantic_models import get_pydantic_field_names

__all__ = ["convert_to_secret_str", "from_env", "get_pydantic_field_names", "secret_from_env"]
