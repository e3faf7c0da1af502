"""Loading: messages, documents, prompts and the like as LangChain's JSON, and back.

Reading imports nothing that a text names: what it says is looked up among the classes that are known here, and those
that the caller allows.
"""

from stepgraph.load.dump import dumpd, dumps
from stepgraph.load.load import InitValidator, load, loads
from stepgraph.load.serializable import Serializable

__all__ = ["InitValidator", "Serializable", "dumpd", "dumps", "load", "loads"]
