"""The tools of the agent. The model sees their arguments and docstrings; the library comes with the runtime."""

from __future__ import annotations

from difflib import get_close_matches

from ask_docs.found import Found
from ask_docs.markdown import Section
from ask_docs.search import Context, searched
from stepgraph.tools import ToolRuntime, tool


@tool(response_format="content_and_artifact")
async def search_docs(question: str, runtime: ToolRuntime[Context]) -> tuple[str, Found]:
    """Search the docs for the sections that say most about a question.

    Give the question in the words of the user. The answer is the prose of each section, below its place.
    """
    found = await searched(question, runtime.context)
    return found.as_text, found


@tool
def read_section(place: str, runtime: ToolRuntime[Context]) -> str:
    """Read one section of the docs whole, with its tables and its code.

    The place is as search_docs gives it, such as "docs/index.md: Install".
    """
    sections = [entry.section for entry in runtime.context.library.entries]
    found = [section for section in sections if section.place == place.strip()]
    says = place if found else f"there is no {place!r}"
    runtime.stream_writer({"step": "read_section", "says": says, "done": True})
    if found:
        return "\n\n".join(_whole(section) for section in found)
    near = get_close_matches(place, [section.place for section in sections], n=3, cutoff=0.3)
    return "\n".join([f"There is no section {place!r}. There are:", *near])


def _whole(section: Section) -> str:
    code = [f"```\n{block}\n```" for block in section.code]
    return "\n\n".join(part for part in (" ".join(section.sentences), "\n".join(section.table), *code) if part)
