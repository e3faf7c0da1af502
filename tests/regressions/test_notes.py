"""Where a node failed is said by the traceback of its error, on Python 3.10 too, which prints no notes.

In a process of its own, because under pytest a backport prints notes.
"""

import subprocess
import sys

PROGRAM = """
from stepgraph import START, StateGraph

def raises(state):
    try:
        raise KeyError("first")
    except KeyError as error:
        raise ConnectionError("down") from error

StateGraph(int).add_node(raises).add_edge(START, "raises").compile().invoke(1)
"""


def test_an_error_with_a_cause_says_where_it_was_raised():
    process = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert "raised in node 'raises'" in process.stderr
