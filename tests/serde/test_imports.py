"""What the serde brings along when it is imported, which is next to nothing."""

import subprocess
import sys

import pytest

HEAVY = (
    "{'uuid', 'pydantic', 'msgpack', 'numpy', 'cryptography', 'decimal', 'ipaddress', 'zoneinfo'} & set(sys.modules)"
)


def heavy_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*{HEAVY})"
    found = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    return set(found.stdout.split())


@pytest.mark.parametrize("module", ["stepgraph.serde", "stepgraph.serde.encrypted", "stepgraph.checkpoint.base"])
def test_importing_it_imports_nothing_heavy(module: str):
    assert heavy_after(f"import {module}") == set()


def test_using_it_imports_msgpack_alone():
    use = "from stepgraph.serde import MsgpackSerializer as S; s = S(); s.loads(s.dumps({'a': (1, ValueError())}))"
    assert heavy_after(use) == {"msgpack"}
