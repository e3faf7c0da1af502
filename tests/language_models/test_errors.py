"""Errors that are an SDK's and ours at once, and hold no key."""

import traceback

import pytest

from stepgraph.language_models import errors
from stepgraph.language_models.errors import reclassed, scrubbed


class TheirError(Exception):
    """What an SDK raises."""

    def __init__(self, message: str, *, body: object) -> None:
        super().__init__(message)
        self.message = message
        self.body = body


class OurError(TheirError, errors.ModelRateLimitError):
    """Both."""


def test_an_error_becomes_one_of_ours() -> None:
    theirs = TheirError("sk-1 is wrong", body={"error": ["sk-1", {"code": 3}]})
    with pytest.raises(errors.ModelRateLimitError) as failed:
        raise reclassed(theirs, OurError, "asked for the model 'm'", "sk-1", None, "")
    assert failed.value is theirs
    assert isinstance(theirs, TheirError)
    assert (str(theirs), theirs.message) == ("********** is wrong", "********** is wrong")
    assert theirs.body == {"error": ["**********", {"code": 3}]}
    assert "asked for the model 'm'" in "".join(traceback.format_exception(theirs))


def test_a_class_that_is_not_below_its_own_is_left() -> None:
    assert type(reclassed(KeyError("x"), OurError, "a note")) is KeyError


def test_keys_are_taken_out() -> None:
    assert scrubbed("a sk-1 b sk-2", "sk-1", "sk-2", None) == "a ********** b **********"


def test_the_tree() -> None:
    assert issubclass(errors.StreamCutError, errors.ModelConnectionError)
    assert issubclass(errors.ModelTimeoutError, errors.ModelConnectionError)
    assert issubclass(errors.MissingKeyError, errors.ModelAuthenticationError)
    assert issubclass(errors.ContextOverflowError, errors.ModelInvalidRequestError)
    assert all(
        issubclass(getattr(errors, name), errors.ModelError) for name in errors.__all__ if name.endswith("Error")
    )


def test_what_only_a_status_tells() -> None:
    kinds = {status: errors.kind_of_status(status) for status in (402, 404, 408, 413, 418, 429, 503, 504, 302)}
    assert kinds == {
        402: errors.ModelPermissionDeniedError,
        404: errors.ModelNotFoundError,
        408: errors.ModelTimeoutError,
        413: errors.ModelInvalidRequestError,
        418: errors.ModelInvalidRequestError,
        429: errors.ModelRateLimitError,
        503: errors.ModelAPIError,
        504: errors.ModelTimeoutError,
        302: errors.ModelAPIError,
    }


def test_a_class_of_both() -> None:
    made = errors.of_both(TheirError, errors.ModelAPIError)
    assert issubclass(made, TheirError)
    assert issubclass(made, errors.ModelAPIError)
    assert errors.of_both(TheirError, errors.ModelAPIError) is made
    assert errors.of_both(OurError, errors.ModelRateLimitError) is OurError
