"""Heatmaps as pictures."""

from __future__ import annotations

from typing import Tuple

import numpy as np


def upsample(heatmap: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
    """A heatmap of the model's grid at another size, as the service makes its full-size ones.

    Bilinear with half-pixel centres and repeated edges (OpenCV's INTER_LINEAR), then scaled to [0, 1] anew. heatmap:
    (h, w). size: (height, width) wanted. Gives float32 of that size.
    """
    rows = _axis(heatmap.shape[1], size[1])
    columns = _axis(heatmap.shape[0], size[0])
    wide = heatmap[:, rows[0]] * (1 - rows[2]) + heatmap[:, rows[1]] * rows[2]
    weight = columns[2][:, None]
    full = wide[columns[0]] * (1 - weight) + wide[columns[1]] * weight
    full = full - full.min()
    return (full / (1e-7 + full.max())).astype(np.float32)


def colour(heatmap: np.ndarray) -> np.ndarray:
    """(h, w) in [0, 1] to (h, w, 3) uint8: blue for 0 over green to red for 1."""
    value = np.clip(heatmap, 0, 1)[..., None] * 4
    return (np.clip(1.5 - np.abs(value - np.array([3, 2, 1])), 0, 1) * 255).round().astype(np.uint8)


def overlay(picture: np.ndarray, heatmap: np.ndarray, opacity: float = 0.4) -> np.ndarray:
    """A heatmap of any size over a (h, w, 3) uint8 RGB picture; a new picture."""
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity is {opacity}; allowed: 0 to 1")
    height, width = picture.shape[:2]
    colours = colour(upsample(heatmap, (height, width)))
    return (picture * (1 - opacity) + colours * opacity).round().astype(np.uint8)


def _axis(source: int, target: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    position = ((np.arange(target) + 0.5) * (source / target) - 0.5).astype(np.float32)
    index = np.floor(position).astype(np.int64)
    return np.maximum(index, 0), np.minimum(index + 1, source - 1), position - index
