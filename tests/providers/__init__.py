"""Chat models and embeddings of real providers, through their own SDKs, against a stand-in on loopback."""
