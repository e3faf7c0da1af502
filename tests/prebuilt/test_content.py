"""What a tool returned, as the content of a message."""

import pytest

from stepgraph.prebuilt.tool_node import msg_content_output

BLOCKS = [{"type": "text", "text": "x"}, {"type": "image", "url": "u"}]


class Odd:
    """Nothing that JSON knows."""

    def __str__(self):
        return "odd"


@pytest.mark.parametrize(
    ("output", "content"),
    [
        ("text", "text"),
        (BLOCKS, BLOCKS),
        ({"a": "é"}, '{"a": "é"}'),
        (["a", "b"], '["a", "b"]'),
        ([{"type": "other"}], '[{"type": "other"}]'),
        (None, "null"),
        (Odd(), "odd"),
    ],
)
def test_text_and_blocks_stay_and_all_else_is_json_or_shown(output, content):
    assert msg_content_output(output) == content
