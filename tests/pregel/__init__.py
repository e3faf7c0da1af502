"""Tests of the runtime: drivers, streams, cancellation, ambient context, concurrency."""
