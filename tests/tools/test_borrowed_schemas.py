"""A tool with the args_schema of another one: what the schema says counts, as it does for a model of the user's own."""

from pydantic import BaseModel, Field

from stepgraph.runnables import RunnableConfig
from stepgraph.tools import StructuredTool, tool


def book(hotel: str, nights: int = 2, *, room: str = Field("single", description="Which.")):
    """Book a room."""
    return f"{hotel}, {nights} nights, {room}"


SCHEMA = tool(book).args_schema


async def test_defaults_reach_a_function_of_any_arguments():
    wrapped = StructuredTool.from_function(lambda **given: str(given), name="w", description="d", args_schema=SCHEMA)
    expected = "{'hotel': 'M', 'nights': 2, 'room': 'single'}"
    assert wrapped.invoke({"hotel": "M"}) == await wrapped.ainvoke({"hotel": "M"}) == expected


def test_a_wrapper_that_takes_the_config_can_change_the_arguments():
    @tool("w", description="d", args_schema=SCHEMA)
    def wrapper(config: RunnableConfig, **given):
        return tool(book).invoke({**given, "hotel": "Ritz"}, config)

    assert wrapper.invoke({"hotel": "M", "nights": 3}) == "Ritz, 3 nights, single"


def test_a_function_without_the_defaults_gets_them():
    def plain(hotel, nights, room):
        return [hotel, nights, room]

    borrowed = StructuredTool.from_function(plain, name="p", description="d", args_schema=SCHEMA)
    assert borrowed.invoke({"hotel": "M"}) == ["M", 2, "single"]


def test_the_function_of_the_schema_keeps_its_own_defaults():
    marker = object()

    def ask(question: str, choice: object = marker):
        """Ask."""
        return choice is marker

    again = StructuredTool.from_function(ask, name="again", args_schema=tool(ask).args_schema)
    assert again.invoke({"question": "?"}) is True


def test_a_model_of_the_users_own_does_the_same():
    class Booking(BaseModel):
        hotel: str
        nights: int = 2

    wrapped = StructuredTool.from_function(lambda **given: given, name="w", description="d", args_schema=Booking)
    assert wrapped.invoke({"hotel": "M"}) == {"hotel": "M", "nights": 2}
