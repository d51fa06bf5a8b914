"""Trains a tool classifier for Grad-CAM localisation on rendered frames.

    surgicam phantom render --out train --frames 4320 --seed 1000
    surgicam phantom render --out validation --frames 480 --seed 9000
    python3 models/training/train.py --train train --validation validation --out phantom.pth.tar
    surgicam model import phantom.pth.tar ...

The checkpoint is a state dict with keys that start with `module.`, as the reference's GC-D.
Two runs on the CPU with the same arguments give the same numbers.
"""

import argparse
import csv
import sys
import time

import numpy as np
import torch

from frame_folder import FrameFolder
from metrics import per_class_average_precision
from network import augment, build_network, normalise


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True, help="folder written by `surgicam phantom render`")
    parser.add_argument("--validation", required=True, help="the same, of other seeds")
    parser.add_argument("--out", required=True, help="checkpoint to write; the epochs' CSV lies beside it")
    parser.add_argument("--width", type=int, default=16, help="stem channels; 64 is the paper's")
    parser.add_argument(
        "--epochs",
        default="8/2,4/1",
        help="stages EPOCHS/FACTOR: early epochs on frames smaller by FACTOR cost a fraction (default %(default)s)",
    )
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--weight-decay", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    return parser.parse_args()


@torch.no_grad()
def evaluate(network, dataset, batch):
    network.eval()
    loss_function = torch.nn.MultiLabelSoftMarginLoss(reduction="sum")
    scores, loss = [], 0.0
    for images, labels in torch.utils.data.DataLoader(dataset, batch_size=batch):
        logits = network(normalise(images))
        loss += loss_function(logits, labels).item()
        scores.append(logits)
    scores = torch.cat(scores).numpy()
    precisions = per_class_average_precision(dataset.labels, scores)
    exact = ((scores > 0) == (dataset.labels > 0)).all(axis=1).mean()
    return loss / len(dataset), float(exact), precisions


def train_epoch(network, loader, optimizer, schedule, generator, label):
    network.train()
    loss_function = torch.nn.MultiLabelSoftMarginLoss()
    total, seen, started = 0.0, 0, time.monotonic()
    for step, (images, labels) in enumerate(loader):
        loss = loss_function(network(normalise(augment(images, generator))), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item() * len(labels)
        seen += len(labels)
        if sys.stderr.isatty() or step % 30 == 0:
            left = (time.monotonic() - started) / (step + 1) * (len(loader) - step - 1)
            print(f"{label}: {seen} frames, loss {total / seen:.4f}, {left:.0f} s left", file=sys.stderr)
    return total / seen


def save(network, path, classes, epoch, mean_precision):
    state = {f"module.{name}": value for name, value in network.state_dict().items()}
    torch.save({"state_dict": state, "epoch": epoch, "mAP": mean_precision, "classes": classes}, path)


def main():
    arguments = parse_arguments()
    torch.manual_seed(arguments.seed)
    if arguments.threads > 0:
        torch.set_num_threads(arguments.threads)
    train, validation = FrameFolder(arguments.train), FrameFolder(arguments.validation)
    classes = train.classes
    network = build_network(len(classes), arguments.width).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=arguments.learning_rate, weight_decay=arguments.weight_decay
    )
    generator = torch.Generator().manual_seed(arguments.seed)
    loader = torch.utils.data.DataLoader(
        train, batch_size=arguments.batch, shuffle=True, drop_last=True, generator=generator
    )
    stages = [stage.split("/") for stage in arguments.epochs.split(",")]
    factors = [int(factor) for count, factor in stages for _ in range(int(count))]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, arguments.learning_rate, total_steps=len(factors) * len(loader), pct_start=0.15
    )
    best = -1.0
    with open(f"{arguments.out}.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["epoch", "factor", "train_loss", "validation_loss", "exact", "mAP", *classes, "seconds"])
        for epoch, factor in enumerate(factors, start=1):
            started = time.monotonic()
            if epoch == 1 or factor != factors[epoch - 2]:
                train.shrink(factor)
                validation.shrink(factor)
            label = f"epoch {epoch}/{len(factors)}"
            train_loss = train_epoch(network, loader, optimizer, schedule, generator, label)
            loss, exact, precisions = evaluate(network, validation, arguments.batch)
            mean_precision = float(np.nanmean(precisions[:-1]))  # tissue is in every frame and says nothing
            seconds = time.monotonic() - started
            table.writerow(
                [epoch, factor, train_loss, loss, exact, mean_precision, *precisions, round(seconds, 1)]
            )
            file.flush()
            print(
                f"{label} at 1/{factor} size: loss {train_loss:.4f}, validation {loss:.4f}, "
                f"tool mAP {mean_precision:.4f}, exact {exact:.3f}, {seconds:.0f} s"
            )
            # Maps are read at full size: only an epoch at full size may be the one that is kept.
            if factor == 1 and mean_precision > best:
                best = mean_precision
                save(network, arguments.out, classes, epoch, mean_precision)
    print(f"best tool mAP {best:.4f} -> {arguments.out}")


if __name__ == "__main__":
    main()
