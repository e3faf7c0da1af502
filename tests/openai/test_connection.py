"""Keys, clients and connections of models."""

import asyncio

import httpx2
import pytest

from tests.chat_models.contract import Make, both_colours, call
from tests.providers.standin import Standin


def leaves_clients_open(make: Make) -> None:
    """Check that models close no client that is the user's own."""
    with httpx2.Client() as http:
        model = make(http_client=http)
        assert model.invoke("Hi").text == "Hi"
        model.close()
        assert not http.is_closed
        assert model.model_copy().invoke("Hi").text == "Hi"

    async def main() -> None:
        async with httpx2.AsyncClient() as mine:
            other = make(http_async_client=mine)
            assert (await other.ainvoke("Hi")).text == "Hi"
            await other.aclose()
            assert not mine.is_closed

    asyncio.run(main())


@both_colours
def test_keys_that_are_functions(make: Make, standin: Standin, colour: str) -> None:
    async def later() -> str:
        return standin.key

    assert call(make(api_key=lambda: standin.key), colour, "Hi").text == "Hi"
    if colour == "async":
        assert call(make(api_key=later), colour, "Hi").text == "Hi"
    else:
        with pytest.raises(TypeError, match="coroutine function"):
            call(make(api_key=later), colour, "Hi")


def test_clients_of_the_users_own_stay_open(make: Make) -> None:
    leaves_clients_open(make)


def test_copies_with_other_settings_have_other_clients(make: Make, standin: Standin) -> None:
    model = make()
    same, other = model.model_copy(update={"temperature": 0.5}), model.model_copy(update={"max_retries": 1})
    assert same._opened is model._opened
    assert other._opened is not model._opened
    for each in (model, other):
        each.close()
    assert model.invoke("Hi").text == "Hi"  # it opens again
    model.close()
    standin.wait_until_closed(1.0)


def test_what_clients_are_made_with_is_not_shown(make: Make, standin: Standin) -> None:
    model = make(openai_proxy="http://me:secret@localhost:1")
    for shown in (repr(vars(model._opened)), repr(model.__pydantic_private__), repr(model), str(model.model_dump())):
        assert standin.key not in shown
        assert "secret" not in shown


def test_a_model_that_nobody_has_any_more_leaves_no_connection(make: Make, standin: Standin) -> None:
    make().invoke("Hi")
    standin.wait_until_closed(1.0)
