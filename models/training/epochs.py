"""One pass over the training frames, one over the validation frames."""

import math
import sys
import time

import torch

from augmentation import augment
from errors import UserError
from metrics import judge
from network import normalise


def prepare(pixels, machine, factor):
    """uint8 [N, H, W, 3] or windows [N, T, H, W, 3] -> RGB in [0, 1], float32 [N * T, 3, H, W], smaller by factor."""
    images = pixels.to(machine.device, non_blocking=True).flatten(0, -4).permute(0, 3, 1, 2).float() / 255
    return torch.nn.functional.avg_pool2d(images, factor) if factor > 1 else images


def as_windows(images, length):
    """[N * T, 3, H, W] -> [N, T, 3, H, W] for a network of windows: several GPUs then share whole windows."""
    return images.unflatten(0, (-1, length)) if length > 1 else images


def batches(count, size, generator):
    """Every frame once in random order. A last batch of one frame has no statistics: it joins the one before."""
    order = torch.randperm(count, generator=generator).tolist()
    parts = [order[start : start + size] for start in range(0, count, size)]
    if len(parts) > 1 and len(parts[-1]) == 1:
        alone = parts.pop()
        parts[-1] += alone
    return parts


class Progress:
    """A line on the terminal that is written over; elsewhere a line every ten seconds."""

    def __init__(self, label, total, left_after):
        self.label, self.total, self.left_after = label, total, left_after
        self.started = self.told = time.monotonic()
        self.terminal = sys.stderr.isatty()

    def tell(self, done, loss):
        now = time.monotonic()
        if now - self.told < (0.2 if self.terminal else 10):
            return
        self.told = now
        pace = (now - self.started) / done
        left = clock(pace * (self.total - done) + self.left_after(pace))
        text = f"{self.label}: {done}/{self.total} batches, loss {loss:.4f}, {left} left"
        begin, end = ("\r", "\033[K") if self.terminal else ("", "\n")
        print(f"{begin}{text}", end=end, file=sys.stderr, flush=True)

    def end(self):
        if self.terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def clock(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def train_epoch(run, epoch, progress):
    """Judged by the very scores that it learned from. `run`: see phase.py."""
    run.network.train()
    arguments, machine, optimizer = run.arguments, run.machine, run.optimizer
    factor, seed = run.factors[epoch - 1], run.seed_of(epoch)
    torch.manual_seed(seed)  # dropout draws from this one
    generator = torch.Generator().manual_seed(seed)
    loader = torch.utils.data.DataLoader(
        run.training,
        batch_sampler=batches(len(run.training), arguments.batch, generator),
        num_workers=arguments.workers,
        pin_memory=machine.device.type == "cuda",
        generator=torch.Generator().manual_seed(seed),
    )
    total, seen, scores, known = 0.0, 0, [], []
    for step, (pixels, labels) in enumerate(loader, start=1):
        images = prepare(pixels, machine, factor)
        images = augment(images, generator, arguments.erase, run.mean, run.window)
        images, labels = normalise(images, run.mean, run.std), labels.to(machine.device)
        with machine.autocast():
            logits = run.parallel(as_windows(images, run.window))
        loss = run.loss(logits, labels)
        optimizer.zero_grad(set_to_none=True)
        machine.scaler.scale(loss).backward()
        machine.scaler.step(optimizer)
        machine.scaler.update()
        run.schedule.after_step()
        if run.averaged is not None:
            run.averaged.update(run.network)
        total += loss.item() * len(labels)
        seen += len(labels)
        scores.append(logits.detach().float().cpu())
        known.append(labels.cpu())
        progress.tell(step, total / seen)
        if not math.isfinite(total):
            raise UserError(f"the loss is no number any more in epoch {epoch}, batch {step}; lower --learning-rate")
    progress.end()
    return judge(total / seen, torch.cat(known).numpy(), torch.cat(scores).numpy())


@torch.no_grad()
def validate(run, epoch):
    network = run.judged().eval()
    arguments, machine = run.arguments, run.machine
    loader = torch.utils.data.DataLoader(
        run.validation,
        batch_size=arguments.batch,
        num_workers=arguments.workers,
        generator=torch.Generator().manual_seed(0),
    )
    scores = []
    for pixels, _ in loader:
        images = prepare(pixels, machine, run.factors[epoch - 1])
        images = as_windows(normalise(images, run.mean, run.std), run.window)
        with machine.autocast():
            logits = network(images)
        scores.append(logits.float().cpu())
    scores, labels = torch.cat(scores), torch.from_numpy(run.validation.labels)
    loss = torch.nn.MultiLabelSoftMarginLoss()(scores, labels).item()
    return judge(loss, labels.numpy(), scores.numpy())
