"""The reading of JSON that a model wrote, where others keep it."""

from stepgraph.output_parsers.json_text import parse_json_markdown, parse_partial_json

__all__ = ["parse_json_markdown", "parse_partial_json"]
