"""The CSV of the epochs."""

import csv
import os

HEADER = [
    *("phase", "epoch", "factor", "learning_rate"),
    *("train_loss", "train_accuracy", "train_exact", "train_mAP", "train_seconds"),
    *("validation_loss", "validation_accuracy", "validation_exact", "validation_mAP", "validation_seconds"),
]


class Journal:
    """`rows` is the state: a resumed run writes those of before again, and so leaves out what came after them."""

    def __init__(self, path, classes, rows=()):
        self.path, self.rows = path, list(rows)
        self.header = [*HEADER, *(f"AP_{name}" for name in classes)]
        self.write()

    def add(self, phase, epoch, factor, rate, trained, train_seconds, validated, validation_seconds):
        def cells(judged, seconds):
            return [judged.loss, judged.accuracy, judged.exact, judged.mean_precision, round(seconds, 2)]

        begin = [phase, epoch, factor, rate]
        measured = [*cells(trained, train_seconds), *cells(validated, validation_seconds)]
        self.rows.append([*begin, *measured, *validated.precisions])
        self.write()

    def write(self):
        with open(f"{self.path}.part", "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([self.header, *self.rows])
        os.replace(f"{self.path}.part", self.path)
