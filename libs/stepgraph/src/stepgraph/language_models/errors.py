"""Errors of chat models and embeddings that are asked over a network: the same classes, whoever the provider is.

A provider's package raises classes that are these and its SDK's at once, so that programs may catch either. Their
messages and notes name provider and model; no key is in them, in the request and the response that they hold, or in
what caused them (see `reclassed`). They can be copied and pickled, whatever the SDK's cannot: what comes back says the
same, without the content of the request and without its causes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final, TypeVar

from stepgraph.errors import annotate
from stepgraph.language_models.secrets import Secrets
from stepgraph.runnables.discreet import HIDDEN

__all__ = [
    "ContextOverflowError",
    "MissingKeyError",
    "ModelAPIError",
    "ModelAuthenticationError",
    "ModelConnectionError",
    "ModelError",
    "ModelInvalidRequestError",
    "ModelNotFoundError",
    "ModelPermissionDeniedError",
    "ModelRateLimitError",
    "ModelTimeoutError",
    "RefusalError",
    "StreamCutError",
    "reclassed",
    "scrubbed",
]

ErrorT = TypeVar("ErrorT", bound=BaseException)

_OF_KEYS: Final = ("authorization", "api-key", "x-api-key")
"""Headers of requests that hold keys."""

_OF_RESPONSES: Final = frozenset({"set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization"})
"""Headers of responses that are nobody's business."""


class ModelError(Exception):
    """A provider could not be asked, or did not answer as it should."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__reduce__" not in vars(cls):  # else an SDK's own would come before ours
            cls.__reduce__ = ModelError.__reduce__  # type: ignore[method-assign]

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes an error that says the same, with no key and no connection in it."""
        kind = type(self)
        state = {name: _harmless(value) for name, value in vars(self).items()}
        return _revived, (vars(kind).get("made_of", kind), self.args, state)


class ModelAuthenticationError(ModelError):
    """The provider does not know the key."""


class MissingKeyError(ModelAuthenticationError):
    """There is no key: none was given, and none is in the environment."""


class ModelPermissionDeniedError(ModelError):
    """The key does not open what was asked for."""


class ModelInvalidRequestError(ModelError):
    """The provider refuses the request as it is."""


class ContextOverflowError(ModelInvalidRequestError):
    """The messages, or they and the answer, are longer than the model can take."""


class ModelNotFoundError(ModelError):
    """The provider has no such model, or not for this key."""


class ModelRateLimitError(ModelError):
    """Too much was asked for in too short a time, or more than was paid for."""


class ModelAPIError(ModelError):
    """The provider failed."""


class ModelConnectionError(ModelError):
    """The provider could not be reached, or the connection broke."""


class ModelTimeoutError(ModelConnectionError):
    """The provider did not answer in time."""


class StreamCutError(ModelConnectionError):
    """A stream ended before the answer did: what came of it is not the whole."""


class RefusalError(ModelError):
    """The model refused to answer, where an answer of a certain form was asked for."""


def reclassed(error: ErrorT, kind: type[BaseException], note: str, *keys: Secrets | str | None) -> ErrorT:
    """Return an SDK's error as one of ours: the same object, with a note.

    Keys are taken out of what it says, of the request and the response that it holds, and of its causes: some servers
    repeat the one that they refuse, and a client that cannot send one says which.

    Args:
        error: The error.
        kind: What it becomes, a subclass of its own class; anything else leaves the class as it is.
        note: What is said of it, such as the model's name.
        keys: What must not be seen in it.
    """
    if issubclass(kind, type(error)):
        error.__class__ = kind  # it stays what the SDK's users catch
    bared(error, Secrets.of(*keys))
    annotate(error, note)
    return error


def of_both(theirs: type[Exception], ours: type[ModelError]) -> type[Any]:
    """Return a class that is an SDK's and one of ours: for errors that no class of the provider's package is for.

    Args:
        theirs: The SDK's.
        ours: Ours.
    """
    if issubclass(theirs, ours):
        return theirs
    made = _MADE.get((theirs, ours))
    if made is None:
        about = {"__module__": theirs.__module__, "__doc__": ours.__doc__, "made_of": (of_both, theirs, ours)}
        made = _MADE.setdefault((theirs, ours), type(theirs.__name__, (theirs, ours), about))
    return made


