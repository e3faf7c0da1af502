"""What importing and installing stepgraph brings along."""

import importlib.metadata
import importlib.resources
import re
import subprocess
import sys

NEW_MODULES = """
import sys
before = set(sys.modules)
import {module}
print("\\n".join(sorted(set(sys.modules) - before)))
"""


def modules_imported_by(module: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-I", "-c", NEW_MODULES.format(module=module)],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.split())


def third_party(modules: set[str]) -> set[str]:
    """The top-level packages among some modules that are neither Python's own nor ours."""
    roots = {module.partition(".")[0] for module in modules}
    return roots - sys.stdlib_module_names - {"stepgraph"}


def test_the_graph_is_imported_without_heavy_packages():
    imported = modules_imported_by("stepgraph.graph")
    assert "stepgraph.graph" in imported
    assert third_party(imported) <= {"typing_extensions"}
    assert "uuid" not in imported


def test_heavy_packages_are_seen():
    assert third_party(modules_imported_by("pydantic, json")) >= {"pydantic", "pydantic_core"}
    assert "uuid" in modules_imported_by("uuid")


def test_the_wheel_depends_on_three_distributions():
    requirements = importlib.metadata.requires("stepgraph") or []
    needed = [requirement for requirement in requirements if "extra ==" not in requirement]
    names = sorted(re.split(r"[^\w-]", requirement)[0].lower() for requirement in needed)
    assert names == ["msgpack", "pydantic", "typing-extensions"]


def test_the_wheel_says_that_it_is_typed():
    assert (importlib.resources.files("stepgraph") / "py.typed").is_file()
