"""Settings that programs read from the environment: at once, or when a field with a default is filled."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from stepgraph.errors import listed

if TYPE_CHECKING:
    from pydantic import SecretStr

__all__ = [
    "convert_to_secret_str",
    "env_var_is_set",
    "from_env",
    "get_from_dict_or_env",
    "get_from_env",
    "secret_from_env",
]

_REQUIRED: Final[Any] = object()
"""There is no default; `None` is one."""


def from_env(
    key: str | Sequence[str], /, *, default: str | None = _REQUIRED, error_message: str | None = None
) -> Callable[[], Any]:
    """Return a function that reads an environment variable, for `Field(default_factory=from_env("REGION"))`.

    Args:
        key: The variable's name, or several names, of which the first that is set counts.
        default: What stands for a variable that is not set; where none is given, that is an error.
        error_message: What the error says.

    Returns:
        A function without parameters that returns a text, or the default. It raises a `ValueError` where none of the
        variables is set and there is no default.
    """

    def read() -> Any:
        names = [key] if isinstance(key, str) else key
        for name in names:
            if name in os.environ:
                return os.environ[name]
        if default is not _REQUIRED:
            return default
        raise ValueError(error_message or _missing(" or ".join(names), names))

    return read


def secret_from_env(
    key: str | Sequence[str], /, *, default: str | None = _REQUIRED, error_message: str | None = None
) -> Callable[[], Any]:
    """Return a function that reads a secret from an environment variable; see `from_env`.

    Returns:
        A function without parameters that returns a pydantic `SecretStr`, or `None` where that is the default.
    """
    read = from_env(key, default=default, error_message=error_message)

    def read_secret() -> SecretStr | None:
        found = read()
        return None if found is None else convert_to_secret_str(found)

    return read_secret


def get_from_env(key: str, env_key: str, default: str | None = None) -> str:
    """Return an environment variable that is set and not empty.

    Args:
        key: What the caller calls the value, for the error.
        env_key: The variable.
        default: What stands for one that is not set.

    Raises:
        ValueError: It is not set, and there is no default.
    """
    found = os.environ.get(env_key) or default
    if found is None:
        raise ValueError(_missing(key, [env_key]))
    return found


def get_from_dict_or_env(
    data: Mapping[str, Any], key: str | Sequence[str], env_key: str, default: str | None = None
) -> str:
    """Return a value of a dict as text, where it has none an environment variable.

    Args:
        data: The dict.
        key: Its key, or several, of which the first with a value counts.
        env_key: The variable.
        default: What stands for a variable that is not set.

    Raises:
        ValueError: There is no value, the variable is not set, and there is no default.
    """
    keys = [key] if isinstance(key, str) else key
    found = next((data[each] for each in keys if data.get(each)), None)
    return get_from_env(keys[0], env_key, default) if found is None else str(found)


def env_var_is_set(env_var: str) -> bool:
    """Return whether an environment variable says yes: it is set, and is neither empty, `0`, `false` nor `False`."""
    return os.environ.get(env_var, "") not in ("", "0", "false", "False")


def convert_to_secret_str(value: SecretStr | str) -> SecretStr:
    """Return a text as a pydantic `SecretStr`, which is not printed; a `SecretStr` is returned as it is."""
    from pydantic import SecretStr

    return value if isinstance(value, SecretStr) else SecretStr(value)


def _missing(key: str, names: Sequence[str]) -> str:
    return f"there is no {key}: set the environment variable {listed(names)}, or pass the value itself"
