from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.segmentation.components import blobs, find_components


def bars(widths: list[int]) -> np.ndarray:
    mask = np.zeros((80, 60 * len(widths)), np.uint8)
    for k, width in enumerate(widths):
        mask[10:70, 60 * k + 10 : 60 * k + 10 + width] = 1
    return mask


def test_boxes_areas_and_stroke_widths() -> None:
    mask = bars([3, 8, 15])
    found = find_components(mask, mask * np.uint8(100))
    assert found.boxes.tolist() == [[10, 10, 13, 70], [70, 10, 78, 70], [130, 10, 145, 70]]
    assert found.area.tolist() == [180, 480, 900]
    assert found.contrast.tolist() == [100, 100, 100]
    assert found.stroke == pytest.approx([3, 8, 15], rel=0.25)


def test_labels_agree_with_opencv() -> None:
    mask = (cv2.blur(np.random.default_rng(3).random((90, 120)), (5, 5)) > 0.52).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    found = find_components(mask, mask)
    assert len(found) == count - 1
    assert sorted(found.area) == sorted(stats[1:, cv2.CC_STAT_AREA])
    for index, (left, top, right, bottom) in enumerate(found.boxes):
        rows, columns = np.nonzero(found.labels == index + 1)
        assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (left, top, right, bottom)


def test_a_trace_of_ink_connects_but_is_not_counted() -> None:
    mask = bars([5])
    mask[40:43] = 0
    assert len(find_components(mask, mask)) == 2
    trace = mask.copy()
    trace[40:43, 12] = 1
    found = find_components(mask, mask, trace)
    assert len(found) == 1
    assert found.area[0] == mask.sum()


def test_paper_has_none() -> None:
    empty = np.zeros((5, 7), np.uint8)
    found = find_components(empty, empty)
    assert len(found) == 0 and found.boxes.shape == (0, 4)
    assert blobs(empty) == []


def test_runs_that_end_at_one_side_and_begin_at_the_other_are_two() -> None:
    mask = np.zeros((4, 9), np.uint8)
    mask[1, 5:] = mask[2, :3] = 1
    assert find_components(mask, mask).boxes.tolist() == [[5, 1, 9, 2], [0, 2, 3, 3]]


def test_blobs_are_the_components_of_opencv() -> None:
    mask = (cv2.blur(np.random.default_rng(4).random((70, 50)), (4, 4)) > 0.5).astype(np.uint8) * 255
    mask[20:50, 10:40] = 0
    mask[22:48, [12, 37]] = mask[[22, 47], 12:38] = 255
    mask[30:33, 20:25] = 255  # within a ring
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    found = blobs(mask)
    assert len(found) == count - 1
    for blob in found:
        left, top, right, bottom = blob.box
        label = np.unique(labels[blob.part][blob.own()])
        assert len(label) == 1 and np.count_nonzero(blob.own()) == stats[label[0], cv2.CC_STAT_AREA]
        assert stats[label[0], :4].tolist() == [left, top, right - left, bottom - top]
