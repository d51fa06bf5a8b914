"""Average precision as scikit-learn defines it, and what an epoch's scores say."""

from dataclasses import dataclass

import numpy as np


def average_precision(labels, scores):
    """Sum over the thresholds of (recall step) * precision. NaN for a class that never occurs."""
    positives = labels.sum()
    if positives == 0:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits, ranked = labels[order], scores[order]
    last_of_tie = np.append(np.nonzero(np.diff(ranked))[0], len(ranked) - 1)
    true_positives = np.cumsum(hits)[last_of_tie]
    precision = true_positives / (last_of_tie + 1)
    found = np.diff(np.insert(true_positives, 0, 0))
    return float((found * precision).sum() / positives)


def per_class_average_precision(labels, scores):
    """labels, scores [N, K] -> K values."""
    labels = labels > 0
    return [average_precision(labels[:, k], scores[:, k]) for k in range(labels.shape[1])]


@dataclass(frozen=True)
class Judgement:
    loss: float  # mean of the frames
    accuracy: float  # share of right answers, all classes and frames together, at a probability of 0.5
    exact: float  # share of frames with every class right
    precisions: list  # average precision of each class; NaN where it never occurs
    mean_precision: float  # mAP of the classes that do occur, without the tissue


def judge(loss, labels, scores):
    """labels, logits [N, K]; the last class is the tissue, which is in every frame and says nothing."""
    right = (scores > 0) == (labels > 0)
    precisions = per_class_average_precision(labels, scores)
    tools = [value for value in precisions[:-1] if not np.isnan(value)]
    mean = float(np.mean(tools)) if tools else 0.0
    return Judgement(loss, float(right.mean()), float(right.all(axis=1).mean()), precisions, mean)
