"""Discreet: what of options, headers and addresses may be shown, kept and sent elsewhere, for keys may be in them.

Three ways, from one list of names: `discreet` puts asterisks in the place of whatever may be a key, for all that is
shown; `portable` leaves out what looks like one, for what leaves the process and works elsewhere; `secrets_in` finds
them, for texts of others that may repeat them. None changes what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

__all__ = [
    "HEADERS_AND_QUERIES",
    "HIDDEN",
    "basic",
    "discreet",
    "discreet_text",
    "is_key",
    "is_secret_name",
    "portable",
    "secrets_in",
    "without_keys",
    "without_user",
]

HIDDEN: Final = "**********"
"""What stands in the place of a key."""

HEADERS_AND_QUERIES: Final = frozenset({"extra_headers", "extra_query", "default_headers", "default_query", "headers"})
"""Options that are headers or queries: any of their values may be a key."""

_NESTED: Final = frozenset({"model_kwargs", "extra_body", "configurable", "kwargs"})
"""Options that hold options, at any depth."""

_LISTS: Final = frozenset({"tools", "mcp_servers"})
"""Options that are lists of such as may hold headers and keys: servers of tools."""

_KEY: Final = re.compile(
    r"(^|[_-])(api[_-]?key|authorization([_-]token)?|(auth|access)[_-]?token|secret|password)$|^token$", re.IGNORECASE
)
"""Options that are keys themselves."""

_WORDS: Final = "auth|key|token|secret|passw|credential|signature"
_SECRET: Final = re.compile(f"{_WORDS}|cookie", re.IGNORECASE)
"""Headers, and parameters of queries, that are likely to hold keys."""

_SCHEMES: Final = ("bearer ", "basic ", "sk-")
"""How keys begin."""

_PLAIN: Final = frozenset({"accept", "content-type", "user-agent", "anthropic-beta", "openai-beta", "api-version"})
"""Headers, and parameters of queries, that no key is in, however long they are."""

_LONG: Final = 8
"""How many characters a text has at least that is looked for in others' texts though nothing says that it is a key."""

_USER: Final = re.compile(r"(?<=://)[^/?#\s]*@")
"""The user and the password in an address."""

_QUERY: Final = re.compile(rf"([?&][^=&#\s]*(?:{_WORDS})[^=&#\s]*=)[^&#\s\"']+", re.IGNORECASE)
"""Parameters of the query of an address that are likely to be keys."""


def discreet(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with asterisks for what may be a key: values of headers and queries, passwords in addresses."""
    return {name: _discreet(name, value) for name, value in options.items()}


def discreet_text(text: str) -> str:
    """Return a text whose addresses show no user, no password, and no key in a query."""
    return _QUERY.sub(rf"\1{HIDDEN}", _USER.sub(f"{HIDDEN}@", text)) if "://" in text else text


def portable(options: Mapping[str, Any], keys: Collection[str] = ()) -> dict[str, Any]:
    """Return options without what looks like a key: by its name, by how it begins, or because it is one of `keys`."""
    return _portable(options, keys, is_deep=False)


def secrets_in(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield what may be a key in options, and is long enough, or likely enough, to be looked for in texts."""
    return _secrets_in(options, is_deep=False)


def is_key(name: Any) -> bool:
    """Return whether an option of this name is a key itself."""
    return isinstance(name, str) and _KEY.search(name) is not None


def is_secret_name(name: str) -> bool:
    """Return whether a header, or a parameter of a query, of this name is likely to hold a key."""
    return _SECRET.search(name) is not None


def without_user(address: str) -> str:
    """Return an address without the user and the password in it."""
    return _USER.sub("", address) if "://" in address else address


def without_keys(address: str) -> str:
    """Return an address without the user and the password, and with nothing for keys in its query."""
    return _QUERY.sub(r"\1", without_user(address)) if "://" in address else address


def basic(address: str) -> str | None:
    """Return how the user and the password in an address are sent as a header, `None` where there are none."""
    user = _user_in(address)
    if user is None:
        return None
    from base64 import b64encode  # noqa: PLC0415 - few addresses have one
    from urllib.parse import unquote  # noqa: PLC0415

    name, _, password = user.partition(":")
    return "Basic " + b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode()


def _discreet(name: str, value: Any, *, is_deep: bool = False) -> Any:
    if isinstance(value, str):
        return HIDDEN if is_key(name) else discreet_text(value)
    if isinstance(value, Mapping) and name in HEADERS_AND_QUERIES:
        return dict.fromkeys(value, HIDDEN)
    return _inside(
        name, value, is_deep, lambda each, deep: {key: _discreet(key, each[key], is_deep=deep) for key in each}
    )


def _portable(options: Mapping[str, Any], keys: Collection[str], *, is_deep: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, str):
            if not is_key(name):
                found[name] = without_keys(value)
        elif hasattr(value, "get_secret_value") or (is_key(name) and callable(value)):
            continue
        elif isinstance(value, Mapping) and name in HEADERS_AND_QUERIES:
            found[name] = {each: said for each, said in value.items() if not _looks_secret(str(each), said, keys)}
        else:
            found[name] = _inside(name, value, is_deep, lambda each, deep: _portable(each, keys, is_deep=deep))
    return found


def _secrets_in(options: Mapping[str, Any], *, is_deep: bool) -> Iterator[str]:
    for name, value in options.items():
        revealed = getattr(value, "get_secret_value", None)
        if revealed is not None:
            value = revealed()
            yield str(value)
        if isinstance(value, str):
            yield from _in_text(name, value)
        elif isinstance(value, Mapping) and name in HEADERS_AND_QUERIES:
            for each, said in value.items():
                yield from _in_header(str(each), said)
        else:
            for each, deep in _options_in(name, value, is_deep):
                yield from _secrets_in(each, is_deep=deep)


def _options_in(name: str, value: Any, is_deep: bool) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield the options in a value, and whether all that is in them are options too."""
    if isinstance(value, Mapping):
        if is_deep or name in _NESTED:
            yield value, True
    elif isinstance(value, list) and (is_deep or name in _LISTS):
        yield from ((each, is_deep) for each in value if isinstance(each, Mapping))


def _inside(name: str, value: Any, is_deep: bool, of_options: Callable[[Mapping[str, Any], bool], Any]) -> Any:
    """Return a value with the options in it made into others; one that holds none is returned as it is."""
    if isinstance(value, Mapping):
        return of_options(value, True) if is_deep or name in _NESTED else value
    if isinstance(value, list) and (is_deep or name in _LISTS):
        return [of_options(each, is_deep) if isinstance(each, Mapping) else each for each in value]
    return value


def _looks_secret(name: str, value: Any, keys: Collection[str]) -> bool:
    text = str(value)
    if is_secret_name(name) or text.lower().startswith(_SCHEMES):
        return True
    return any(key == text or (len(key) >= _LONG and key in text) for key in keys)


def _in_text(name: str, value: str) -> Iterator[str]:
    if is_key(name):
        yield value
    user = _user_in(value)
    if user is not None:
        from urllib.parse import unquote  # noqa: PLC0415 - few addresses have one

        password = user.rpartition(":")[2]
        yield from (user, password, unquote(password), str(basic(value)))


def _in_header(name: str, value: Any) -> Iterator[str]:
    text = str(value)
    if _looks_secret(name, text, ()):
        yield text
        if " " in text:
            yield text.rpartition(" ")[2]
    elif len(text) >= _LONG and name.lower() not in _PLAIN:
        yield text


def _user_in(address: str) -> str | None:
    found = _USER.search(address) if "://" in address else None
    return None if found is None else found[0][:-1]
