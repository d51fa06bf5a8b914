"""Region features of Pang et al. 2022 from feature maps: 512 numbers a region."""

import numpy as np
import torch
from torch.nn.functional import adaptive_avg_pool1d, adaptive_avg_pool2d

# Boxes of less than so many model-input pixels are cut out of layer2, out of layer3; all others out of layer4.
LAYER_AREAS = (5120, 20480)


def single_pass(feature_map, heatmaps, threshold, pool):
    """SL-FE: the feature map [C, h, w] where the class's heatmap [h, w] exceeds the threshold, averaged to P values.
    One row a class; a class whose heatmap is empty has none."""
    rows = []
    for heatmap in heatmaps.values():
        mask = torch.from_numpy(heatmap > np.float32(threshold))
        masked = feature_map[:, mask].flatten()
        if len(masked) > 0:
            rows.append(adaptive_avg_pool1d(masked[None], pool[0])[0].repeat_interleave(pool[1] * pool[2]).numpy())
    return rows


def localization_aided(maps, boxes, tissue, input_size, pool):
    """L-FE: every box cut out of the map that suits its size. The tissue's boxes are merged, and come last."""
    regions = [box for class_id, found in boxes.items() if class_id != tissue for box in found]
    merged = np.array(boxes.get(tissue, []))
    if len(merged) > 0:
        regions.append([*merged[:, :2].min(0), *merged[:, 2:4].max(0)])
    return [pooled(cut(maps, box[:4], input_size), pool).numpy() for box in regions]


def cut(maps, box, input_size):
    area = (box[2] - box[0]) * (box[3] - box[1])
    feature_map = maps[sum(area >= limit for limit in LAYER_AREAS)]
    _, height, width = feature_map.shape
    x1, x2 = interval(box[0], box[2], width, width / input_size[0])
    y1, y2 = interval(box[1], box[3], height, height / input_size[1])
    return feature_map[:, y1:y2, x1:x2]


def interval(start, end, size, scale):
    """Scaled and rounded half to even; at least one cell."""
    start, end = round(start * scale), round(end * scale)
    if start < end:
        return start, end
    return (start - 1, end) if end == size else (start, end + 1)


def pooled(region, pool):
    """[C, h, w] -> 512 numbers in the order row, column, channel."""
    channels, rows, columns = pool
    region = adaptive_avg_pool2d(region, (rows, columns)).permute(1, 2, 0)
    if region.shape[-1] != channels:
        region = adaptive_avg_pool2d(region, (rows, channels))
    return region.flatten()
