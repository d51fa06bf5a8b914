"""Cholec80: videos of 25 frames a second with tool labels once a second.

    videos/video<NN>.mp4
    tool_annotations/video<NN>-tool.txt

A tool file is tab-separated: Frame Grasper Bipolar Hook Scissors Clipper Irrigator SpecimenBag.
"""

import json
import os
import re

from classes import TISSUE
from errors import AnnotationError
from sources import Sample, VideoFrame
from text_table import check_cells, read_table

RATE = 25
LAST_TRAINING_VIDEO = 40  # the common split: the first forty train
TREE = "videos/video<NN>.mp4 and tool_annotations/video<NN>-tool.txt"

# Which class each tool column is: data of the product, so that it can be changed as data.
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TOOLS_FILES = [os.path.join(ROOT, *source, "datasets", "cholec80-tools.json") for source in (["src"], ["dist", "src"])]


def read_cholec80(root, classes, validation=None):
    """Samples of the training and of the validation videos; see read_endovis18."""
    present = find_videos(root)
    if validation is None:
        validation = [number for number in present if number > LAST_TRAINING_VIDEO]
    training = [number for number in present if number not in validation]
    tools = tool_classes()
    parts = []
    for name, numbers in (("training", training), ("validation", validation)):
        samples = [s for n in numbers if n in present for s in read_one(root, present[n], tools, classes)]
        if not samples:
            found = ", ".join(map(str, present)) or "none"
            raise AnnotationError(
                f"{root} has no labelled frames of a {name} video (found videos: {found}); expected {TREE}; "
                "--validation-videos chooses other videos"
            )
        parts.append(samples)
    return tuple(parts)


def find_videos(root):
    """Number -> name of the videos."""
    folder = os.path.join(root, "videos")
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise AnnotationError(f"{folder} cannot be read: {error.strerror}; expected {TREE}") from error
    return {int(match[1]): name[:-4] for name in names if (match := re.fullmatch(r"video(\d+)\.mp4", name))}


def tool_classes():
    file = next((path for path in TOOLS_FILES if os.path.exists(path)), TOOLS_FILES[0])
    with open(file, encoding="utf-8") as stream:
        return json.load(stream)


def read_one(root, name, tools, classes):
    file = os.path.join(root, "tool_annotations", f"{name}-tool.txt")
    header, *rows = read_table(file, f"the tool labels of {name}", r"\t")
    expected = ["Frame", *tools]
    check_cells(header, len(expected), f"the header {' '.join(expected)}, separated by tabs")
    for cell, column in zip(header, expected):
        if cell.text.strip() != column:
            raise cell.error(f"the header says '{cell.text}'", f"'{column}'")
    video = os.path.join(root, "videos", f"{name}.mp4")
    samples, previous = [], -1
    for row in rows:
        check_cells(row, len(expected), f"the frame number and {len(tools)} labels")
        index = row[0].whole_number(0, RATE * 3600 * 24 * 7, "the frame number")
        if index <= previous:
            raise row[0].error(f"frame {index} after frame {previous}", "frame numbers that rise")
        previous = index
        flags = {TISSUE: 1}
        for (tool, mapped), cell in zip(tools.items(), row[1:]):
            flag = cell.whole_number(0, 1, f"the label of {tool}")
            flags[mapped] = max(flag, flags.get(mapped, 0))
        labels = tuple(flags.get(name, 0) for name in classes)
        samples.append(Sample(VideoFrame(video, index, RATE), name, labels))
    return samples
