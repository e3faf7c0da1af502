"""Programs that must give the same results under LangGraph and under stepgraph."""
