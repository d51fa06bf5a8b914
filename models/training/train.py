"""Trains the classifiers GC-A to GC-D; `--help` and README.md tell how."""

import json
import os
import shlex
import sys

import torch

from cholec80 import read_cholec80
from classes import CLASSES
from endovis18 import read_endovis18
from errors import UserError
from frames import Frames, Windows
from journal import Journal
from machine import Machine
from network import CHOLEC80_MEAN, CHOLEC80_STD, MEAN, STD, build_head, build_network, load_imagenet
from options import parse_arguments
from phase import Phase, save_atomically
from recipes import RECIPES, file_name
from temporal import NOTE, TemporalNetwork

# What may differ between a run and the one that resumes it.
FREE = {
    *("out", "endovis18", "cholec80", "cache", "cache_dir"),
    *("resume", "overwrite", "device", "threads", "workers"),
}


def open_data(names, classes, arguments):
    """Training and validation frames of one data set or of several together, and their normalisation."""
    training, validation = [], []
    for name in names:
        if name == "endovis18":
            parts = read_endovis18(arguments.endovis18, classes, arguments.validation_sequences)
        else:
            parts = read_cholec80(arguments.cholec80, classes, arguments.validation_videos)
        print(f"{name}: {len(parts[0])} training frames, {len(parts[1])} validation frames", flush=True)
        training += parts[0]
        validation += parts[1]
    height, width = arguments.image_size
    folder = arguments.cache_dir or os.path.join(arguments.out, "cache")
    data = [
        Frames(samples, height, width, arguments.cache, folder, what)
        for samples, what in ((training, "training"), (validation, "validation"))
    ]
    window = RECIPES[arguments.recipe].window
    if window > 1:
        data = [Windows(frames, window) for frames in data]
    only_cholec80 = tuple(names) == ("cholec80",)
    return (*data, *((CHOLEC80_MEAN, CHOLEC80_STD) if only_cholec80 else (MEAN, STD)))


def start_network(recipe, arguments, machine, classes, dropout):
    network = build_network(classes, arguments.width, arguments.backbone, dropout)
    if arguments.imagenet_weights is not None:
        load_imagenet(network, arguments.imagenet_weights)
    return machine.place(TemporalNetwork(network) if recipe.window > 1 else network)


def pretrain_or_resume(recipe, arguments, machine, files, past):
    """The network as the training proper finds it."""
    own = (arguments.classes, recipe.dropout)
    if not recipe.pretrain:
        return start_network(recipe, arguments, machine, *own)
    # All 11 classes with a plain head: Cholec80 has tools that EndoVis18 lacks.
    if past is not None and past["phase"] == "training":
        network = start_network(recipe, arguments, machine, *own)  # its weights come with the phase
    else:
        network = start_network(recipe, arguments, machine, 11, 0.0)
        data = open_data(["cholec80"], CLASSES[11], arguments)
        factors = [1] * (arguments.pretrain_epochs or arguments.epochs)
        phase = Phase("pretraining", 0, network, data, factors, arguments, machine)
        if past is not None:
            phase.restore(past["state"])
        rows = [] if past is None else past["rows"]
        run(phase, recipe, CLASSES[11], f"{files}.pretraining", files, rows)
        if phase.best >= 0:
            network.load_state_dict(load_plain(f"{files}.pretraining.pth.tar", recipe.prefix))
        if own != (11, 0.0):
            torch.manual_seed(arguments.seed + 1)  # a resumed run draws the same head
            network.fc = machine.place(build_head(32 * arguments.width, *own))
    return network


def load_plain(path, prefix):
    return {name.removeprefix(prefix): value for name, value in torch.load(path, map_location="cpu").items()}


