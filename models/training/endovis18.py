"""EndoVis18 (MICCAI 2018 Robotic Scene Segmentation), and rendered data sets of the same layout.

    seq_<n>/left_frames/frame<NNN>.png
    annotation_tool/{train_dataset,test_dataset}/seq_<n>.txt

A tool file is a header line, then `<NNN> <t0> ... <t7>`: eight 0/1 columns in class order. A header that names the
columns by their class names may name any of the ten tools in any order.
"""

import os
import re

from classes import ALL_TOOLS, ENDOVIS18_TOOLS, TISSUE
from errors import AnnotationError
from sources import Picture, Sample
from text_table import check_cells, read_table

TRAINING = (2, 3, 4, 6, 7, 9, 10, 11, 12, 14, 15)
VALIDATION = (1, 5, 16)
TREE = "seq_<n>/left_frames/frame<NNN>.png and annotation_tool/{train_dataset,test_dataset}/seq_<n>.txt"


def read_endovis18(root, classes, validation=None):
    """Samples of the training and of the validation sequences. `validation`: numbers of sequences; all others
    present then train. Sequences that are not there are left out. Error: AnnotationError."""
    present = find_sequences(root)
    if validation is None:
        training, validation = TRAINING, VALIDATION
    else:
        training = [number for number in present if number not in validation]
    parts = []
    for name, numbers in (("training", training), ("validation", validation)):
        samples = [sample for n in numbers if n in present for sample in read_sequence(root, n, classes)]
        if not samples:
            wanted = ", ".join(map(str, numbers)) or "none"
            found = ", ".join(map(str, present)) or "none"
            raise AnnotationError(
                f"{root} has no frames of the {name} sequences (wanted: {wanted}; found: {found}); "
                f"expected {TREE}; --validation-sequences chooses other sequences"
            )
        parts.append(samples)
    return tuple(parts)


def find_sequences(root):
    try:
        names = os.listdir(root)
    except OSError as error:
        raise AnnotationError(f"{root} cannot be read: {error.strerror}; expected {TREE}") from error
    return sorted(int(match[1]) for name in names if (match := re.fullmatch(r"seq_(\d+)", name)))


def read_sequence(root, number, classes):
    name = f"seq_{number}"
    folders = [os.path.join(root, "annotation_tool", part) for part in ("train_dataset", "test_dataset")]
    file = next((path for f in folders if os.path.exists(path := os.path.join(f, f"{name}.txt"))), None)
    if file is None:
        raise AnnotationError(f"{' or '.join(folders)} should hold {name}.txt, the tool labels of {name}")
    labels = read_labels(file, classes)
    frames = os.path.join(root, name, "left_frames")
    try:
        pictures = sorted(f for f in os.listdir(frames) if re.fullmatch(r"frame\d+\.png", f))
    except OSError as error:
        raise AnnotationError(f"{frames} cannot be read: {error.strerror}; expected {TREE}") from error
    samples = []
    for picture in pictures:
        index = int(picture[5:-4])
        if index not in labels:
            raise AnnotationError(f"{file} has no row for {frames}/{picture}; add it or take the picture out")
        samples.append(Sample(Picture(os.path.join(frames, picture)), name, labels.pop(index)[1]))
    for index, (cell, _) in labels.items():
        raise cell.error(f"frame {index} has a row and no picture", f"frames that {frames} holds")
    return samples


def read_labels(file, classes):
    """Frame number -> the cell that names it, its labels in the order of `classes`."""
    header, *rows = read_table(file, "the tool labels")
    if all(cell.text.isdigit() for cell in header):
        raise header[0].error("the first line is a row of numbers", "a header line, then one row a frame")
    tools = columns_of(header)
    labels = {}
    for row in rows:
        check_cells(row, len(tools) + 1, f"the frame number and {len(tools)} labels ({' '.join(tools)})")
        index = row[0].whole_number(0, 999_999, "the frame number")
        if index in labels:
            raise row[0].error(f"frame {index} again, after line {labels[index][0].line}", "each frame once")
        flags = {tool: cell.whole_number(0, 1, f"the label of {tool}") for tool, cell in zip(tools, row[1:])}
        flags[TISSUE] = 1
        labels[index] = (row[0], tuple(flags.get(name, 0) for name in classes))
    return labels


def columns_of(header):
    """The tools of the columns: those that the header names, if it names nothing but tools, else EndoVis18's eight."""
    names = [cell.text for cell in header[1:]]
    if not names or not all(name in ALL_TOOLS for name in names):
        return ENDOVIS18_TOOLS
    for cell in header[1:]:
        if names.count(cell.text) > 1:
            raise cell.error(f"the column '{cell.text}' occurs more than once", "each once")
    return tuple(names)
