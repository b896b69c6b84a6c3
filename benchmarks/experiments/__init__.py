"""The comparisons of the reference reports, made again with our own tools: docs/experiments.md."""
