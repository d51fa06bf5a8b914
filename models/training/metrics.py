"""Average precision as scikit-learn defines it."""

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
    recall_steps = np.diff(np.insert(true_positives, 0, 0)) / positives
    return float((recall_steps * precision).sum())


def per_class_average_precision(labels, scores):
    """labels, scores [N, K] -> K values."""
    return [average_precision(labels[:, k], scores[:, k]) for k in range(labels.shape[1])]
