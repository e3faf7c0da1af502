"""Answers questions about a folder of Markdown files, with an agent on stepgraph.

From the ground up: `terms` (words of a question), `markdown` and `library` (the files, to be searched), `found` (what a
search gives), `search` (the graph that searches), `tools` (what the agent may call), `quotes` and `model` (a model that
needs no provider), `provider` (which model answers), `agent` (model and tools together), `picture` and `screen` (what
is shown of its stream). `../ask_docs.py` runs it.
"""
