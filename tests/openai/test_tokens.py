"""How tokens are counted."""

import warnings

from stepgraph.messages import AIMessage, HumanMessage
from tests.chat_models.contract import Make


def test_tokens_are_counted(make: Make) -> None:
    model = make(custom_get_token_ids=lambda text: list(range(len(text.split()))))
    assert model.get_num_tokens("one two three") == 3
    said = [HumanMessage("one two"), AIMessage("", tool_calls=[{"name": "add", "args": {"a": 1}, "id": "c"}])]
    assert model.get_num_tokens_from_messages(said) == 3 + (3 + 1 + 2) + (3 + 1 + 1 + 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where tiktoken is installed and there is no network
        if not _has_tiktoken():
            assert make().get_num_tokens("abcdefgh") == 2


def _has_tiktoken() -> bool:
    try:
        import tiktoken  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        return False
    return True
