from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr.reading.segmentation.grid import BoxGrid, Groups

boxes = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(1, 80), st.integers(1, 80)),
    min_size=1,
    max_size=30,
).map(lambda rows: np.array([(x, y, x + w, y + h) for x, y, w, h in rows]))


@given(boxes)
def test_near_misses_no_box_that_meets(rows: np.ndarray) -> None:
    grid = BoxGrid(rows, range(len(rows)), 40)
    for box in rows:
        meets = (
            (rows[:, 0] <= box[2]) & (rows[:, 2] >= box[0]) & (rows[:, 1] <= box[3]) & (rows[:, 3] >= box[1])
        )
        assert set(np.flatnonzero(meets)) <= grid.near(box)


def test_far_boxes_are_not_looked_at() -> None:
    rows = np.array([(x, 0, x + 10, 10) for x in range(0, 100_000, 20)])
    assert len(BoxGrid(rows, range(len(rows)), 20).near((500, 0, 510, 10))) < 10


def test_groups_join_transitively() -> None:
    groups = Groups(5)
    groups.join(0, 3)
    groups.join(3, 4)
    assert sorted(groups.members().values()) == [[0, 3, 4], [1], [2]]
