"""What becomes of the exceptions of handlers."""

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from tests.callbacks.dispatch.steps import events, failing
from tests.callbacks.ears import COLOURS, KINDS, AsyncEar, ear


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_a_handler_that_raises_is_logged_with_its_name(door: str, kind: str, warned: pytest.LogCaptureFixture):
    others = [ear(each) for each in KINDS]
    assert await events(door, failing(kind, ValueError("no")), *others) == 2
    [record] = warned.records
    name = "FailsAsync" if kind == "async" else "Fails"
    assert record.getMessage() == f"callback handler {name} failed in on_chain_start: ValueError: no"
    assert (record.name, record.levelname) == ("stepgraph.callbacks", "WARNING")
    assert record.exc_info is not None
    for other in others:
        assert other.events == ["on_chain_start", "on_chain_end"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_with_raise_error_its_exception_ends_the_run(door: str, kind: str, warned: pytest.LogCaptureFixture):
    called = []
    with pytest.raises(ValueError, match=r"^no$"):
        await events(door, failing(kind, ValueError("no"), raise_error=True), function=called.append)
    assert called == []
    assert warned.records == []


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_the_others_are_told_before_it_does(kind: str):
    other = AsyncEar()
    with pytest.raises(ValueError, match="no"):
        await events("ainvoke", other, failing(kind, ValueError("no"), raise_error=True))
    assert other.events == ["on_chain_start", "on_chain_error"]


@pytest.mark.parametrize("raised", ["start", "end", "error"])
@pytest.mark.parametrize("door", COLOURS)
async def test_it_does_not_matter_in_which_event(door: str, raised: str, warned: pytest.LogCaptureFixture):
    def fail(self, *args, **facts):
        raise LookupError(raised)

    handler_type = type("Fails", (BaseCallbackHandler,), {f"on_chain_{raised}": fail})

    def body(x: int) -> int:
        return x // 0 if raised == "error" else x

    if raised == "error":
        with pytest.raises(ZeroDivisionError):
            await events(door, handler_type(), function=body)
    else:
        assert await events(door, handler_type(), function=body) == 1
    [record] = warned.records
    assert record.getMessage() == f"callback handler Fails failed in on_chain_{raised}: LookupError: {raised}"


class Stop(BaseException):
    """Not an `Exception`."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_what_is_no_exception_is_never_held_back(door: str, kind: str, warned: pytest.LogCaptureFixture):
    with pytest.raises(Stop):
        await events(door, failing(kind, Stop()))
    assert warned.records == []
