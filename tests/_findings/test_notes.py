"""4.5 on Python 3.10, which prints no notes: the traceback of an error that has a cause of its own says no place.

Fails on 3.10 only, and only in a process of its own: under pytest the exceptiongroup backport prints notes. Of the
places of a nested run only the innermost is printed there.
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
