"""The command line of train.py, and what can be said about it before any data is read."""

import argparse
import re

from recipes import RECIPES
from text_table import parse_numbers

ABOUT = """Trains the classifiers GC-A to GC-D for `surgicam model import`, on EndoVis18 and Cholec80 or on rendered
data sets of the same layouts.

    python3 models/training/train.py --recipe gc-a --endovis18 DIR --out DIR
    python3 models/training/train.py --recipe gc-b --endovis18 DIR --cholec80 DIR --out DIR

models/training/README.md tells of the data, the files and the extras."""


def size(text):
    match = re.fullmatch(r"([1-9]\d{1,3})x([1-9]\d{1,3})", text)
    if match is None or min(int(match[1]), int(match[2])) < 32:
        raise argparse.ArgumentTypeError(f"'{text}' is no HEIGHTxWIDTH of at least 32x32, as 256x320")
    return int(match[1]), int(match[2])


def numbers(text):
    try:
        return parse_numbers(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def stages(text):
    """`6/2,4/1` -> the factor of each epoch."""
    factors = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,4})/([1248])", part)
        if match is None:
            raise argparse.ArgumentTypeError(f"'{part}' is no EPOCHS/FACTOR with a factor of 1, 2, 4 or 8, as 6/2")
        factors += [int(match[2])] * int(match[1])
    if factors[-1:] != [1]:
        raise argparse.ArgumentTypeError(f"'{text}' does not end at full size: only such an epoch is kept; as 6/2,4/1")
    return factors


def number(kind, low, high):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            what = "whole number" if kind is int else "number"
            raise argparse.ArgumentTypeError(f"'{text}' is no {what} from {low} to {high}")
        return value

    return parse


def parse_arguments(argv=None):
    parser = argparse.ArgumentParser(
        prog="train.py", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    recipes = "; ".join(f"{recipe.name}: {recipe.summary}" for recipe in RECIPES.values())
    parser.add_argument("--recipe", required=True, choices=RECIPES, help=recipes)
    parser.add_argument("--out", required=True, help="folder for checkpoints and the epochs' CSV")

    data = parser.add_argument_group("data")
    data.add_argument("--endovis18", help="folder with seq_<n>/left_frames and annotation_tool")
    data.add_argument("--cholec80", help="folder with videos and tool_annotations")
    data.add_argument("--validation-sequences", type=numbers, help="as 1,5,16 (the default); all others then train")
    data.add_argument("--validation-videos", type=numbers, help="as 41-80 (the default); all others then train")
    data.add_argument("--image-size", type=size, default=(256, 320), help="HEIGHTxWIDTH; default 256x320")
    data.add_argument(
        "--cache",
        choices=("auto", "none", "memory", "disk"),
        default="auto",
        help="decode and resize each frame once; auto: disk for videos (default %(default)s)",
    )
    data.add_argument("--cache-dir", help="folder of --cache disk; default OUT/cache")

    model = parser.add_argument_group("network")
    model.add_argument("--backbone", choices=("resnet50", "resnet101"), default="resnet50")
    model.add_argument("--width", type=number(int, 1, 256), default=64, help="stem channels; all layers scale (64)")
    model.add_argument("--classes", type=int, choices=(9, 11), help="of gc-a and temporal; default 9")
    model.add_argument("--imagenet-weights", metavar="FILE", help="torchvision's state dict to start from")

    training = parser.add_argument_group("training")
    training.add_argument("--epochs", type=number(int, 1, 9999), default=200)
    training.add_argument("--pretrain-epochs", type=number(int, 1, 9999), help="on Cholec80; default as --epochs")
    training.add_argument(
        "--stages", type=stages, help="in place of --epochs: EPOCHS/FACTOR,... on frames so much smaller, as 6/2,4/1"
    )
    training.add_argument("--batch", type=number(int, 1, 4096), help="default 32, of gc-d 170")
    training.add_argument("--learning-rate", type=number(float, 1e-8, 10), default=1e-3)
    training.add_argument("--weight-decay", type=number(float, 0, 1), default=1e-4)
    training.add_argument("--optimizer", choices=("sgd", "adamw"), default="sgd")
    training.add_argument("--schedule", choices=("plateau", "cosine", "one-cycle"), default="plateau")
    training.add_argument("--ema", type=number(float, 0, 0.99999), default=0, help="decay of the averaged weights")
    training.add_argument("--class-balanced", action="store_true", help="weigh rare presences and absences up")
    training.add_argument("--erase", type=number(float, 0, 1), default=0, help="probability of blanking rectangles")
    training.add_argument("--seed", type=number(int, 0, 2**31), default=42)
    before = training.add_mutually_exclusive_group()
    before.add_argument("--resume", action="store_true", help="go on from the last checkpoint in OUT")
    before.add_argument("--overwrite", action="store_true", help="begin anew where OUT holds such a run already")

    machine = parser.add_argument_group("machine")
    machine.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    precisions = ("auto", "fp32", "fp16", "bf16")
    machine.add_argument("--precision", choices=precisions, default="auto", help="auto: fp16 on CUDA, else fp32")
    machine.add_argument("--threads", type=number(int, 0, 1024), default=0, help="0: all cores")
    machine.add_argument("--workers", type=number(int, 0, 256), default=0, help="processes that read frames")
    return complete(parser, parser.parse_args(argv))


def complete(parser, arguments):
    """Fills in what the recipe decides and refuses what contradicts it."""
    recipe = RECIPES[arguments.recipe]
    needed = {*recipe.data, *(("cholec80",) if recipe.pretrain else ())}
    for name in ("endovis18", "cholec80"):
        given = getattr(arguments, name) is not None
        if given != (name in needed):
            verb = "needs" if name in needed else "does not use"
            parser.error(f"--recipe {recipe.name} ({recipe.summary}) {verb} --{name}")
    if arguments.classes not in (None, recipe.classes) and recipe.name not in ("gc-a", "temporal"):
        parser.error(f"--classes {arguments.classes}: --recipe {recipe.name} has {recipe.classes}")
    arguments.classes = arguments.classes or recipe.classes
    arguments.batch = arguments.batch or recipe.batch
    if arguments.imagenet_weights is not None and arguments.width != 64:
        parser.error(f"--imagenet-weights needs --width 64, not {arguments.width}")
    if arguments.pretrain_epochs is not None and not recipe.pretrain:
        parser.error(f"--pretrain-epochs: --recipe {recipe.name} has no pre-training")
    factors = arguments.stages or [1]
    if any(side % max(factors) for side in arguments.image_size):
        parser.error(f"--stages: the sides of --image-size are not divisible by {max(factors)}")
    return arguments
