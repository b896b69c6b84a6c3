"""The comparisons of the reference reports, made again with the tools of this project; see docs/experiments.md."""
