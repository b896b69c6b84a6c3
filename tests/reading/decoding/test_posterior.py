"""The graph of readings: its best paths and sums over all of them, against trying every path."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.decoding.posterior import NOTHING, Graph, Step

Path = tuple[list[Step], float]


def random_graph(seed: int) -> tuple[Graph, list[Path]]:
    """A graph of four layers, some steps skipping one, and all of its ways with their scores."""
    rng = np.random.default_rng(seed)
    graph = Graph()
    ways: dict[int, list[Path]] = {0: [([], 0.0)]}
    layers = [[0]]
    for number in range(4):
        count = int(rng.integers(1, 4))
        edges = []
        for target in range(count):
            for source in [s for layer in layers[-2:] for s in layer if rng.random() < 0.8] or layers[-1][:1]:
                step = NOTHING if rng.random() < 0.2 else Step(number, int(rng.integers(0, 3)))
                edges.append((source, target, float(rng.normal()), step))
        # As the search makes them: the best step into each hypothesis first.
        best = {source: max(score for _, score in found) for source, found in ways.items()}
        edges.sort(key=lambda edge: -(best[edge[0]] + edge[2]))
        first = graph.layer(
            count,
            np.array([edge[0] for edge in edges]),
            np.array([edge[1] for edge in edges]),
            np.array([edge[2] for edge in edges]),
            np.array([edge[3].arc for edge in edges]),
            np.array([edge[3].symbol for edge in edges]),
        )
        layers.append(list(range(first, first + count)))
        for source, target, gain, step in edges:
            ways.setdefault(first + target, []).extend(
                (steps + [step] * (step != NOTHING), score + gain) for steps, score in ways[source]
            )
    added = rng.normal(size=len(layers[-1]))
    graph.finish(added)
    return graph, [
        (steps, score + extra)
        for last, extra in zip(layers[-1], added.tolist(), strict=True)
        for steps, score in ways[last]
    ]


@pytest.mark.parametrize("seed", range(5))
def test_best_paths_come_in_order(seed: int) -> None:
    graph, every = random_graph(seed)
    found = graph.best(7)
    expected = sorted((score for _, score in every), reverse=True)[:7]
    assert [score for _, score in found] == pytest.approx(expected)
    for steps, score in found:
        assert any(steps == other and score == pytest.approx(worth) for other, worth in every)
    assert len(graph.best(10_000)) == len(every)


@pytest.mark.parametrize("seed", range(5))
def test_posteriors_are_sums_over_all_paths(seed: int) -> None:
    graph, every = random_graph(seed)
    weights = np.exp(0.7 * np.array([score for _, score in every]))
    weights /= weights.sum()
    expected: dict[Step, float] = {}
    for (steps, _), weight in zip(every, weights.tolist(), strict=True):
        for step in steps:
            expected[step] = expected.get(step, 0.0) + weight
    found = graph.posteriors(0.7)
    assert found == {step: pytest.approx(chance) for step, chance in expected.items()}


def test_a_row_without_an_end_has_no_readings() -> None:
    assert not Graph().finished
    with pytest.raises(ValueError, match="no reading"):
        Graph().best(1)