_MADE: Final[dict[Any, type[Any]]] = {}
"""Classes that are an SDK's and ours, by the two."""


def kind_of_status(status: int) -> type[ModelError]:
    """Return which of ours the error of a response is, where only its status tells."""
    found = _KINDS.get(status)
    if found is None:
        found = ModelInvalidRequestError if 400 <= status < 500 else ModelAPIError
    return found


_KINDS: Final[dict[int, type[ModelError]]] = {
    401: ModelAuthenticationError,
    402: ModelPermissionDeniedError,
    403: ModelPermissionDeniedError,
    404: ModelNotFoundError,
    408: ModelTimeoutError,
    409: ModelAPIError,
    429: ModelRateLimitError,
    504: ModelTimeoutError,
}


def scrubbed(text: str, *keys: str | None) -> str:
    """Return a text without the keys in it."""
    return str(Secrets.of(*keys).out_of(text))


def bared(error: BaseException, secrets: Secrets) -> None:
    """Take secrets out of an error and its causes, whosever it is; those that its request was sent with, too."""
    secrets = Secrets.of(secrets, *_keys_sent(vars(error).get("request")))
    for each in _chain(error):
        each.args = secrets.out_of(each.args)
        if isinstance(each, UnicodeEncodeError):  # a key with a sign that no header can hold
            each.object = secrets.out_of(each.object)
        for name, value in list(getattr(each, "__dict__", {}).items()):
            if isinstance(value, (str, dict, list)):
                setattr(each, name, secrets.out_of(value))
            elif _is_request(value):
                _bare_request(value, secrets)
            elif _is_response(value):
                _bare_response(value, secrets)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that led to it."""
    known: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in known:
            continue
        known.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]


# Requests and responses, as the SDKs' errors hold them: those of httpx, or of what has taken its place.


def _is_request(value: Any) -> bool:
    return hasattr(value, "headers") and hasattr(value, "method") and hasattr(value, "url")


def _keys_sent(request: Any) -> Iterator[str]:
    """Yield the keys in the headers of a request: what a function gave, no field of a model holds."""
    for name in _OF_KEYS if _is_request(request) else ():
        key = request.headers.get(name, "").rpartition(" ")[2]
        if key and key != HIDDEN:
            yield key


def _is_response(value: Any) -> bool:
    return hasattr(value, "headers") and hasattr(value, "status_code")


def _bare_request(request: Any, secrets: Secrets) -> None:
    for name, value in list(request.headers.items()):
        if secrets.hides(name, value):
            request.headers[name] = HIDDEN
    address = str(request.url)
    clean = secrets.out_of(address)
    if clean != address:
        request.url = type(request.url)(clean)


def _bare_response(response: Any, secrets: Secrets) -> None:
    for name, value in list(response.headers.items()):
        if name.lower() in _OF_RESPONSES or secrets.out_of(value) != value:
            response.headers[name] = HIDDEN
    held = vars(response)
    if held.get("_request") is not None:
        _bare_request(held["_request"], secrets)
    content = held.get("_content")
    if isinstance(content, bytes):
        text = content.decode("utf-8", "surrogateescape")
        clean = secrets.out_of(text)
        if clean != text:
            response._content = clean.encode("utf-8", "surrogateescape")
            held.pop("_text", None)


def _harmless(value: Any) -> Any:
    """Return what of an error's attributes is copied and pickled."""
    if _is_request(value):
        twin = copy.copy(value)
        twin._content = b""
        _bare_request(twin, Secrets())
        return twin
    if _is_response(value):
        twin = copy.copy(value)
        if vars(twin).get("_request") is not None:
            twin._request = _harmless(twin._request)
        _bare_response(twin, Secrets())
        return twin
    return value


def _revived(kind: Any, args: tuple[Any, ...], state: dict[str, Any]) -> BaseException:
    """Return an error that was copied or pickled. A class that was made of others is made again of them."""
    if isinstance(kind, tuple):
        make, *parts = kind
        kind = make(*parts)
    error: BaseException = kind.__new__(kind)
    error.args = args
    vars(error).update(state)
    return error
