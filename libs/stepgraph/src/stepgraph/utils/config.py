"""How code inside a node asks for what is around it, where others keep it."""

from stepgraph.config import get_config, get_store, get_stream_writer, merge_configs
from stepgraph.runnables.config import ensure_config, patch_config

__all__ = ["ensure_config", "get_config", "get_store", "get_stream_writer", "merge_configs", "patch_config"]
