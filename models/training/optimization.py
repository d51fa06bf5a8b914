"""Loss, optimizer, schedule and averaged weights."""

import copy
import math

import torch


class SoftMarginLoss(torch.nn.Module):
    """PyTorch's MultiLabelSoftMarginLoss. Given labels [N, K] it is balanced: for each class presences and absences
    weigh the same in sum; none weighs more than ten times its share."""

    def __init__(self, labels=None):
        super().__init__()
        self.plain = torch.nn.MultiLabelSoftMarginLoss()
        self.balanced = labels is not None
        if self.balanced:
            share = torch.from_numpy(labels).mean(0)
            varied = (share > 0) & (share < 1)  # the others have one side only
            one = torch.ones_like(share)
            self.register_buffer("present", torch.where(varied, (0.5 / share).clamp(max=10), one))
            self.register_buffer("absent", torch.where(varied, (0.5 / (1 - share)).clamp(max=10), one))

    def forward(self, logits, labels):
        logits = logits.float()
        if not self.balanced:
            return self.plain(logits, labels)
        log = torch.nn.functional.logsigmoid
        terms = labels * self.present * log(logits) + (1 - labels) * self.absent * log(-logits)
        return -terms.mean()


def build_optimizer(network, arguments):
    rate, decay = arguments.learning_rate, arguments.weight_decay
    if arguments.optimizer == "adamw":
        return torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay)
    return torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9, weight_decay=decay)


class Schedule:
    """plateau: x0.95 when the validation loss has not fallen for 3 epochs; the others change with every step."""

    def __init__(self, kind, optimizer, rate, steps):
        self.by_step = kind != "plateau"
        schedulers = torch.optim.lr_scheduler
        if kind == "plateau":
            self.inner = schedulers.ReduceLROnPlateau(optimizer, factor=0.95, patience=3)
        elif kind == "cosine":
            half = math.pi / max(1, steps)
            self.inner = schedulers.LambdaLR(optimizer, lambda step: (1 + math.cos(half * min(step, steps))) / 2)
        else:
            self.inner = schedulers.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)

    def after_step(self):
        if self.by_step:
            self.inner.step()

    def after_epoch(self, validation_loss):
        if not self.by_step:
            self.inner.step(validation_loss)


class AveragedWeights:
    """A running mean of the weights, which often judges better than the last ones. Early on it forgets faster."""

    def __init__(self, network, decay):
        self.network, self.decay, self.steps = copy.deepcopy(network).eval(), decay, 0

    @torch.no_grad()
    def update(self, network):
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mine, theirs in zip(self.network.state_dict().values(), network.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)
