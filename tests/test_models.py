"""What is said about the shipped models is true."""

from __future__ import annotations

import pytest

from ocr import store

README = (store.models_folder() / "README.md").read_text(encoding="utf-8")
LETTERS = [name for name in store.names() if store.load(name)["kind"] == "letters"]


@pytest.mark.parametrize("name", store.names())
def test_every_model_is_described_and_small(name: str) -> None:
    row = next((line for line in README.splitlines() if line.startswith(f"| `{name}` |")), None)
    assert row is not None, f"models/README.md has no row for {name}"
    size = store.load(name).path.stat().st_size
    assert f"{size / 1e6:.1f} MB" in row


@pytest.mark.parametrize("name", LETTERS)
def test_figures_are_those_of_the_card(name: str) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `{name}` |"))
    found = {(entry["name"], entry["test_set"]): entry["value"] for entry in store.load(name)["metrics"]}
    genuine = next(
        value
        for (figure, test_set), value in found.items()
        if figure.startswith("accuracy among") and test_set.endswith("crops.normalise")
    )
    drawn = next(
        value
        for (figure, test_set), value in found.items()
        if figure == "accuracy" and test_set.startswith("drawings")
    )
    assert row.endswith(f"| {100 * genuine:.1f} % | {100 * drawn:.1f} % |")


@pytest.mark.parametrize("name", LETTERS)
def test_what_it_learned_from_is_credited(name: str) -> None:
    sources = store.load(name)["training_data"]
    assert sources
    for source in sources:
        assert len(source["sha256"]) == 64
        assert source["licence"]
    assert "doi:10.5281/zenodo.1195803, CC BY 4.0" in README
