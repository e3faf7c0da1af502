"""An embedding model that a reader can follow: it counts letters."""

from stepgraph.embeddings import Embeddings


class Letters(Embeddings):
    """Counts letters; knows which methods were called."""

    def __init__(self, letters="abcd"):
        self.letters = letters
        self.asked = []

    def vector(self, text):
        return [float(text.count(letter)) for letter in self.letters]

    def embed_documents(self, texts):
        self.asked.append("embed_documents")
        return [self.vector(text) for text in texts]

    def embed_query(self, text):
        self.asked.append("embed_query")
        return self.vector(text)

    async def aembed_documents(self, texts):
        self.asked.append("aembed_documents")
        return [self.vector(text) for text in texts]

    async def aembed_query(self, text):
        self.asked.append("aembed_query")
        return self.vector(text)
