"""The stand-in of the providers, and models that ask it."""

from typing import Any

import pytest

from stepgraph_openai import ChatOpenAI
from tests.chat_models.contract import Make
from tests.providers.standin import Standin
from tests.providers.standin.fixtures import standin, standin_of_session

__all__ = ["make", "standin", "standin_of_session"]


@pytest.fixture
def make(standin: Standin) -> Make:
    """Make a model that gives some answers and has some fields."""

    def made(*answers: Any, **fields: Any) -> ChatOpenAI:
        standin.answers += answers
        usual = {"model": "gpt-4o-mini", "base_url": standin.openai_url, "api_key": standin.key, "max_retries": 0}
        return ChatOpenAI(**{**usual, **fields})

    return made
