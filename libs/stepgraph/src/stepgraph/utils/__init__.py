"""What others keep in their `utils`, where those look for it who come over; nothing is written here."""

from stepgraph.batches import abatch_iterate, batch_iterate
from stepgraph.environment import (
    convert_to_secret_str,
    from_env,
    get_from_dict_or_env,
    get_from_env,
    secret_from_env,
)
from stepgraph.pydantic_models import get_pydantic_field_names

__all__ = [
    "abatch_iterate",
    "batch_iterate",
    "convert_to_secret_str",
    "from_env",
    "get_from_dict_or_env",
    "get_from_env",
    "get_pydantic_field_names",
    "secret_from_env",
]
