"""What the repository may hold: no address of a package registry, no lock file."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Where people keep what is not part of a repository.
NOT_OURS = re.compile(r"\.(?!ci$|github$).*|__pycache__|site|build|dist|node_modules|.*\.egg-info")

# Where packages come from is a matter of the machine that installs them.
# (Each pattern is written so that it does not match itself.)
REGISTRY_ADDRESS = re.compile(
    r"[a-z]*pypi\.(org|python)|[p]ythonhosted\.org|[r]egistry\.(npmjs|yarnpkg)|[c]onda\.anaconda\.org"
    r"|index[-_]url|extra[-_]index|find[-_]links\b|//\S+/simple(?=[/\s\"']|$)",
    re.IGNORECASE,
)
LOCK_FILE = re.compile(
    r".*\.lock|pylock(\..*)?\.toml|[Pp]ipfile\.lock|package-lock\.json|pnpm-lock\.yaml|npm-shrinkwrap\.json"
)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def files_of(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not NOT_OURS.fullmatch(path.name):
                yield from files_of(path)
        else:
            yield path


def registry_addresses(text: str) -> list[str]:
    return [match.group() for match in REGISTRY_ADDRESS.finditer(text)]


def test_no_address_of_a_registry():
    found = {}
    for path in files_of(ROOT):
        addresses = registry_addresses(path.read_bytes().decode("utf-8", errors="ignore"))
        if addresses:
            found[relative(path)] = addresses
    assert found == {}


def test_no_lock_file():
    assert [relative(path) for path in files_of(ROOT) if LOCK_FILE.fullmatch(path.name)] == []


def test_the_search_reaches_every_corner():
    found = {relative(path) for path in files_of(ROOT)}
    assert {
        ".ci/run",
        "Makefile",
        "constraints.txt",
        "docs/index.md",
        "libs/stepgraph/pyproject.toml",
        relative(Path(__file__)),
    } <= found


def test_addresses_and_lock_files_are_recognised():
    dot = "."
    assert registry_addresses(f"see https://pypi{dot}org/project/x")
    assert registry_addresses(f"https://files.python{'hosted'}{dot}org/x")
    assert registry_addresses("pip install --index" + "-url x")
    assert registry_addresses(f"https://mirror.example{'/'}simple/")
    assert not registry_addresses("a simple index of urls; pip install -c constraints.txt rich")
    assert LOCK_FILE.fullmatch("uv.lock")
    assert LOCK_FILE.fullmatch("package-lock.json")
    assert not LOCK_FILE.fullmatch("block.py")
