"""What is printed."""

from types import SimpleNamespace
from typing import Any

import pytest

from stepgraph.callbacks import StdOutCallbackHandler, StreamingStdOutCallbackHandler
from stepgraph.callbacks.narrator import COLORS, colored
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, awaited, manager_of, run


@pytest.mark.parametrize("door", COLOURS)
async def test_starts_and_ends_of_runnables(door: str, capsys: pytest.CaptureFixture[str]):
    handler = StdOutCallbackHandler()
    inner = RunnableLambda(lambda x: x, name="inner")
    await run(RunnableLambda(lambda x: inner.invoke(x), name="outer"), door, 1, {"callbacks": [handler]})
    assert capsys.readouterr().out.splitlines() == [
        "> outer starts",
        "> inner starts",
        "< inner has ended",
        "< outer has ended",
    ]
    assert handler._names == {}


@pytest.mark.parametrize("door", COLOURS)
async def test_a_failure(door: str, capsys: pytest.CaptureFixture[str]):
    def fail(x: int) -> None:
        raise ValueError("no")

    handler = StdOutCallbackHandler()
    with pytest.raises(ValueError, match="no"):
        await run(RunnableLambda(fail), door, 1, {"callbacks": [handler]})
    assert capsys.readouterr().out.splitlines() == ["> fail starts", "< fail has failed: ValueError('no')"]
    assert handler._names == {}


async def everything(door: str, handler: Any) -> None:
    manager = manager_of(door, handler)
    chain = await awaited(manager.on_chain_start({"name": "serialized"}, 1))
    await awaited(chain.on_agent_action(SimpleNamespace(log="I look it up. ")))
    tool = await awaited(manager.on_tool_start({}, "1"))
    await awaited(tool.on_tool_end("7", observation_prefix="Seen: ", llm_prefix="Now: "))
    await awaited(tool.on_tool_end(8))
    await awaited(chain.on_text("so"))
    await awaited(chain.on_text(" it is", end=".\n"))
    await awaited(chain.on_agent_finish(SimpleNamespace(log="It is 7.")))
    await awaited(chain.on_chain_end(1))


@pytest.mark.parametrize("door", COLOURS)
async def test_what_runs_say(door: str, capsys: pytest.CaptureFixture[str]):
    await everything(door, StdOutCallbackHandler())
    assert capsys.readouterr().out == (
        "> serialized starts\nI look it up. Seen: 7\nNow: \n8\nso it is.\nIt is 7.\n< serialized has ended\n"
    )


async def test_what_runs_say_in_colour(capsys: pytest.CaptureFixture[str]):
    handler = StdOutCallbackHandler(color="blue")
    chain = await awaited(manager_of("invoke", handler).on_chain_start({"name": "x"}, 1))
    chain.on_text("hi")
    chain.on_text("ho", color="red")
    assert capsys.readouterr().out == "> x starts\n\x1b[34mhi\x1b[0m\x1b[31mho\x1b[0m"


def test_a_color_that_there_is_not():
    with pytest.raises(ValueError, match="there is no color 'mauve'; there are 'blue', "):
        StdOutCallbackHandler("mauve")


@pytest.mark.parametrize("color", COLORS)
def test_colors(color: str):
    assert colored("x", color) == f"\x1b[{COLORS[color]}mx\x1b[0m"


@pytest.mark.parametrize("door", COLOURS)
async def test_tokens_as_they_come(door: str, capsys: pytest.CaptureFixture[str]):
    shown = []
    [model] = await awaited(manager_of(door, StreamingStdOutCallbackHandler()).on_llm_start({}, ["hi"]))
    for token in ("Hel", "lo", "\n"):
        await awaited(model.on_llm_new_token(token))
        shown.append(capsys.readouterr().out)
    await awaited(model.on_llm_end("Hello\n"))
    assert shown == ["Hel", "lo", "\n"]
    assert capsys.readouterr().out == ""


def test_the_color_may_be_given_by_position(capsys: pytest.CaptureFixture[str]):
    handler = StdOutCallbackHandler()
    handler.on_text("said", "green", "!\n")
    handler.on_agent_action(SimpleNamespace(log="look"), "red")
    handler.on_agent_finish(SimpleNamespace(log="found"), "red")
    handler.on_tool_end("7", "blue", "Seen: ", "Now: ")
    assert capsys.readouterr().out == "".join(
        (
            colored("said!\n", "green"),
            colored("look", "red"),
            colored("found\n", "red"),
            colored("Seen: 7\nNow: \n", "blue"),
        )
    )
