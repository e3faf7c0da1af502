"""What every chat model must do, whoever its provider is: suites to subclass, one for all, one for remote ones.

A subclass of `ChatModelContract` defines the fixture `make`: `make(*answers, **fields)` returns a model that gives such
answers (`tests.providers.standin.Answer`: text, pieces, tool_calls, usage), one for each call. What a model cannot do
by its nature it says with the class's flags. A subclass of `RemoteContract` needs the fixture `standin` too.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.chat_models.base_contract", "tests.chat_models.remote_contract")

from tests.chat_models.asking import (  # noqa: E402 - their asserts are to say what they compare
    COLOURS,
    JOKE,
    USED,
    Heard,
    HeardAsync,
    Make,
    Sum,
    SumDict,
    Theirs,
    add,
    both_colours,
    call,
    stream,
    total,
)
from tests.chat_models.base_contract import ChatModelContract  # noqa: E402
from tests.chat_models.remote_contract import RemoteContract  # noqa: E402

__all__ = [
    "COLOURS",
    "JOKE",
    "USED",
    "ChatModelContract",
    "Heard",
    "HeardAsync",
    "Make",
    "RemoteContract",
    "Sum",
    "SumDict",
    "Theirs",
    "add",
    "both_colours",
    "call",
    "stream",
    "total",
]
