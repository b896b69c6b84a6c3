"""Augmentation changes pictures, leaves their range and layout alone, and repeats itself for a seed."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from ocr.training.augment import LEVELS, augment  # noqa: E402


def discs(count: int = 64) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    return (((x - 15.5) ** 2 + (y - 15.5) ** 2) < 64).float().expand(count, 1, 32, 32).clone()


@pytest.mark.parametrize("level", LEVELS)
def test_range_shape_and_repetition(level: str) -> None:
    first = augment(discs(), level, torch.Generator().manual_seed(1))
    again = augment(discs(), level, torch.Generator().manual_seed(1))
    assert first.shape == (64, 1, 32, 32) and first.min() >= 0 and first.max() <= 1
    assert torch.equal(first, again)
    assert torch.equal(first, discs()) == (level == "off")


def test_letters_stay_whole_and_levels_differ_in_strength() -> None:
    moved = {
        level: (augment(discs(), level, torch.Generator().manual_seed(2)) - discs()).abs().mean().item()
        for level in LEVELS
    }
    assert moved["off"] == 0 < moved["light"] < moved["full"]
    ink = augment(discs(), "full", torch.Generator().manual_seed(2)).sum((1, 2, 3)) / discs().sum((1, 2, 3))
    assert 0.8 < ink.mean() < 1.4 and ink.min() > 0.4
