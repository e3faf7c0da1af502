"""Answers questions about a folder of Markdown files, with an agent graph on stepgraph.

From the ground up: `terms` (words of a question), `library` (the files, to be searched), `model` (writes an answer of
sentences that stand in the files), `agent` (the graph) and `screen` (shows its stream). `../ask_docs.py` runs it.
"""