def run(phase, recipe, classes, files, last, rows):
    """Trains and writes FILES.pth.tar (the best), FILES.json, FILES.csv and LAST.last.pth.tar (for --resume)."""
    arguments = phase.arguments
    journal = Journal(f"{files}.csv", classes, rows)

    def save_best(phase, validated):
        state = {f"{recipe.prefix}{name}": value.cpu() for name, value in phase.judged().state_dict().items()}
        save_atomically(state, f"{files}.pth.tar")
        facts = {
            "recipe": recipe.name,
            "phase": phase.name,
            "epoch": phase.epoch,
            "validation_mAP": validated.mean_precision,
            "average_precision": dict(zip(classes, (None if ap != ap else ap for ap in validated.precisions))),
            "classes": classes,
            "input": {"width": arguments.image_size[1], "height": arguments.image_size[0]},
            "mean": phase.mean,
            "std": phase.std,
            "arguments": {name: value for name, value in vars(arguments).items() if name not in FREE},
            "frames": {"training": len(phase.training), "validation": len(phase.validation)},
            "torch": torch.__version__,
            **({"note": NOTE} if recipe.window > 1 else {}),
        }
        with open(f"{files}.json", "w", encoding="utf-8") as file:
            json.dump(facts, file, indent=2)
            file.write("\n")

    def save_last(phase):
        kept = {name: value for name, value in vars(arguments).items() if name not in FREE}
        value = {"phase": phase.name, "state": phase.state(), "rows": journal.rows, "arguments": kept}
        save_atomically(value, f"{last}.last.pth.tar")

    phase.run(journal, save_best, save_last)


def load_last(path, arguments):
    if not os.path.exists(path):
        raise UserError(f"--resume: there is no {path}; the flags decide its name: give those of the first run")
    past = torch.load(path, map_location="cpu")
    free = {"epochs"} if arguments.schedule == "plateau" else set()  # the others plan all steps at the start
    for name, value in past["arguments"].items():
        if name not in free and vars(arguments)[name] != value:
            flag = "--" + name.replace("_", "-")
            now = vars(arguments)[name]
            raise UserError(f"--resume: the run in {path} had {flag} {value}, this one {now}; give the same")
    return past


def import_command(path, classes, arguments):
    height, width = arguments.image_size
    name = f"{arguments.recipe}-{arguments.backbone}" + ("" if arguments.width == 64 else f"-w{arguments.width}")
    command = ["surgicam", "model", "import", f"{path}.pth.tar", "--name", name, "--out", f"{path}.package"]
    return shlex.join([*command, "--classes", ",".join(classes), "--input-size", f"{width}x{height}"])


def main():
    arguments = parse_arguments()
    recipe, classes = RECIPES[arguments.recipe], CLASSES[arguments.classes]
    os.makedirs(arguments.out, exist_ok=True)
    files = os.path.join(arguments.out, file_name(recipe, arguments))
    machine = Machine(arguments.device, arguments.precision, arguments.threads)
    last = f"{files}.last.pth.tar"
    if os.path.exists(last) and not arguments.resume and not arguments.overwrite:
        raise UserError(f"{last} is there already: --resume goes on with it, --overwrite begins anew")
    past = load_last(last, arguments) if arguments.resume else None
    print(f"{recipe.name}: {recipe.summary}; on {machine}", flush=True)
    torch.manual_seed(arguments.seed)
    network = pretrain_or_resume(recipe, arguments, machine, files, past)
    data = open_data(recipe.data, classes, arguments)
    factors = arguments.stages or [1] * arguments.epochs
    phase = Phase("training", 1, network, data, factors, arguments, machine)
    rows = []
    if past is not None and past["phase"] == "training":
        phase.restore(past["state"])
        rows = past["rows"]
    run(phase, recipe, classes, files, files, rows)
    print(f"best validation mAP {phase.best:.4f}: {files}.pth.tar")
    print(NOTE if recipe.window > 1 else import_command(files, classes, arguments))


if __name__ == "__main__":
    try:
        main()
    except (UserError, OSError) as error:
        sys.exit(f"train.py: {error}")
    except KeyboardInterrupt:
        sys.exit("train.py: stopped; --resume goes on from the last epoch")
