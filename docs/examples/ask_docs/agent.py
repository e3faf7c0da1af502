"""The agent: a model that calls tools until it has an answer.

```
START → agent ─┬─ Send per tool call → tools ─┐
          ↑    └─ no call → END               │
          └───────────────────────────────────┘
```
"""

from __future__ import annotations

from typing import Any

from ask_docs.search import Context
from ask_docs.tools import read_section, search_docs
from stepgraph.chat_models import BaseChatModel
from stepgraph.prebuilt import create_react_agent

PROMPT = """\
You answer questions about a project out of its documentation, which is a folder of Markdown files.

Search it with search_docs before you answer, once for each thing that is asked. Where the code or the tables of a
section matter, read it with read_section. Say only what the docs say, in plain and short sentences, without headings.
Put a number in brackets after what a section says, such as [1], and end with the list of the sections, one a line, as
[1] docs/index.md: Install

Where the docs have no answer, say so, and do not guess."""


def build(model: BaseChatModel) -> Any:
    """Return the agent with a model, as a graph."""
    return create_react_agent(
        model, [search_docs, read_section], prompt=PROMPT, context_schema=Context, name="ask_docs"
    )
