"""A run of epochs on one data set: the pre-training, or the training itself."""

import os
import time

import torch

from epochs import Progress, clock, train_epoch, validate
from optimization import AveragedWeights, Schedule, SoftMarginLoss, build_optimizer


class Phase:
    """Everything an epoch needs. All that is random follows from the seed, the phase and the epoch, so that a run that
    was broken off goes on with the very numbers it would have had."""

    def __init__(self, name, place, network, data, factors, arguments, machine):
        self.name, self.place, self.factors = name, place, factors
        self.network, self.parallel = network, machine.parallel(network)
        self.training, self.validation, self.mean, self.std = data
        self.window = getattr(self.training, "length", 1)
        self.arguments, self.machine = arguments, machine
        balance = self.training.labels if arguments.class_balanced else None
        self.loss = SoftMarginLoss(balance).to(machine.device)
        self.optimizer = build_optimizer(network, arguments)
        steps = self.batches() * len(factors)
        self.schedule = Schedule(arguments.schedule, self.optimizer, arguments.learning_rate, steps)
        self.averaged = AveragedWeights(network, arguments.ema) if arguments.ema > 0 else None
        self.best, self.epoch = -1.0, 0

    def batches(self):
        count, size = len(self.training), self.arguments.batch
        return max(1, count // size if count % size in (0, 1) else count // size + 1)

    def seed_of(self, epoch):
        return self.arguments.seed + 100_000 * self.place + epoch

    def judged(self):
        """The network that is validated and kept."""
        return self.network if self.averaged is None else self.averaged.network

    def run(self, journal, save_best, save_last):
        """The epochs still to come. Only one at full size may be kept: maps are read at full size."""
        while self.epoch < len(self.factors):
            epoch = self.epoch + 1
            factor, started = self.factors[epoch - 1], time.monotonic()
            rest = sum((factor / later) ** 2 for later in self.factors[epoch:])
            label = f"{self.name} epoch {epoch}/{len(self.factors)}"
            steps = self.batches()
            progress = Progress(label, steps, lambda pace, rest=rest: pace * steps * rest)
            rate = self.optimizer.param_groups[0]["lr"]
            trained = train_epoch(self, epoch, progress)
            between = time.monotonic()
            validated = validate(self, epoch)
            self.schedule.after_epoch(validated.loss)
            ended = time.monotonic()
            self.epoch = epoch
            is_best = factor == 1 and validated.mean_precision > self.best
            if is_best:
                self.best = validated.mean_precision
            journal.add(self.name, epoch, factor, rate, trained, between - started, validated, ended - between)
            if is_best:
                save_best(self, validated)
            save_last(self)
            small = "" if factor == 1 else f" at 1/{factor} size"
            print(
                f"{label}{small}: loss {trained.loss:.4f}, validation loss {validated.loss:.4f}, "
                f"mAP {validated.mean_precision:.4f}, accuracy {validated.accuracy:.4f}, "
                f"{clock(ended - started)}{', the best so far' if is_best else ''}",
                flush=True,
            )

    def state(self):
        averaged = None if self.averaged is None else [self.averaged.network.state_dict(), self.averaged.steps]
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.inner.state_dict(),
            "scaler": self.machine.scaler.state_dict(),
            "averaged": averaged,
            "best": self.best,
            "epoch": self.epoch,
        }

    def restore(self, state):
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.inner.load_state_dict(state["schedule"])
        self.machine.scaler.load_state_dict(state["scaler"])
        if self.averaged is not None:
            weights, self.averaged.steps = state["averaged"]
            self.averaged.network.load_state_dict(weights)
        self.best, self.epoch = state["best"], state["epoch"]


def save_atomically(value, path):
    torch.save(value, f"{path}.part")
    os.replace(f"{path}.part", path)
